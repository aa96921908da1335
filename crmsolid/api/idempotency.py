"""Writes that never double.

A write and its stored answer commit in ONE transaction, so a crash leaves both or neither and no "running" mark
is ever stored. Two requests with one key are put in a row by a lock on the key: on PostgreSQL a transaction's
advisory lock with 2 s of patience, on SQLite the one writer's lock. Whoever comes second finds the first one's
record: either before it starts, or because storing its own answer fails, which undoes all it did.
"""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection
from django.http import HttpResponse

from apikeys.models import IdempotencyRecord
from crmsolid.api.call import IDEMPOTENCY_KEY, call_of
from crmsolid.core import clock, crypto
from crmsolid.core.errors import DomainError
from crmsolid.core.rows import Table, statement_cursor
from crmsolid.core.units import unit_of_work
from crmsolid.workspaces.models import Workspace
from crmsolid.workspaces.scopes import Scope

if TYPE_CHECKING:
    from crmsolid.api.views import WorkspaceView

REQUIRED = ("POST", "PATCH")
PATIENCE_MS = 2000
KEPT_HEADERS = ("Content-Type", "ETag", "Location")

_records = Table(IdempotencyRecord)


class _AlreadyStored(Exception):
    """Somebody else's answer to the same key was committed first."""


def run(view: "WorkspaceView", handler: Callable[..., Any]) -> HttpResponse:
    """Answer a write: the stored answer if there is one, else the handler's, stored with its effect."""
    key = read_key(view)
    if key is None:
        view.prepare()
        return _answer(view, handler)[0]
    mark = fingerprint(view)
    credentials = call_of(view.request._request).credentials
    assert credentials is not None
    if credentials.record is not None:
        return replay(credentials.record, mark)
    view.prepare()
    return _run_once(view, handler, key, mark)


def _run_once(view: "WorkspaceView", handler: Callable[..., Any], key: str, mark: bytes) -> HttpResponse:
    try:
        with unit_of_work():
            claim(view.workspace, key)
            response, person, sealed = _answer(view, handler)
            _store(view.workspace, key, mark, response, person, sealed)
            return response
    except (_AlreadyStored, DomainError) as error:
        # A refusal may be the shadow of the first one's success: its answer is the right one then.
        stored = _records.select("workspace_id = %s AND key = %s", [view.workspace.pk, key])
        if stored:
            return replay(stored[0], mark)
        if isinstance(error, DomainError):
            raise
        raise DomainError("idempotency_in_progress") from None


def _answer(view: "WorkspaceView", handler: Callable[..., Any]) -> tuple[HttpResponse, str, bool]:
    from crmsolid.api.views import respond

    answer = handler(view.request, *view.args, **view.kwargs)
    return respond(answer), answer.person, answer.sealed


def read_key(view: "WorkspaceView") -> str | None:
    """The Idempotency-Key: required on POST and PATCH, honoured on PUT and DELETE."""
    found = view.request._request.META.get("HTTP_IDEMPOTENCY_KEY")
    if found is None:
        if view.request.method in REQUIRED:
            raise DomainError("idempotency_key_missing")
        return None
    if not IDEMPOTENCY_KEY.match(found):
        raise DomainError("idempotency_key_invalid")
    return str(found)


def fingerprint(view: "WorkspaceView") -> bytes:
    """SHA-256 over what makes the request: method, path, query, If-Match, what its key may read, body."""
    raw = view.request._request
    digest = hashlib.sha256()
    readable = "".join("1" if view.actor.has(s) else "0" for s in (Scope.READ_CONTACTS, Scope.READ_MESSAGES))
    head = (raw.method, raw.path, raw.META.get("QUERY_STRING", ""), raw.META.get("HTTP_IF_MATCH", ""), readable)
    digest.update("\n".join(str(part) for part in head).encode("utf-8", "surrogateescape"))
    digest.update(b"\n")
    digest.update(view.raw_body())
    return digest.digest()


def replay(record: IdempotencyRecord, mark: bytes) -> HttpResponse:
    """The stored answer, byte for byte; 422 for another request's key, 410 once its person was erased."""
    if bytes(record.fingerprint) != mark:
        raise DomainError("idempotency_key_reused")
    if record.erased_at is not None:
        raise DomainError("erased")
    body = crypto.decrypt(bytes(record.body)) if record.sealed else bytes(record.body)
    response = HttpResponse(body, status=record.status)
    if "Content-Type" not in record.headers:
        del response.headers["Content-Type"]
    for name, value in record.headers.items():
        response.headers[name] = value
    response.headers["Idempotency-Replayed"] = "true"
    return response


def claim(workspace: Workspace, key: str) -> None:
    """Wait for our turn with this key. ``idempotency_in_progress`` (409) after 2 s."""
    if connection.vendor != "postgresql":
        return
    number = int.from_bytes(hashlib.sha256(f"{workspace.pk}:{key}".encode()).digest()[:8], "big", signed=True)
    try:
        with statement_cursor() as cursor:
            cursor.execute(
                "SELECT set_config('lock_timeout', %s, true), pg_advisory_xact_lock(%s)", [f"{PATIENCE_MS}", number]
            )
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == "55P03":
            raise DomainError("idempotency_in_progress") from None
        raise


def _store(workspace: Workspace, key: str, mark: bytes, response: HttpResponse, person: str, sealed: bool) -> None:
    record = IdempotencyRecord(
        workspace_id=workspace.pk,
        key=key,
        fingerprint=mark,
        status=response.status_code,
        headers={name: response.headers[name] for name in KEPT_HEADERS if name in response.headers},
        body=crypto.encrypt(response.content) if sealed else response.content,
        sealed=sealed,
        person=person,
        created_at=clock.now(),
    )
    if _records.insert([record], conflict="(workspace_id, key) DO NOTHING") == 0:
        raise _AlreadyStored
