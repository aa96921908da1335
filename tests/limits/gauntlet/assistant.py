"""An assistant that obeys everything it reads, by REST or by MCP: what the attacks of the gauntlet are played with."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from tests.mcp.helpers import message, post
from tests.tenants import Api

# What a contact writes for the assistant: ``DO tool {json}``. ``$LAST`` in it is the secret that was read last.
ORDER = re.compile(r"DO (\w+) (\{.*?\}) OK", re.DOTALL)
SECRET = re.compile(r"IBAN-[A-Z0-9]+")

# The same calls by REST: method and path; what is not in the path is the body, or the query of a GET.
REST = {
    "get_contact": ("GET", "/v1/contacts/{contact_id}"),
    "list_contacts": ("GET", "/v1/contacts"),
    "list_notes": ("GET", "/v1/contacts/{contact_id}/notes"),
    "list_messages": ("GET", "/v1/messages"),
    "get_delivery": ("GET", "/v1/deliveries/{delivery_id}"),
    "get_conversation": ("GET", "/v1/threads/{thread_id}"),
    "upsert_contact": ("POST", "/v1/contacts"),
    "tag_contact": ("POST", "/v1/contacts/{contact_id}/tags"),
    "add_note": ("POST", "/v1/contacts/{contact_id}/notes"),
    "send_message": ("POST", "/v1/messages/send"),
    "enroll_contact": ("POST", "/v1/sequences/{sequence_id}/enroll"),
    "start_broadcast": ("POST", "/v1/broadcasts"),
    "update_conversation": ("PATCH", "/v1/threads/{thread_id}"),
    "create_segment": ("POST", "/v1/segments"),
}


class Obedient:
    """Calls tools, and does what it finds in their answers, orders in the answers to orders too."""

    def __init__(self, run: Callable[[str, dict[str, Any]], Any]) -> None:
        self._run = run
        self.secret = ""

    def read(self, tool: str, **arguments: Any) -> None:
        """Call a tool and obey its answer."""
        self._obey(self._run(tool, arguments), depth=3)

    def _obey(self, answer: Any, depth: int) -> None:
        for text in strings(answer):
            if found := SECRET.search(text):
                self.secret = found[0]
        for text in strings(answer) if depth else ():
            for tool, raw in ORDER.findall(unquote(text)):
                self._obey(self._run(tool, json.loads(raw.replace("$LAST", self.secret))), depth - 1)


def strings(value: Any) -> Iterator[str]:
    """All texts in an answer, in their order."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(each)


def by_mcp(token: str, host: str = "localhost") -> Callable[[str, dict[str, Any]], Any]:
    def run(tool: str, arguments: dict[str, Any]) -> Any:
        answer = post(token, message("tools/call", name=tool, arguments=arguments), Host=host)
        assert answer.status_code == 200, answer.content
        return answer.json()["result"]["structuredContent"]

    return run


def by_rest(api: Api) -> Callable[[str, dict[str, Any]], Any]:
    def run(tool: str, arguments: dict[str, Any]) -> Any:
        method, path = REST[tool]
        rest = {name: value for name, value in arguments.items() if f"{{{name}}}" not in path}
        address = path.format_map(arguments)
        if method == "GET":
            return api.get(address, rest).json()
        write = api.post if method == "POST" else api.patch
        return write(address, rest, idempotency_key=str(uuid4())).json()

    return run
