"""Cursors of lists."""

import base64

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.api import example_api
from tests.api.assertions import assert_problem
from tests.fuzzing import examples
from tests.tenants import Api, Tenants


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


pytestmark = [pytest.mark.django_db, pytest.mark.urls(example_api.__name__)]


def test_cursor_continues_where_the_page_ended(api: Api, tenants: Tenants) -> None:
    client = api(tenants.key())
    for number in range(5):
        client.post("/v1/notes", {"title": f"{number}"})
    pages: list[list[str]] = []
    cursor = None
    while not pages or cursor:
        body = client.get("/v1/notes", {"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        pages.append([note["title"] for note in body["data"]])
        cursor = body["next_cursor"]
    assert pages == [["4", "3"], ["2", "1"], ["0"]]


def test_cursor_is_valid_only_for_its_list_filters_and_workspace(api: Api, tenants: Tenants) -> None:
    client = api(tenants.key())
    for title in ("a", "b"):
        client.post("/v1/notes", {"title": title})
    cursor = client.get("/v1/notes", {"limit": 1}).json()["next_cursor"]
    assert_problem(client.get("/v1/notes", {"cursor": cursor, "kind": "plain"}), "invalid_cursor")
    assert_problem(api(tenants.key(workspace=tenants.other)).get("/v1/notes", {"cursor": cursor}), "invalid_cursor")
    assert_problem(client.get("/v1/notes", {"cursor": cursor[:-1]}), "invalid_cursor")


@examples(10)
@given(count=st.integers(0, 7), limits=st.lists(st.integers(1, 4), min_size=1, max_size=7))
def test_pages_of_any_sizes_have_each_row_once_in_order(
    api: Api, tenants: Tenants, count: int, limits: list[int]
) -> None:
    with transaction.atomic():
        client = api(tenants.key())
        for number in range(count):
            client.post("/v1/notes", {"title": f"{number}"})
        found: list[str] = []
        cursor: dict[str, str] = {}
        for page in range(count + 1):
            body = client.get("/v1/notes", {"limit": limits[page % len(limits)], **cursor}).json()
            found += [note["title"] for note in body["data"]]
            if body["next_cursor"] is None:
                break
            cursor = {"cursor": body["next_cursor"]}
        assert found == [f"{number}" for number in reversed(range(count))]
        transaction.set_rollback(True)


@examples(60)
@given(st.one_of(st.text(max_size=30), st.text("AZaz09-_=+/%", max_size=60), st.binary(max_size=40).map(encoded)))
def test_any_text_as_a_cursor_is_refused(api: Api, tenants: Tenants, text: str) -> None:
    problem = api(tenants.key()).get("/v1/notes", {"cursor": text}).json()
    assert (problem["status"], problem["code"]) in [(400, "invalid_cursor"), (400, "invalid_parameter")]


@examples(60)
@given(
    edit=st.sampled_from(["replace", "insert", "delete"]),
    at=st.floats(0, 0.999),
    character=st.characters(exclude_categories=["Cs"]),
)
def test_changed_cursor_is_refused_or_shows_the_same_page(
    api: Api, tenants: Tenants, edit: str, at: float, character: str
) -> None:
    with transaction.atomic():
        client = api(tenants.key())
        for title in ("a", "b", "c"):
            client.post("/v1/notes", {"title": title})
        cursor = client.get("/v1/notes", {"limit": 1}).json()["next_cursor"]
        position = int(at * len(cursor))
        rest = cursor[position + (edit != "insert") :]
        changed = cursor[:position] + ("" if edit == "delete" else character) + rest
        response = client.get("/v1/notes", {"cursor": changed})
        # Base64 has several spellings of the same bytes, and they are those that were signed.
        if response.status_code == 200:
            assert [note["title"] for note in response.json()["data"]] == ["b", "a"]
        else:
            assert response.json()["code"] in ("invalid_cursor", "invalid_parameter")
            assert response.status_code == 400
        transaction.set_rollback(True)
