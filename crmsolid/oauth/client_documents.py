"""Client-id metadata documents: a client whose id is the https address of a description of itself.

No request waits for a server that a client has named. The consent page stores a row, a worker fetches the document
(``document_fetching``), and the page looks again each second. The row is the member's only one, so a member has one
fetch under way. Nothing else fetches: to every other endpoint a client that is not stored is unknown.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from crmsolid.core import clock, doorbell
from crmsolid.core.http.url_guard import UrlRefused, check_url
from crmsolid.oauth.models import Application, DocumentRequest
from crmsolid.workspaces.models import User

TASK = "oauth.fetch_documents"
MAX_ADDRESS = 255
FETCH_SECONDS = 10.0
# From the question to the answer: time for a worker to notice it, and for the fetch.
PATIENCE = timedelta(seconds=FETCH_SECONDS + 10)
# How long a problem is shown before the same address is asked again without the member's wish.
PROBLEM_STAYS = timedelta(seconds=60)
NO_ANSWER = "nobody has fetched it: the worker of this server may be down"


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
    row = DocumentRequest.objects.filter(user=user).first()
    if row is not None and row.client_id == client_id and not again and now < row.asked_at + PATIENCE + PROBLEM_STAYS:
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
