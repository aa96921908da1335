"""The last page of each list that can be asked for in ascending order of ``created_at`` or ``updated_at`` says until
when it is complete. The URL configuration says what lists there are.
"""

import re
from typing import Any

import pytest

from crmsolid.api.endpoint import ListOf
from crmsolid.api.pagination import SYNCED_COLUMNS
from crmsolid.urls import v1
from tests.panel import furnish
from tests.tenants import Api, Tenants

# Telegram says when a message was written, which may be long before it arrives.
DATED_BEFORE_THEY_ARE_STORED = {"messages", "threads/{thread}/messages"}


def lists() -> list[tuple[str, ListOf, list[dict[str, str]]]]:
    """The template of the path of each list, its declaration, and the queries that ask for it in ascending order."""
    found = []
    for pattern in v1:
        endpoint = getattr(pattern.callback, "view_class", None).endpoints.get("GET")  # type: ignore[union-attr]
        shape = endpoint and endpoint.responses.get(200)
        if not isinstance(shape, ListOf):
            continue
        template = re.sub(r"<\w+:(\w+)_id>", r"{\1}", str(pattern.pattern))
        sort: Any = endpoint.query().fields.get("sort")
        ascending = [{"sort": column} for column in SYNCED_COLUMNS if sort is not None and column in sort.choices]
        found.append((template, shape, ascending))
    return found


def test_lists_in_ascending_order_of_a_time_are_declared_so() -> None:
    ascending = {template for template, _, queries in lists() if queries}
    assert ascending >= {"contacts", *DATED_BEFORE_THEY_ARE_STORED}
    synced = {template for template, shape, _ in lists() if shape.synced}
    assert synced == ascending - DATED_BEFORE_THEY_ARE_STORED


@pytest.mark.django_db
def test_their_last_page_alone_says_until_when_they_are_complete(api: Api, tenants: Tenants) -> None:
    rows = furnish(tenants.workspace, "ours").rows
    ids = {str(type(row)._meta.model_name): str(row.pk) for row in reversed(rows)}
    ours = api(tenants.key(rate_limit=10_000))
    for name in ("ada_one", "ada_two"):
        ours.post("/v1/contacts", {"username": name})
    for template, shape, queries in lists():
        path = f"/v1/{template}".format_map(ids)
        for query in queries:
            pages = [ours.get(path, {**query, "limit": 1}).json()]
            while pages[-1]["next_cursor"] is not None:
                pages.append(ours.get(path, {**query, "limit": 1, "cursor": pages[-1]["next_cursor"]}).json())
            assert ["synced_until" in page for page in pages] == [False] * (len(pages) - 1) + [shape.synced], path
            if shape.synced:
                assert len(pages) > 1, path
        for other in ({"sort": f"-{column}"} for column in SYNCED_COLUMNS if {"sort": column} in queries):
            assert "synced_until" not in ours.get(path, other).json(), path
        assert "synced_until" not in ours.get(path).json(), path
