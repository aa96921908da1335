"""The pages of the error codes, which the ``type`` of a problem document leads to."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from crmsolid.core.errors import CODES
from crmsolid.docs import reference
from crmsolid.docs.reference import operations
from tests.tenants import Tenants


def text_of(client: Client, path: str) -> str:
    """The text of a page without tags, with one space between words."""
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


@pytest.mark.parametrize("code", sorted(CODES))
def test_page_says_what_the_code_means_and_what_to_do(client: Client, code: str) -> None:
    text = text_of(client, f"/docs/errors/{code}")
    info = CODES[code]
    assert f"{info.title}, HTTP status {info.status}." in text
    for sentence in (info.meaning, info.advice or info.help):
        assert re.sub(r"\W+", "", sentence) in re.sub(r"\W+", "", text)


@pytest.mark.parametrize("code", sorted(CODES))
def test_example_is_a_problem_document_with_the_code(client: Client, code: str) -> None:
    html = client.get(f"/docs/errors/{code}").content.decode()
    [block] = re.findall(r'<pre id="example"[^>]*><code>(.*?)</code>', html, re.S)
    problem = json.loads(unescape(re.sub(r"<[^>]+>", "", block)))
    assert (problem["type"], problem["code"]) == (f"/docs/errors/{code}", code)
    assert (problem["title"], problem["status"]) == (CODES[code].title, CODES[code].status)
    assert "{" not in problem["instance"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "method", "path", "arguments"),
    [
        ("malformed_json", "POST", "/v1/messages/send", {"data": '{"account_id": 7421 "to": 1}'}),
        ("invalid_parameter", "GET", "/v1/accounts?limit=1000", {}),
        ("bad_request", "GET", "/v1/accounts?limit=%FF", {}),
        ("not_found", "GET", "/v1/accounts/7421", {}),
        ("method_not_allowed", "PUT", "/v1/accounts", {}),
        ("not_acceptable", "GET", "/v1/accounts", {"headers": {"Accept": "text/csv"}}),
        ("validation_failed", "POST", "/v1/messages/send", {"data": '{"account_id": 7421, "to": "@sarah_miller"}'}),
        ("idempotency_key_invalid", "POST", "/v1/contacts", {"headers": {"Idempotency-Key": ""}}),
    ],
)
def test_example_says_what_the_product_answers(
    tenants: Tenants, client: Client, code: str, method: str, path: str, arguments: dict[str, Any]
) -> None:
    headers = {"Idempotency-Key": "example", "Authorization": f"Bearer {tenants.key()}"}
    headers |= arguments.get("headers", {})
    tenants.sandbox(pk=9305)
    data = arguments.get("data", "")
    answered = client.generic(method, path, data, content_type="application/json", headers=headers).json()
    shown = json.loads(reference.example(code))
    for part in ("code", "title", "status", "detail", "errors", "accounts"):
        assert shown.get(part) == answered.get(part)


def test_page_lists_the_operations_that_answer_the_code(client: Client) -> None:
    html = client.get("/docs/errors/contact_conflict").content.decode()
    listed = re.findall(r'<a href="(/swagger#/Contacts/\w+)"><code>([^<]+)</code>', html)
    assert listed == [
        ("/swagger#/Contacts/create_contact", "POST /v1/contacts"),
        ("/swagger#/Contacts/update_contact", "PATCH /v1/contacts/{contact_id}"),
    ]


def test_codes_of_many_operations_are_told_in_a_sentence(client: Client) -> None:
    assert "Any operation may answer it." in text_of(client, "/docs/errors/rate_limited")
    assert "Any operation that writes may answer it:" in text_of(client, "/docs/errors/validation_failed")
    without_scope = (
        "GET /v1/jobs , GET /v1/me , GET /v1/members , GET /v1/proposals/{proposal_id} , GET /v1/proposals , "
        "POST /v1/proposals/{proposal_id}/cancel ."
    )
    assert f"Any operation may answer it, except {without_scope}" in text_of(client, "/docs/errors/scope_missing")
    assert "before a request reaches an operation" in text_of(client, "/docs/errors/not_implemented")


def test_every_operation_has_its_codes() -> None:
    assert len(operations()) > 60
    assert all({"token_missing", "rate_limited"} <= operation.codes <= set(CODES) for operation in operations())


def test_list_has_every_code_by_status(client: Client) -> None:
    html = client.get("/docs/errors/").content.decode()
    rows = re.findall(r'<tr><td>(\d+)</td><td><a href="/docs/errors/(\w+)">', html)
    assert {code for _, code in rows} == set(CODES)
    assert [int(status) for status, _ in rows] == sorted(CODES[code].status for code in CODES)
    assert "Send <code>Authorization: Bearer cs_live_...</code>." in html
    assert client.post("/docs/errors/").status_code == 405


def test_examples_are_of_codes_that_exist() -> None:
    assert {*reference.EXAMPLES, *reference.PATHS} <= set(CODES)
    assert all(any(code.startswith(start) for code in CODES) for start in reference.GUIDES)


@pytest.mark.parametrize("code", sorted(CODES))
def test_page_leads_to_the_guide(client: Client, code: str) -> None:
    html = client.get(f"/docs/errors/{code}").content.decode()
    assert re.search(r'The guide has more: <a href="/docs/guide/[\w-]+">', html)
