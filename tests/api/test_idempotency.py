"""A write happens once, and its answer comes back byte for byte."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection

from apikeys.models import ApiKey, IdempotencyRecord
from crmsolid.core import clock
from crmsolid.serving.request import REPEATED_HEADERS
from crmsolid.workspaces.models import AuditEntry
from crmsolid.workspaces.scopes import Scope
from tests.api import demo, plumbing
from tests.cast import Api, Cast
from tests.threads import in_background, run_together

pytestmark = [pytest.mark.django_db, pytest.mark.urls(plumbing.__name__)]

KEY = "0b0c7f3e-6e0a-4a55-9a0b-000000000001"
NOTE = {"title": "Call back", "tags": ["a"]}


def made(cast: Cast, action: str = demo.ACTION) -> int:
    found: int = AuditEntry.objects.for_workspace(cast.workspace).filter(action=action).count()
    return found


def records(cast: Cast) -> int:
    return IdempotencyRecord.unscoped.filter(workspace=cast.workspace).count()


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_retry_gets_the_same_bytes_and_does_nothing(api: Api, cast: Cast) -> None:
    ours = api(cast.key())
    first, again = (ours.post("/v1/notes", NOTE, idempotency_key=KEY) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert {name: first.headers[name] for name in ("Content-Type", "Location")} == {
        name: again.headers[name] for name in ("Content-Type", "Location")
    }
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.headers["X-Request-Id"] != again.headers["X-Request-Id"]
    assert again.headers["X-RateLimit-Remaining"] == "598"
    assert made(cast) == 1


def test_the_etag_comes_back_too(api: Api, cast: Cast) -> None:
    ours = api(cast.key())
    address = ours.post("/v1/notes", NOTE).headers["Location"]
    first, again = (ours.patch(address, {"title": "b"}, idempotency_key=KEY) for _ in range(2))
    assert first.headers["ETag"] == again.headers["ETag"]
    assert again.headers["Idempotency-Replayed"] == "true"


def test_an_empty_answer_comes_back_empty(api: Api, cast: Cast) -> None:
    ours = api(cast.key())
    first, again = (ours.post("/v1/notes/1/close", idempotency_key=KEY) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content) == (204, b"")
    assert "Content-Type" not in first.headers and "Content-Type" not in again.headers


def test_another_request_under_the_same_key_is_refused(api: Api, cast: Cast) -> None:
    ours = api(cast.key())
    ours.post("/v1/notes", NOTE, idempotency_key=KEY)
    others = [
        ours.post("/v1/notes", {**NOTE, "title": "Other"}, idempotency_key=KEY),
        ours.post("/v1/notes", b'{"title":"Call back","tags":["a"]}', idempotency_key=KEY),
        ours.post("/v1/notes?x=1", NOTE, idempotency_key=KEY),
        ours.post("/v1/echo", NOTE, idempotency_key=KEY),
        ours.post("/v1/notes", NOTE, idempotency_key=KEY, If_Match='"1"'),
        ours.patch("/v1/notes/1", NOTE, idempotency_key=KEY),
        ours.post("/v1/notes", b"{", idempotency_key=KEY),
    ]
    assert [code(answer) for answer in others] == [(422, "idempotency_key_reused")] * len(others)
    assert made(cast) == 1


def test_a_key_that_may_not_read_does_not_get_an_answer_to_one_that_may(api: Api, cast: Cast) -> None:
    api(cast.key()).post("/v1/notes", NOTE, idempotency_key=KEY)
    blind = api(cast.key([Scope.WRITE_CONTACTS]))
    assert code(blind.post("/v1/notes", NOTE, idempotency_key=KEY)) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("first_may_all", [True, False])
def test_a_key_with_fewer_scopes_that_may_read_the_answer_finds_it(api: Api, cast: Cast, first_may_all: bool) -> None:
    wide, narrow = cast.key(), cast.key([Scope.WRITE_CONTACTS, Scope.READ_CONTACTS])
    one, other = (wide, narrow) if first_may_all else (narrow, wide)
    first = api(one).post("/v1/notes", NOTE, idempotency_key=KEY)
    again = api(other).post("/v1/notes", NOTE, idempotency_key=KEY)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert made(cast) == 1


def test_a_rotated_key_finds_the_answer_and_a_stranger_does_not(api: Api, cast: Cast) -> None:
    first = api(cast.key()).post("/v1/notes", NOTE, idempotency_key=KEY)
    again = api(cast.key()).post("/v1/notes", NOTE, idempotency_key=KEY)
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    stranger = api(cast.key(workspace=cast.other)).post("/v1/notes", NOTE, idempotency_key=KEY)
    twin = api(cast.key(workspace=cast.twin)).post("/v1/notes", NOTE, idempotency_key=KEY)
    assert stranger.status_code == twin.status_code == 201
    assert len({first.content, stranger.content, twin.content}) == 3


def test_a_replay_needs_the_scope_still(api: Api, cast: Cast) -> None:
    api(cast.key()).post("/v1/notes", NOTE, idempotency_key=KEY)
    answer = api(cast.key([Scope.READ_CONTACTS])).post("/v1/notes", NOTE, idempotency_key=KEY)
    assert code(answer) == (403, "scope_missing")


def test_a_refusal_leaves_its_key_free(api: Api, cast: Cast) -> None:
    ours = api(cast.key())
    spent = cast.key(rate_limit=1)
    api(spent).get("/v1/me")
    refusals = [
        ours.post("/v1/notes", {"titel": "x"}, idempotency_key=KEY),
        ours.post("/v1/notes", b"{", idempotency_key=KEY),
        api("cs_live_a4f9_nonsense").post("/v1/notes", NOTE, idempotency_key=KEY),
        api(cast.key([Scope.READ_CONTACTS])).post("/v1/notes", NOTE, idempotency_key=KEY),
        api(spent).post("/v1/notes", NOTE, idempotency_key=KEY),
        ours.post("/v1/broken", idempotency_key=KEY),
        ours.patch("/v1/notes/1", {"title": "x"}, idempotency_key=KEY),
    ]
    assert [answer.status_code for answer in refusals] == [422, 400, 401, 403, 429, 500, 404]
    assert (made(cast), records(cast)) == (0, 0)
    answer = ours.post("/v1/notes", NOTE, idempotency_key=KEY)
    assert (answer.status_code, "Idempotency-Replayed" in answer.headers) == (201, False)
    assert (made(cast), records(cast)) == (1, 1)


def test_a_lost_precondition_leaves_its_key_free(api: Api, cast: Cast) -> None:
    ours = api(cast.key())
    address = ours.post("/v1/notes", NOTE).headers["Location"]
    lost = ours.patch(address, {"title": "b"}, idempotency_key=KEY, If_Match='"0"')
    assert code(lost) == (412, "precondition_failed")
    etag = ours.get(address).headers["ETag"]
    assert ours.patch(address, {"title": "b"}, idempotency_key=KEY, If_Match=etag).status_code == 200


def test_an_answer_about_an_erased_person_is_gone(api: Api, cast: Cast) -> None:
    ours = api(cast.key())
    ours.post("/v1/secret", {"name": "Ann"}, idempotency_key=KEY)
    assert IdempotencyRecord.unscoped.filter(contact_id="con_1").update(erased_at=clock.now(), body=b"") == 1
    assert code(ours.post("/v1/secret", {"name": "Ann"}, idempotency_key=KEY)) == (410, "erased")
    assert code(ours.post("/v1/secret", {"name": "Bob"}, idempotency_key=KEY)) == (422, "idempotency_key_reused")


def test_a_secret_is_stored_encrypted(api: Api, cast: Cast) -> None:
    ours = api(cast.key())
    first, again = (ours.post("/v1/secret", {"name": "a"}, idempotency_key=KEY) for _ in range(2))
    assert first.content == again.content
    assert first.json()["secret"] == plumbing.SECRET
    stored = IdempotencyRecord.unscoped.get(key=KEY)
    assert stored.sealed
    assert plumbing.SECRET.encode() not in bytes(stored.body)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_write_needs_a_key(api: Api, cast: Cast, method: str) -> None:
    headers = {"Authorization": f"Bearer {cast.key()}"}
    path = "/v1/notes" if method == "POST" else "/v1/notes/1"
    answer = api.client.generic(method, path, b'{"title":"a"}', "application/json", headers=headers)
    assert code(answer) == (400, "idempotency_key_missing")
    assert made(cast) == 0


@pytest.mark.parametrize("key", ["", "a" * 256, "é", "a\tb", "a\x00b", "a\x7f", "ключ"])
def test_keys_that_are_none(api: Api, cast: Cast, key: str) -> None:
    headers = {"Authorization": f"Bearer {cast.key()}", "Idempotency-Key": key}
    answer = api.client.generic("POST", "/v1/notes", b'{"title":"a"}', "application/json", headers=headers)
    assert code(answer) == (400, "idempotency_key_invalid")
    assert made(cast) == 0


def test_a_repeated_key_header_is_refused(api: Api, cast: Cast) -> None:
    """The server joins the values of a repeated header with a comma, and says so in the environ."""
    headers = {"Authorization": f"Bearer {cast.key()}", "Idempotency-Key": "a,b"}
    repeated: dict[str, Any] = {REPEATED_HEADERS: ("HTTP_IDEMPOTENCY_KEY",)}
    answer = api.client.generic("POST", "/v1/notes", b'{"title":"a"}', "application/json", headers=headers, **repeated)
    assert code(answer) == (400, "idempotency_key_invalid")
    assert made(cast) == 0


@pytest.mark.parametrize("key", ["a", "a" * 255, "a b,c;'\"\\%", "~", "' OR 1=1 --"])
def test_keys_that_are_fine(api: Api, cast: Cast, key: str) -> None:
    ours = api(cast.key())
    assert ours.post("/v1/notes", NOTE, idempotency_key=key).status_code == 201
    assert ours.post("/v1/notes", NOTE, idempotency_key=key).headers["Idempotency-Replayed"] == "true"
    assert made(cast) == 1


def test_delete_takes_a_key_but_needs_none(api: Api, cast: Cast) -> None:
    ours = api(cast.key())
    first, second = (ours.post("/v1/notes", NOTE).headers["Location"] for _ in range(2))
    assert ours.delete(first).status_code == 204
    assert ours.delete(first).status_code == 404
    answers = [ours.delete(second, idempotency_key=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert code(ours.delete(second, idempotency_key="é")) == (400, "idempotency_key_invalid")


def test_a_revoked_key_gets_no_replay(api: Api, cast: Cast) -> None:
    token = cast.key()
    api(token).post("/v1/notes", NOTE, idempotency_key=KEY)
    ApiKey.unscoped.update(revoked_at=clock.now() - timedelta(seconds=1))
    assert code(api(token).post("/v1/notes", NOTE, idempotency_key=KEY)) == (401, "token_revoked")


# --- at once, on PostgreSQL ------------------------------------------------------------------------------------
needs_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="two writers need PostgreSQL")


@pytest.fixture
def gates() -> Iterator[None]:
    plumbing.inside.clear()
    plumbing.let_out.clear()
    yield
    plumbing.let_out.set()


def post(token: str, path: str, body: Any) -> Any:
    """One request in a thread of its own, with a connection of its own."""
    try:
        return Api(token).post(path, body, idempotency_key=KEY)
    finally:
        connection.close()


@needs_postgresql
@pytest.mark.django_db(transaction=True)
def test_twenty_equal_writes_at_once_are_one(cast: Cast) -> None:
    token = cast.key()
    answers = run_together([lambda: post(token, "/v1/notes", NOTE)] * 20)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert (made(cast), records(cast)) == (1, 1)


@needs_postgresql
@pytest.mark.django_db(transaction=True)
def test_two_different_writes_under_one_key_at_once_are_one(cast: Cast) -> None:
    token = cast.key()
    answers = run_together([partial(post, token, "/v1/notes", {"title": title}) for title in ("a", "b")])
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert made(cast) == 1


@needs_postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("gates")
def test_a_retry_while_the_first_runs_is_told_to_come_back(cast: Cast) -> None:
    token = cast.key()
    with in_background(lambda: post(token, "/v1/slow", None)) as running:
        assert plumbing.inside.wait(10)
        answer = post(token, "/v1/slow", None)
        plumbing.let_out.set()
    first = running.result()
    assert code(answer) == (409, "idempotency_in_progress")
    assert "Retry-After" not in answer.headers
    assert first.status_code == 200
    again = post(token, "/v1/slow", None)
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    assert made(cast, "slow.done") == 1
