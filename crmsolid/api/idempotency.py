"""Idempotency keys: a repeated write gets the stored response of the first, and does nothing again.

A write and its stored response commit in ONE transaction, so a crash leaves both or neither, and no "running" state is
ever stored. Requests with the same key run one after the other: an advisory lock, held until the end of the
transaction, makes the second one wait up to 2 s. The second request then finds the response of the first, because
storing its own violates the record's unique key and rolls back all it did.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db import IntegrityError, models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from crmsolid.api.endpoint import ApiResponse
from crmsolid.core import clock, crypto
from crmsolid.core.clock import rfc3339
from crmsolid.core.errors import DomainError
from crmsolid.core.sql.prepared_cursor import LockTimeout, acquire_lock
from crmsolid.core.sql.table import Table
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.serving.request import REPEATED_HEADERS
from crmsolid.workspaces.actor import READ_BESIDE, Actor, Scope
from crmsolid.workspaces.models import Workspace
from crmsolid.workspaces.scoping import WorkspaceModel

REPLAYED = "Idempotency-Replayed"
STORED_HEADERS = ("Content-Type", "ETag", "Location")
VALID_KEY = re.compile(r"[\x20-\x7e]{1,255}\Z")

# In the place of a contact's id, for an answer that is about several contacts. No contact has this id.
SEVERAL = "several"
# The same, for an answer with values that a client wrote and that may name people, such as the filter of a segment.
MAY_NAME_PEOPLE = "may_name"
CONTACT_IDS = re.compile(rb"\bcon_[0-9A-HJKMNP-TV-Z]{26}\b")
ERASED_TOGETHER = 500
KEPT = timedelta(hours=24)
PURGED_TOGETHER = 1000


class IdempotencyRecord(WorkspaceModel):
    """The stored response of a write, committed in one transaction with its effect; kept for at least 24 h."""

    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    sealed = models.BooleanField(default=False, help_text="the body carries a secret and is encrypted")
    contact_id = models.CharField(max_length=30, blank=True, help_text="contact the answer is about")
    erased_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(WorkspaceModel.Meta):
        app_label = "apikeys"
        constraints = [models.UniqueConstraint(fields=["workspace", "key"], name="idempotency_once")]
        indexes = [
            models.Index(fields=["created_at"], name="idempotency_age"),
            models.Index(fields=["workspace", "contact_id"], name="idempotency_contact", condition=~Q(contact_id="")),
        ]

    def __str__(self) -> str:
        return self.key


_records = Table(IdempotencyRecord)


def parse_key(request: HttpRequest) -> str | None:
    """The Idempotency-Key, None if there is none. ``idempotency_key_invalid`` (400), also for a repeated header."""
    key = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return None
    if not key.strip():
        raise DomainError("idempotency_key_invalid", "the Idempotency-Key is empty; send a new UUID for each operation")
    if not VALID_KEY.match(key) or "HTTP_IDEMPOTENCY_KEY" in request.META.get(REPEATED_HEADERS, ()):
        raise DomainError("idempotency_key_invalid")
    return str(key)


def fingerprint(request: HttpRequest, body: Iterable[bytes], actor: Actor, scopes: Iterable[Scope]) -> bytes:
    """SHA-256 over what identifies the request: method, path, query, If-Match, If-None-Match, body (in pieces), and
    whether the caller may read what it writes, so that a response which shows data is never replayed to a key without
    the read scope; for the same reason the limits of a key."""
    may_read = "".join("1" if allowed else "0" for allowed in reads_beside(actor, scopes))
    query, conditions = request.META.get("QUERY_STRING", ""), request.META.get("HTTP_IF_MATCH", "")
    if "HTTP_IF_NONE_MATCH" in request.META:  # else the fingerprint does not depend on it
        conditions += f"\r{request.META['HTTP_IF_NONE_MATCH']}"
    head = "\n".join((str(request.method), request.path, query, conditions, may_read, ""))
    head += limits_of(actor)
    digest = hashlib.sha256(head.encode("utf-8", "surrogateescape"))
    for piece in body:
        digest.update(piece)
    return digest.digest()


def limits_of(actor: Actor) -> str:
    """What the answer of a write depends on in the limits of its caller: what it is narrowed to, and who it is if its
    writes may wait, so that nobody is answered with the proposal of another one. Empty without limits."""
    limits, found = actor.limits, ""
    if limits.narrows:
        found += f"{limits.segment_id} {sorted(limits.account_ids)}\n"
    if limits.review_writes:
        found += f"{limits.holder}\n"
    return found


def reads_beside(actor: Actor, scopes: Iterable[Scope]) -> list[bool]:
    """Whether the caller has each of the read scopes on which the response of a call with these scopes depends."""
    return [actor.has(read) for scope in scopes for read in READ_BESIDE.get(scope, ())]


def replay(workspace: Workspace, record: IdempotencyRecord, fingerprint: bytes) -> HttpResponse:
    """The stored response, byte for byte; 422 for the key of another request, 410 once its contact was erased. For a
    narrowed key ``not_found`` once it does not see a contact of it any more, and ``outside_limits`` where nobody knows
    of whom the response is."""
    if bytes(record.fingerprint) != fingerprint:
        raise DomainError("idempotency_key_reused")
    if record.erased_at is not None:
        raise DomainError("erased")
    if workspace.edge is not None and record.contact_id:
        if record.contact_id == SEVERAL and workspace.edge.people is not None:
            raise DomainError("outside_limits")
        workspace.edge.require_inside(record.contact_id)
    body = crypto.decrypt(record, "body") if record.sealed else bytes(record.body)
    if record.contact_id == MAY_NAME_PEOPLE and workspace.edge is not None:
        workspace.edge.require_inside(*{found.decode() for found in CONTACT_IDS.findall(body)})
    response = HttpResponse(body, status=record.status)
    if "Content-Type" not in record.headers:
        del response.headers["Content-Type"]
    for name, value in record.headers.items():
        response.headers[name] = value
    response.headers[REPLAYED] = "true"
    return response


def is_replay(response: HttpResponse) -> bool:
    """Whether it is a stored response."""
    return REPLAYED in response.headers


def find(workspace: Workspace, key: str) -> IdempotencyRecord | None:
    """The stored response of an earlier request with this key."""
    stored = _records.select("workspace_id = %s AND key = %s", [workspace.pk, key])
    return stored[0] if stored else None


def run_once(workspace: Workspace, key: str, fingerprint: bytes, handler: Callable[[], ApiResponse]) -> HttpResponse:
    """Run the handler and store its response in the transaction of its effect; answer the stored response if another
    request with this key was faster. ``idempotency_in_progress`` (409) if that one still runs after 2 s."""
    lock_digest = hashlib.sha256(f"{workspace.pk}:{key}".encode()).digest()
    try:
        with unit_of_work():
            acquire_lock(int.from_bytes(lock_digest[:8], "big", signed=True))
            answer = handler()
            response = answer.render()
            body = response.content
            if answer.secret:
                body = crypto.encrypt(IdempotencyRecord(workspace=workspace, key=key), "body", body)
            about = MAY_NAME_PEOPLE if answer.may_name_people else SEVERAL if answer.contact_ids else ""
            record = {
                "workspace_id": workspace.pk,
                "key": key,
                "fingerprint": fingerprint,
                "status": response.status_code,
                "headers": {name: response.headers[name] for name in STORED_HEADERS if name in response.headers},
                "body": body,
                "sealed": answer.secret,
                "contact_id": about or answer.contact_id,
                "created_at": clock.now(),
            }
            _records.insert_later([record])
        return response
    except LockTimeout:
        raise DomainError("idempotency_in_progress") from None
    except (IntegrityError, DomainError):
        # The refusal may be a consequence of the first request's success, and so may a violated unique key: that of
        # the record, or of a row that the handler writes. Then the first response is the right answer.
        stored = find(workspace, key)
        if stored is not None:
            return replay(workspace, stored, fingerprint)
        raise


def erase(workspace_id: int, contact_id: str) -> None:
    """Empty the responses about a contact. Their Idempotency-Keys stay taken; a replay answers ``erased``."""
    _about(workspace_id, contact_id).update(**_empty())
    for subject in (SEVERAL, MAY_NAME_PEOPLE):  # of the latter, those of proposals have ids
        _empty_where(workspace_id, subject, lambda body: contact_id.encode() in body)


def erase_naming(workspace_id: int, is_named_in: Callable[[Any], bool]) -> None:
    """Empty the responses with values of a client that name a person, as ``is_named_in`` finds in their JSON."""
    _empty_where(workspace_id, MAY_NAME_PEOPLE, lambda body: is_named_in(json.loads(body)))


def _empty_where(workspace_id: int, subject: str, is_about: Callable[[bytes], bool]) -> None:
    rows = _about(workspace_id, subject).exclude(body=b"").values_list("pk", "body")
    found = (pk for pk, body in rows.iterator() if is_about(bytes(body)))
    while chunk := list(islice(found, ERASED_TOGETHER)):
        _about(workspace_id, subject).filter(pk__in=chunk).update(**_empty())


def _empty() -> dict[str, Any]:
    return {"body": b"", "headers": {}, "erased_at": clock.now()}


def export(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """``stored_answers`` about a contact. The body of an encrypted one, which carries a secret, is left out, and so are
    answers that are about other people too: they show of this person what is exported anyway."""
    return {
        "stored_answers": [
            {
                "created_at": rfc3339(row.created_at),
                "status": row.status,
                "body": None if row.sealed else json.loads(bytes(row.body)),
            }
            for row in _about(workspace_id, contact_id).exclude(body=b"").order_by("created_at", "pk")
        ]
    }


def _about(workspace_id: int, contact_id: str) -> Any:
    return IdempotencyRecord.objects.for_workspace(workspace_id).filter(contact_id=contact_id)


def purge() -> int:
    """Delete the records older than 24 h; return how many. Each batch commits by itself, so that no write waits long
    for it."""
    old, deleted = IdempotencyRecord.unscoped.filter(created_at__lt=clock.now() - KEPT).order_by("created_at"), 0
    while batch := list(old.values_list("pk", flat=True)[:PURGED_TOGETHER]):
        deleted += IdempotencyRecord.unscoped.filter(pk__in=batch).delete()[0]
    return deleted
