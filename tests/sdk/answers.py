"""A server for a client without a network: it gives the answers that a test wants."""

from dataclasses import dataclass, field

import httpx

from crmsolid_client import CrmSolid

KEY = "cs_live_a4f9_thesecretpartofthekey"
QUEUED = {"id": "msg_1", "status": "queued", "eta": "2026-06-04T09:00:00Z"}

Answer = httpx.Response | Exception


@dataclass
class Server:
    """Answers requests in order with what it was given, and the last one again and again."""

    answers: list[Answer]
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def send(crm: CrmSolid) -> object:
    return crm.messages.send(account_id=7421, to="@anna", text="Привіт 🚀")
