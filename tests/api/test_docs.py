"""What a reader opens: the document, the reference, the pages of the errors."""

import re

import pytest
from django.test import Client

from crmsolid.core.errors import CODES

pytestmark = pytest.mark.django_db


def test_the_document_is_served_to_anybody_and_revalidated(client: Client) -> None:
    first = client.get("/openapi.json")
    assert (first.status_code, first.headers["Content-Type"]) == (200, "application/json")
    assert first.json()["openapi"] == "3.1.0"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert not first.cookies
    again = client.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_reference_loads_nothing_from_elsewhere(client: Client) -> None:
    answer = client.get("/swagger")
    assert answer.status_code == 200
    page = answer.content.decode()
    loaded = re.findall(r'(?:src|href|data-document)="([^"]+)"', page)
    assert len(loaded) == 6
    assert all(address.startswith("/") and not address.startswith("//") for address in loaded)
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*src=)", page)
    for address in loaded:
        found = client.get(address)
        assert found.status_code == 200, address
        found.close()


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_its_page(client: Client, code: str) -> None:
    page = client.get(f"/docs/errors/{code}")
    assert page.status_code == 200
    assert CODES[code].title in page.content.decode()
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"


def test_the_list_of_codes(client: Client) -> None:
    page = client.get("/docs/errors/").content.decode()
    assert all(f'href="/docs/errors/{code}"' in page for code in CODES)
    assert "Send <code>Authorization: Bearer cs_live_...</code>." in page
    assert client.get("/docs/errors/nothing").status_code == 404
    assert client.post("/docs/errors/").status_code == 405
