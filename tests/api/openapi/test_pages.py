"""The addresses of the OpenAPI document and of the Postman collection."""

import json

import pytest
from django.test import Client

from crmsolid.api.management.commands.write_openapi import committed

pytestmark = pytest.mark.django_db


def test_document_is_public_and_can_be_revalidated_by_etag(client: Client) -> None:
    first = client.get("/openapi.json")
    assert (first.status_code, first.headers["Content-Type"]) == (200, "application/json")
    assert first.json()["openapi"] == "3.1.0"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert not first.cookies
    second = client.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.content) == (304, b"")


def test_postman_collection_is_public_and_names_the_address_that_it_was_asked_for_at(client: Client) -> None:
    answer = client.get("/postman.json", headers={"Host": "crm.example.com"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert not answer.cookies
    collection = json.loads(committed("postman.json").read_text(encoding="utf-8"))
    assert collection["variable"][0] == {"key": "CRMSOLID_URL", "value": "https://api.crmsolid.com", "type": "string"}
    collection["variable"][0]["value"] = "http://crm.example.com"
    assert answer.json() == collection
