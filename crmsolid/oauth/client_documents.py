"""Client-id metadata documents: a client whose id is the https address of a description of itself.

No request waits for a server that a client has named. The consent page stores a row, a worker fetches the document
(:func:`fetch_due`) and stores the client, and the page looks again each second. The row is the member's only one, so a
member has one fetch under way. Nothing else fetches: to every other endpoint a client that is not stored is unknown.
"""

import asyncio
import re
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from crmsolid.core import clock, doorbell, strictjson
from crmsolid.core.http.outbound import READ_LIMIT_BYTES, Kept, OutboundClient, OutboundError, OutboundResponse
from crmsolid.core.http.url_guard import UrlRefused, check_url
from crmsolid.oauth.endpoints import InvalidMetadata, described_client
from crmsolid.oauth.models import MAX_PROBLEM, Application, DocumentRequest
from crmsolid.workspaces.models import User

TASK = "oauth.fetch_documents"
MAX_ADDRESS = 255
FETCH_SECONDS = 10.0
# From the question to the answer: time for a worker to notice it, and for the fetch.
PATIENCE = timedelta(seconds=FETCH_SECONDS + 10)
# How long a problem is shown before the same address is asked again without the member's wish.
PROBLEM_STAYS = timedelta(seconds=60)
NO_ANSWER = "nobody has fetched it: the worker of this server may be down"
RUN_SECONDS = 30.0  # after that a run takes on no more, so that a worker can end
FETCHES_AT_ONCE = 100  # of a worker; each is a task of its event loop
LOOK_EVERY_SECONDS = 0.2
# How long a description counts, whatever its server says.
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=1)
# One byte less than is read, so that a longer document is seen to be longer.
KEPT = Kept(READ_LIMIT_BYTES - 1, ("Content-Type", "Cache-Control"))
HEADERS = {"Accept": "application/json, application/*+json", "User-Agent": "CRMSolid-OAuth/1"}

PROBLEMS = {
    OutboundError.TIMEOUT: f"it did not arrive completely within {FETCH_SECONDS:.0f} s",
    OutboundError.DNS_FAILED: "its host is unknown",
    OutboundError.ADDRESS_REFUSED: "its address is not public",
    OutboundError.CONNECTION_FAILED: "its host cannot be connected to",
    OutboundError.TLS_FAILED: "the certificate of its host is not valid",
}


class State(StrEnum):
    READY = "ready"  # it is stored, as it was described lately
    WAITING = "waiting"
    OTHER = "other"  # the member waits for another description
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the description of a client is; ``problem`` says why it cannot be had."""

    state: State
    problem: str = ""


def is_document_address(client_id: str) -> bool:
    return client_id[:8].lower() == "https://"


def progress(user: User, client_id: str, *, again: bool = False) -> Progress:
    """Have the description of the client at this address fetched, if need be, and say how far that is.

    ``again``: the member asks for it after a failure. A description that was stored earlier stays in force if it cannot
    be renewed.
    """
    if problem := _problem_of_address(client_id):
        return Progress(State.FAILED, problem)
    now, stored = clock.now(), Application.objects.filter(client_id=client_id).first()
    if stored is not None and (stored.cimd_expires_at is None or now <= stored.cimd_expires_at):
        return Progress(State.READY)
    asked = DocumentRequest.objects.filter(user=user, client_id=client_id, asked_at__gt=now - PATIENCE - PROBLEM_STAYS)
    row = None if again else asked.first()
    if row is not None:
        if row.ended_at is None and now < row.asked_at + PATIENCE:
            return Progress(State.WAITING)
        if row.problem or row.ended_at is None:
            return Progress(State.READY) if stored else Progress(State.FAILED, row.problem or NO_ANSWER)
    return Progress(State.WAITING if _ask(user, client_id) else State.OTHER)


def _ask(user: User, client_id: str) -> bool:
    """Have it fetched, unless another one of the member's is under way; the database decides."""
    now = clock.now()
    fields = {"client_id": client_id, "asked_at": now, "claimed_at": None, "ended_at": None, "problem": ""}
    with transaction.atomic():
        _, is_new = DocumentRequest.objects.get_or_create(user=user, defaults=fields)
        free = Q(ended_at__isnull=False) | Q(asked_at__lte=now - PATIENCE)
        if not is_new and not DocumentRequest.objects.filter(free, user=user).update(**fields):
            return False
        transaction.on_commit(lambda: doorbell.ring(TASK))
    return True


def _problem_of_address(client_id: str) -> str:
    """What the draft asks of the address, and what the guard does; "" if it can be used."""
    try:
        check_url(client_id, allow_private=settings.WEBHOOK_ALLOW_PRIVATE)
        parts = urlsplit(client_id)
    except (UrlRefused, ValueError):
        return "its address cannot be used"
    segments = parts.path.split("/")
    if parts.scheme != "https" or not parts.path or parts.fragment or "." in segments or ".." in segments:
        return "its address is that of no description"
    return f"its address has more than {MAX_ADDRESS} characters" if len(client_id) > MAX_ADDRESS else ""


# --- In the worker ---------------------------------------------------------------------------------------------------
def fetch_due() -> int:
    """Fetch what members wait for, side by side, also what they ask for meanwhile; returns how many were fetched.

    The database is used between the turns of the event loop, so no connection is open on another thread.
    """
    if not _waiting().exists():
        return 0
    fetched, ends_at = 0, time.monotonic() + RUN_SECONDS
    with asyncio.Runner() as runner:
        stack, client = AsyncExitStack(), new_client()
        running: dict[asyncio.Task[OutboundResponse], DocumentRequest] = {}
        try:
            runner.run(stack.enter_async_context(client))
            while True:
                may_claim = time.monotonic() < ends_at
                for row in _claim(FETCHES_AT_ONCE - len(running)) if may_claim else ():
                    call = client.get(row.client_id, headers=HEADERS, tenant=str(row.pk))
                    running[runner.get_loop().create_task(call)] = row
                if not running:
                    return fetched
                # Those that are done, after a short wait for the first.
                first = asyncio.wait(running, timeout=LOOK_EVERY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                done, _ = runner.run(first)
                for task in done:
                    _settle(running.pop(task), task.result())
                fetched += len(done)
        finally:
            runner.run(stack.aclose())


def new_client() -> OutboundClient:
    return OutboundClient(allow_private=settings.WEBHOOK_ALLOW_PRIVATE, deadline=FETCH_SECONDS, kept=KEPT)


def _waiting() -> QuerySet[DocumentRequest]:
    """What no worker has begun with, and somebody still waits for."""
    return DocumentRequest.objects.filter(ended_at=None, claimed_at=None, asked_at__gt=clock.now() - PATIENCE)


def _claim(limit: int) -> list[DocumentRequest]:
    return [
        row
        for row in _waiting().order_by("asked_at")[:limit]
        if _waiting().filter(pk=row.pk, asked_at=row.asked_at).update(claimed_at=clock.now())
    ]


def _settle(row: DocumentRequest, response: OutboundResponse) -> None:
    problem = ""
    try:
        store_document(row.client_id, response)
    except InvalidMetadata as error:
        problem = error.detail[:MAX_PROBLEM]
    DocumentRequest.objects.filter(pk=row.pk, asked_at=row.asked_at).update(ended_at=clock.now(), problem=problem)


def store_document(client_id: str, response: OutboundResponse) -> None:
    """Store the client as the answer describes it. Raises ``InvalidMetadata``, and changes nothing then."""
    application = described_client(_document(client_id, response), client_id)
    application.registration_source = Application.RegistrationSource.CIMD
    application.cimd_expires_at = clock.now() + _lifetime(response.headers.get("Cache-Control", ""))
    fields = ("name", "redirect_uris", "cimd_expires_at")
    values = {name: getattr(application, name) for name in fields}
    rows = Application.objects.filter(client_id=client_id)
    if not rows.filter(registration_source=application.registration_source).update(**values):
        Application.objects.bulk_create([application], ignore_conflicts=True)  # another member may be a moment faster


def _document(client_id: str, response: OutboundResponse) -> dict[str, Any]:
    if response.error is not None:
        raise InvalidMetadata(PROBLEMS.get(response.error, "its answer is not valid"))
    if response.status != 200:
        raise InvalidMetadata(f"it answered with the status {response.status}")
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not re.fullmatch(r"application/(json|[\w.-]+\+json)", media_type):
        raise InvalidMetadata("it is not JSON")
    if response.truncated:
        raise InvalidMetadata(f"it is longer than {KEPT.body_bytes:,} bytes")
    try:
        data = strictjson.loads(response.body.encode())
    except strictjson.StrictJSONError:
        raise InvalidMetadata("it is not valid JSON") from None
    if not isinstance(data, dict) or data.get("client_id") != client_id:
        raise InvalidMetadata("it describes another client")
    if "client_secret" in data or "client_secret_expires_at" in data:
        raise InvalidMetadata("it has a client secret, which everybody can read")
    return data


def _lifetime(cache_control: str) -> timedelta:
    if re.search("no-store|no-cache", cache_control, re.IGNORECASE):
        return SHORTEST
    found = re.search(r"max-age\s*=\s*(\d{1,9})", cache_control, re.IGNORECASE)
    return min(max(timedelta(seconds=int(found[1])), SHORTEST), LONGEST) if found else LONGEST
