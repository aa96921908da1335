"""Fetches the descriptions of clients that members wait for (``client_documents``), and stores the clients."""

import asyncio
import re
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from crmsolid.core import clock, strictjson
from crmsolid.core.http.outbound import READ_LIMIT_BYTES, Kept, OutboundClient, OutboundError, OutboundResponse
from crmsolid.oauth.client_documents import FETCH_SECONDS, PATIENCE
from crmsolid.oauth.models import MAX_PROBLEM, Application, DocumentRequest
from crmsolid.oauth.registration import InvalidMetadata, described_client

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
                done = runner.run(_some_of(set(running)))
                for task in done:
                    _settle(running.pop(task), task.result())
                fetched += len(done)
        finally:
            runner.run(stack.aclose())


def new_client() -> OutboundClient:
    return OutboundClient(allow_private=settings.WEBHOOK_ALLOW_PRIVATE, deadline=FETCH_SECONDS, kept=KEPT)


async def _some_of(tasks: set[asyncio.Task[OutboundResponse]]) -> set[asyncio.Task[OutboundResponse]]:
    """Those that are done, after a short wait for the first."""
    done, _ = await asyncio.wait(tasks, timeout=LOOK_EVERY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    return done


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
