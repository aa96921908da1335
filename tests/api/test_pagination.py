"""Cursors of lists."""

import pytest

from tests.api import example_api
from tests.api.assertions import assert_problem
from tests.tenants import Api, Tenants

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
