"""A write with an Idempotency-Key happens once, and its response is replayed byte for byte."""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from apikeys.models import ApiKey
from crmsolid.api import idempotency
from crmsolid.api.idempotency import IdempotencyRecord
from crmsolid.core import clock
from crmsolid.serving.request import REPEATED_HEADERS
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry
from tests.api import urls
from tests.api.assertions import assert_problem
from tests.api.example_api import NOTE_ACTION
from tests.fuzzing import examples
from tests.tenants import Api, Tenants
from tests.threads import in_background, run_together

pytestmark = [pytest.mark.django_db, pytest.mark.urls(urls.__name__)]

KEY = "0b0c7f3e-6e0a-4a55-9a0b-000000000001"
NOTE = {"title": "Call back", "tags": ["a"]}


def count_writes(tenants: Tenants, action: str = NOTE_ACTION) -> int:
    return AuditEntry.objects.for_workspace(tenants.workspace).filter(action=action).count()


def count_stored_responses(tenants: Tenants) -> int:
    return IdempotencyRecord.objects.for_workspace(tenants.workspace).count()


def test_second_request_with_the_same_key_gets_the_first_response(api: Api, tenants: Tenants) -> None:
    client = api(tenants.key())
    first, second = (client.post("/v1/notes", NOTE, idempotency_key=KEY) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    for name in ("Content-Type", "Location"):
        assert first.headers[name] == second.headers[name]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    assert second.headers["X-RateLimit-Remaining"] == "598"
    assert count_writes(tenants) == 1


def test_replayed_response_has_the_etag(api: Api, tenants: Tenants) -> None:
    client = api(tenants.key())
    location = client.post("/v1/notes", NOTE).headers["Location"]
    first, second = (client.patch(location, {"title": "b"}, idempotency_key=KEY) for _ in range(2))
    assert first.headers["ETag"] == second.headers["ETag"]
    assert second.headers["Idempotency-Replayed"] == "true"


def test_empty_response_is_replayed_empty(api: Api, tenants: Tenants) -> None:
    client = api(tenants.key())
    first, second = (client.post("/v1/notes/1/close", idempotency_key=KEY) for _ in range(2))
    assert (first.status_code, first.content) == (second.status_code, second.content) == (204, b"")
    assert "Content-Type" not in first.headers and "Content-Type" not in second.headers


def test_different_request_with_the_same_key_is_refused(api: Api, tenants: Tenants) -> None:
    client = api(tenants.key())
    client.post("/v1/notes", NOTE, idempotency_key=KEY)
    responses = [
        client.post("/v1/notes", {**NOTE, "title": "Other"}, idempotency_key=KEY),
        client.post("/v1/notes", b'{"title":"Call back","tags":["a"]}', idempotency_key=KEY),
        client.post("/v1/notes?x=1", NOTE, idempotency_key=KEY),
        client.post("/v1/echo", NOTE, idempotency_key=KEY),
        client.post("/v1/notes", NOTE, idempotency_key=KEY, If_Match='"1"'),
        client.post("/v1/notes", NOTE, idempotency_key=KEY, If_None_Match="*"),
        client.patch("/v1/notes/1", NOTE, idempotency_key=KEY),
        client.post("/v1/notes", b"{", idempotency_key=KEY),
    ]
    for response in responses:
        assert_problem(response, "idempotency_key_reused")
    assert count_writes(tenants) == 1


def test_response_is_not_replayed_to_a_key_that_may_not_read_it(api: Api, tenants: Tenants) -> None:
    api(tenants.key()).post("/v1/notes", NOTE, idempotency_key=KEY)
    write_only = api(tenants.key([Scope.WRITE_CONTACTS]))
    assert_problem(write_only.post("/v1/notes", NOTE, idempotency_key=KEY), "idempotency_key_reused")


@pytest.mark.parametrize("all_scopes_first", [True, False])
def test_response_is_replayed_to_a_key_with_other_scopes_that_may_read_it(
    api: Api, tenants: Tenants, all_scopes_first: bool
) -> None:
    tokens = [tenants.key(), tenants.key([Scope.WRITE_CONTACTS, Scope.READ_CONTACTS])]
    first_token, second_token = tokens if all_scopes_first else reversed(tokens)
    first = api(first_token).post("/v1/notes", NOTE, idempotency_key=KEY)
    second = api(second_token).post("/v1/notes", NOTE, idempotency_key=KEY)
    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert count_writes(tenants) == 1


def test_idempotency_keys_are_shared_by_the_keys_of_a_workspace_and_by_no_others(api: Api, tenants: Tenants) -> None:
    first = api(tenants.key()).post("/v1/notes", NOTE, idempotency_key=KEY)
    same_workspace = api(tenants.key()).post("/v1/notes", NOTE, idempotency_key=KEY)
    assert (same_workspace.content, same_workspace.headers["Idempotency-Replayed"]) == (first.content, "true")
    other_workspace = api(tenants.key(workspace=tenants.other)).post("/v1/notes", NOTE, idempotency_key=KEY)
    test_twin = api(tenants.key(workspace=tenants.twin)).post("/v1/notes", NOTE, idempotency_key=KEY)
    assert other_workspace.status_code == test_twin.status_code == 201
    assert len({first.content, other_workspace.content, test_twin.content}) == 3


def test_replay_requires_the_scope_of_the_endpoint(api: Api, tenants: Tenants) -> None:
    api(tenants.key()).post("/v1/notes", NOTE, idempotency_key=KEY)
    response = api(tenants.key([Scope.READ_CONTACTS])).post("/v1/notes", NOTE, idempotency_key=KEY)
    assert_problem(response, "scope_missing")


def test_revoked_api_key_gets_no_replay(api: Api, tenants: Tenants) -> None:
    token = tenants.key()
    api(token).post("/v1/notes", NOTE, idempotency_key=KEY)
    ApiKey.unscoped.update(revoked_at=clock.now() - timedelta(seconds=1))
    assert_problem(api(token).post("/v1/notes", NOTE, idempotency_key=KEY), "token_revoked")


def test_error_response_is_not_stored_and_leaves_the_key_unused(api: Api, tenants: Tenants) -> None:
    client = api(tenants.key())
    rate_limited = tenants.key(rate_limit=1)
    api(rate_limited).get("/v1/me")
    errors = [
        client.post("/v1/notes", {"titel": "x"}, idempotency_key=KEY),
        client.post("/v1/notes", b"{", idempotency_key=KEY),
        api("cs_live_a4f9_nonsense").post("/v1/notes", NOTE, idempotency_key=KEY),
        api(tenants.key([Scope.READ_CONTACTS])).post("/v1/notes", NOTE, idempotency_key=KEY),
        api(rate_limited).post("/v1/notes", NOTE, idempotency_key=KEY),
        client.post("/v1/failing", idempotency_key=KEY),
        client.patch("/v1/notes/1", {"title": "x"}, idempotency_key=KEY),
    ]
    assert [response.status_code for response in errors] == [422, 400, 401, 403, 429, 500, 404]
    assert (count_writes(tenants), count_stored_responses(tenants)) == (0, 0)
    response = client.post("/v1/notes", NOTE, idempotency_key=KEY)
    assert (response.status_code, "Idempotency-Replayed" in response.headers) == (201, False)
    assert (count_writes(tenants), count_stored_responses(tenants)) == (1, 1)


def test_failed_precondition_leaves_the_key_unused(api: Api, tenants: Tenants) -> None:
    client = api(tenants.key())
    location = client.post("/v1/notes", NOTE).headers["Location"]
    failed = client.patch(location, {"title": "b"}, idempotency_key=KEY, If_Match='"0"')
    assert_problem(failed, "precondition_failed")
    etag = client.get(location).headers["ETag"]
    assert client.patch(location, {"title": "b"}, idempotency_key=KEY, If_Match=etag).status_code == 200


def test_response_about_an_erased_contact_is_not_replayed(api: Api, tenants: Tenants) -> None:
    client = api(tenants.key())
    client.post("/v1/secret", {"name": "Ann"}, idempotency_key=KEY)
    idempotency.erase(tenants.workspace.pk, "con_1")
    assert_problem(client.post("/v1/secret", {"name": "Ann"}, idempotency_key=KEY), "erased")
    assert_problem(client.post("/v1/secret", {"name": "Bob"}, idempotency_key=KEY), "idempotency_key_reused")
    assert bytes(IdempotencyRecord.objects.for_workspace(tenants.workspace).get(key=KEY).body) == b""


def test_response_with_a_secret_is_stored_encrypted(api: Api, tenants: Tenants) -> None:
    client = api(tenants.key())
    first, second = (client.post("/v1/secret", {"name": "a"}, idempotency_key=KEY) for _ in range(2))
    assert first.content == second.content
    assert first.json()["secret"] == urls.SECRET
    stored = IdempotencyRecord.objects.for_workspace(tenants.workspace).get(key=KEY)
    assert stored.sealed
    assert urls.SECRET.encode() not in bytes(stored.body)


# --- the header -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/notes"), ("PATCH", "/v1/notes/1")])
def test_post_and_patch_without_a_key_are_refused(api: Api, tenants: Tenants, method: str, path: str) -> None:
    headers = {"Authorization": f"Bearer {tenants.key()}"}
    response = api.client.generic(method, path, b'{"title":"a"}', "application/json", headers=headers)
    assert_problem(response, "idempotency_key_missing")
    assert count_writes(tenants) == 0


@pytest.mark.parametrize("key", ["", "a" * 256, "é", "a\tb", "a\x00b", "a\x7f", "ключ"])
def test_invalid_key_is_refused(api: Api, tenants: Tenants, key: str) -> None:
    headers = {"Authorization": f"Bearer {tenants.key()}", "Idempotency-Key": key}
    response = api.client.generic("POST", "/v1/notes", b'{"title":"a"}', "application/json", headers=headers)
    problem = assert_problem(response, "idempotency_key_invalid")
    assert ("the Idempotency-Key is empty" in problem["detail"]) == (key.strip() == "")
    assert count_writes(tenants) == 0


def test_repeated_header_is_refused(api: Api, tenants: Tenants) -> None:
    """The server joins the values of a repeated header with a comma and lists the header in the environ."""
    headers = {"Authorization": f"Bearer {tenants.key()}", "Idempotency-Key": "a,b"}
    environ: dict[str, Any] = {REPEATED_HEADERS: ("HTTP_IDEMPOTENCY_KEY",)}
    response = api.client.generic("POST", "/v1/notes", b'{"title":"a"}', "application/json", headers=headers, **environ)
    assert_problem(response, "idempotency_key_invalid")
    assert count_writes(tenants) == 0


@pytest.mark.parametrize("key", ["a", "a" * 255, "a b,c;'\"\\%", "~", "' OR 1=1 --"])
def test_key_may_have_any_printable_ascii_characters(api: Api, tenants: Tenants, key: str) -> None:
    client = api(tenants.key())
    assert client.post("/v1/notes", NOTE, idempotency_key=key).status_code == 201
    assert client.post("/v1/notes", NOTE, idempotency_key=key).headers["Idempotency-Replayed"] == "true"
    assert count_writes(tenants) == 1


def test_key_is_optional_on_delete(api: Api, tenants: Tenants) -> None:
    client = api(tenants.key())
    first_note, second_note = (client.post("/v1/notes", NOTE).headers["Location"] for _ in range(2))
    assert client.delete(first_note).status_code == 204
    assert client.delete(first_note).status_code == 404
    responses = [client.delete(second_note, idempotency_key=KEY) for _ in range(2)]
    assert [response.status_code for response in responses] == [204, 204]
    assert responses[1].headers["Idempotency-Replayed"] == "true"
    assert_problem(client.delete(second_note, idempotency_key="é"), "idempotency_key_invalid")


# --- concurrent requests --------------------------------------------------------------------------------------


def post(token: str, path: str, body: Any) -> Any:
    """Send one request with the same Idempotency-Key as all others."""
    return Api(token).post(path, body, idempotency_key=KEY)


@pytest.mark.django_db(transaction=True)
def test_20_equal_concurrent_requests_write_once(tenants: Tenants) -> None:
    token = tenants.key()
    responses = run_together([lambda: post(token, "/v1/notes", NOTE)] * 20)
    assert {response.status_code for response in responses} == {201}
    assert len({response.content for response in responses}) == 1
    assert sum("Idempotency-Replayed" not in response.headers for response in responses) == 1
    assert (count_writes(tenants), count_stored_responses(tenants)) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_one_of_two_different_concurrent_requests_with_the_same_key_is_refused(tenants: Tenants) -> None:
    token = tenants.key()
    responses = run_together([partial(post, token, "/v1/notes", {"title": title}) for title in ("a", "b")])
    assert sorted(response.status_code for response in responses) == [201, 422]
    assert count_writes(tenants) == 1


@pytest.fixture
def slow_request() -> Iterator[None]:
    urls.slow_request_started.clear()
    urls.slow_request_may_finish.clear()
    yield
    urls.slow_request_may_finish.set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("slow_request")
def test_retry_while_the_first_request_is_running_is_refused_and_later_replayed(tenants: Tenants) -> None:
    token = tenants.key()
    with in_background(lambda: post(token, "/v1/slow", None)) as running:
        assert urls.slow_request_started.wait(10)
        early_retry = post(token, "/v1/slow", None)
        urls.slow_request_may_finish.set()
    first = running.result()
    assert_problem(early_retry, "idempotency_in_progress")
    assert first.status_code == 200
    retry = post(token, "/v1/slow", None)
    assert (retry.content, retry.headers["Idempotency-Replayed"]) == (first.content, "true")
    assert count_writes(tenants, "slow.called") == 1


# What a header can carry: bytes but line breaks, read as Latin-1, and without blanks at its ends, which servers remove.
HEADERS = (
    st.one_of(
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=260),
        st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=20),
    )
    .map(lambda text: text.strip(" \t"))
    .filter(bool)
)


@examples(50)
@given(HEADERS)
def test_any_header_is_a_key_that_is_honoured_or_refused(api: Api, tenants: Tenants, key: str) -> None:
    with transaction.atomic():
        client = api(tenants.key())
        responses = [client.post("/v1/notes", NOTE, idempotency_key=key) for _ in range(2)]
        if re.fullmatch(r"[ -~]{1,255}", key):
            assert [response.status_code for response in responses] == [201, 201]
            assert responses[0].content == responses[1].content
            assert count_writes(tenants) == 1
        else:
            assert [response.json()["code"] for response in responses] == ["idempotency_key_invalid"] * 2
            assert count_writes(tenants) == 0
        transaction.set_rollback(True)
