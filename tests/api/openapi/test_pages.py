"""The public pages: the OpenAPI document, the interactive reference and the pages of the error codes."""

import re

import pytest
from django.test import Client

from crmsolid.core.errors import CODES

pytestmark = pytest.mark.django_db


def test_document_is_public_and_can_be_revalidated_by_etag(client: Client) -> None:
    first = client.get("/openapi.json")
    assert (first.status_code, first.headers["Content-Type"]) == (200, "application/json")
    assert first.json()["openapi"] == "3.1.0"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert not first.cookies
    second = client.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.content) == (304, b"")


def test_reference_loads_everything_from_this_server(client: Client) -> None:
    response = client.get("/swagger")
    assert response.status_code == 200
    html = response.content.decode()
    urls = re.findall(r'(?:src|href|data-document)="([^"]+)"', html)
    assert len(urls) == 6
    assert all(url.startswith("/") and not url.startswith("//") for url in urls)
    assert "script-src 'self';" in response.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*src=)", html)
    for url in urls:
        asset = client.get(url)
        assert asset.status_code == 200, url
        asset.close()


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_error_code_has_a_page(client: Client, code: str) -> None:
    response = client.get(f"/docs/errors/{code}")
    assert response.status_code == 200
    assert CODES[code].title in response.content.decode()
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


def test_list_of_error_codes_links_to_each_page(client: Client) -> None:
    html = client.get("/docs/errors/").content.decode()
    assert all(f'href="/docs/errors/{code}"' in html for code in CODES)
    assert "Send <code>Authorization: Bearer cs_live_...</code>." in html
    assert client.post("/docs/errors/").status_code == 405


def test_unknown_error_code_has_no_page(client: Client) -> None:
    assert client.get("/docs/errors/nothing").status_code == 404
