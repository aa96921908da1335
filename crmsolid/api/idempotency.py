"""Writes that never double.

A write and its stored answer commit in ONE transaction, so a crash leaves both or neither and no "running" mark
is ever stored. Two requests with one key are put in a row: on PostgreSQL by a transaction's advisory lock with 2 s
of patience (or, for a write of one statement, by the record's unique key), on SQLite by the one writer's lock.
Whoever comes second finds the first one's record: either before it starts, or because storing its own answer fails,
which undoes all it did.
"""

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.http import HttpResponse

from apikeys.models import IdempotencyRecord
from crmsolid.api.request_context import IDEMPOTENCY_KEY, call_of
from crmsolid.api.responses import respond
from crmsolid.core import clock, crypto
from crmsolid.core.errors import DomainError
from crmsolid.core.sql import deferred_inserts
from crmsolid.core.sql.prepared_cursor import take_turn
from crmsolid.core.sql.table import Table
from crmsolid.core.unit_of_work import run_in_unit_of_work
from crmsolid.workspaces.models import Workspace
from crmsolid.workspaces.scopes import READ_BESIDE

if TYPE_CHECKING:
    from crmsolid.api.views import WorkspaceView

REQUIRED = ("POST", "PATCH")
KEPT_HEADERS = ("Content-Type", "ETag", "Location")

_records = Table(IdempotencyRecord)


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
    def work() -> HttpResponse:
        claim(view, key)
        response, person, sealed = _answer(view, handler)
        _store(view.workspace, key, mark, response, person, sealed)
        return response

    try:
        return run_in_unit_of_work(work)
    except deferred_inserts.TurnNeverCame:
        raise DomainError("idempotency_in_progress") from None
    except (IntegrityError, DomainError) as error:
        # A refusal may be the shadow of the first one's success: its answer is the right one then. So may a unique
        # key that is taken; the record's own always is.
        stored = _records.select("workspace_id = %s AND key = %s", [view.workspace.pk, key])
        if stored:
            return replay(stored[0], mark)
        raise error


def _answer(view: "WorkspaceView", handler: Callable[..., Any]) -> tuple[HttpResponse, str, bool]:
    answer = handler(view.request, *view.args, **view.kwargs)
    return respond(answer), answer.contact_id, answer.sealed


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
    """SHA-256 over what makes the request: method, path, query, If-Match, body, and whether its key may read what it
    writes: an answer to one that may is not for one that may not."""
    raw = view.request._request
    meta = raw.META
    beside = [READ_BESIDE[scope] for scope in view.scopes[str(raw.method)] if scope in READ_BESIDE]
    readable = "".join("1" if view.actor.has(scope) else "0" for scope in beside)
    head = "\n".join(
        (str(raw.method), raw.path, meta.get("QUERY_STRING", ""), meta.get("HTTP_IF_MATCH", ""), readable, "")
    )
    return hashlib.sha256(head.encode("utf-8", "surrogateescape") + view.raw_body()).digest()


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


def claim(view: "WorkspaceView", key: str) -> None:
    """Wait for our turn with this key. ``idempotency_in_progress`` (409) after 2 s.

    A view that guesses waits only before its second statement: its one statement waits at the record's unique key.
    """
    unit = deferred_inserts.current()
    assert unit is not None
    digest = hashlib.sha256(f"{view.workspace.pk}:{key}".encode()).digest()
    unit.turn = int.from_bytes(digest[:8], "big", signed=True)
    if not (view.guesses and unit.may_guess):
        take_turn()


def _store(workspace: Workspace, key: str, mark: bytes, response: HttpResponse, contact_id: str, sealed: bool) -> None:
    record = {
        "workspace_id": workspace.pk,
        "key": key,
        "fingerprint": mark,
        "status": response.status_code,
        "headers": {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers},
        "body": crypto.encrypt(response.content) if sealed else response.content,
        "sealed": sealed,
        "contact_id": contact_id,
        "created_at": clock.now(),
    }
    _records.insert_later([record])
