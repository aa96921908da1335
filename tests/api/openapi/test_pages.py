"""The address of the OpenAPI document."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_document_is_public_and_can_be_revalidated_by_etag(client: Client) -> None:
    first = client.get("/openapi.json")
    assert (first.status_code, first.headers["Content-Type"]) == (200, "application/json")
    assert first.json()["openapi"] == "3.1.0"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert not first.cookies
    second = client.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.content) == (304, b"")
