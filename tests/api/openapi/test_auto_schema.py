"""What an endpoint's declaration becomes in the OpenAPI document."""

from typing import Any

import pytest

from tests.api.openapi.navigation import error_codes, operations, parameters, responses


def test_operation_ids(example_document: dict[str, Any]) -> None:
    ids = {f"{method} {path}": operation["operationId"] for path, method, operation in operations(example_document)}
    assert ids == {
        "get /v1/me": "get_me",
        "get /v1/notes": "list_notes",
        "post /v1/notes": "create_note",
        "get /v1/notes/export": "get_notes_export",
        "get /v1/notes/{note_id}": "get_note",
        "patch /v1/notes/{note_id}": "update_note",
        "delete /v1/notes/{note_id}": "delete_note",
        "post /v1/notes/{note_id}/close": "close_note",
    }


def test_summary_and_description_come_from_the_docstring_and_name_the_scope(example_document: dict[str, Any]) -> None:
    operation = example_document["paths"]["/v1/notes"]["get"]
    assert operation["summary"] == "List notes."
    assert operation["description"].startswith("Newest first.\n\nScope: `read:contacts` (")
    assert operation["security"] == [{"apiKey": ["read:contacts"]}]


def test_query_parameters_of_a_list(example_document: dict[str, Any]) -> None:
    by_name = parameters(example_document, "get", "/v1/notes")
    assert by_name["tag"]["schema"] == {
        "type": "array",
        "items": {"type": "string", "pattern": r"^[^\u0000]*$", "minLength": 1, "maxLength": 10},
        "maxItems": 20,
    }
    assert by_name["limit"]["schema"] == {
        "type": "integer", "format": "int64", "minimum": 1, "maximum": 100, "default": 50
    }  # fmt: skip
    assert by_name["kind"]["schema"] == {"type": "string", "enum": ["plain", "1"]}
    assert by_name["done"]["schema"] == {"type": "boolean"}
    assert "Idempotency-Key" not in by_name


def test_path_and_header_parameters_of_a_write(example_document: dict[str, Any]) -> None:
    patch = parameters(example_document, "patch", "/v1/notes/{note_id}")
    assert patch["Idempotency-Key"]["required"] is True
    assert patch["If-Match"]["required"] is patch["If-None-Match"]["required"] is False
    assert patch["note_id"]["schema"]["maximum"] == 2**63 - 1
    assert parameters(example_document, "delete", "/v1/notes/{note_id}")["Idempotency-Key"]["required"] is False


def test_responses_of_a_read(example_document: dict[str, Any]) -> None:
    by_status = responses(example_document, "get", "/v1/notes/{note_id}")
    assert sorted(by_status) == [
        "200", "304", "400", "401", "403", "404", "405", "406", "408", "412", "429", "431", "500", "503",
    ]  # fmt: skip
    assert "ETag" in by_status["304"]["headers"] and "content" not in by_status["304"]
    assert error_codes(by_status["400"]) == ["invalid_parameter", "bad_request"]
    assert error_codes(by_status["429"]) == ["rate_limited"]
    assert "Retry-After" in by_status["429"]["headers"]
    assert "ETag" in by_status["200"]["headers"]


def test_responses_of_a_write(example_document: dict[str, Any]) -> None:
    by_status = responses(example_document, "patch", "/v1/notes/{note_id}")
    assert sorted(by_status) == [
        "200", "202", "400", "401", "403", "404", "405", "406", "408", "409", "410", "412", "413", "415", "422", "429",
        "431", "500", "503",
    ]  # fmt: skip
    assert by_status["202"]["content"]["application/json"]["schema"]["$ref"].endswith("/Proposal")
    assert {"approval_needed", "outside_limits"} < set(error_codes(by_status["403"]))
    assert error_codes(by_status["409"]) == ["idempotency_in_progress"]
    assert error_codes(by_status["422"]) == ["validation_failed", "idempotency_key_reused"]
    assert "Idempotency-Replayed" in by_status["200"]["headers"]


def test_declared_error_code_is_listed(example_document: dict[str, Any]) -> None:
    by_status = responses(example_document, "post", "/v1/notes/{note_id}/close")
    assert error_codes(by_status["409"]) == ["idempotency_in_progress", "invalid_state"]


def test_raw_and_empty_responses(example_document: dict[str, Any]) -> None:
    by_status = responses(example_document, "get", "/v1/notes/export")
    assert sorted(by_status["200"]["content"]) == ["application/x-ndjson", "text/csv"]
    assert "Content-Disposition" in by_status["200"]["headers"]
    assert "304" not in by_status and "ETag" not in by_status["200"]["headers"]
    assert "406" not in by_status  # it is declared with negotiates=False
    assert "content" not in responses(example_document, "delete", "/v1/notes/{note_id}")["204"]


def test_every_response_has_the_common_headers(example_document: dict[str, Any]) -> None:
    for path, method, _ in operations(example_document):
        for status, response in responses(example_document, method, path).items():
            expected = {"X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
            expected |= {"RateLimit-Policy", "RateLimit"}
            if status in ("408", "431"):  # which are answered before the key is read
                assert set(response["headers"]) == {"X-Request-Id"}
            else:
                assert set(response["headers"]) >= expected


# The error codes with status 404, 409 and 429 of writes of contacts and messages, and whether a success has an ETag.
LIMITED = ["rate_limited", "key_budget"]
WRITES = {
    "post /v1/contacts": ([], ["idempotency_in_progress", "contact_conflict"], LIMITED, True),
    "patch /v1/contacts/{contact_id}": (
        ["not_found"],
        ["idempotency_in_progress", "contact_conflict"],
        LIMITED,
        True,
    ),
    "delete /v1/contacts/{contact_id}": (
        ["not_found"],
        ["idempotency_in_progress"],
        LIMITED,
        False,
    ),
    "post /v1/contacts/{contact_id}/tags": (
        ["not_found"],
        ["idempotency_in_progress"],
        LIMITED,
        True,
    ),
    "post /v1/messages/send": (
        ["not_found"],
        ["idempotency_in_progress", "contact_opted_out"],
        [*LIMITED, "account_daily_limit"],
        False,
    ),
    "post /v1/messages/{message_id}/cancel": (
        ["not_found"],
        ["idempotency_in_progress", "invalid_state"],
        LIMITED,
        False,
    ),
    "post /v1/threads/{thread_id}/read": (
        ["not_found"],
        ["idempotency_in_progress"],
        LIMITED,
        False,
    ),
}


@pytest.mark.parametrize("write", list(WRITES))
def test_write_of_the_product_lists_exactly_its_error_codes(product_document: dict[str, Any], write: str) -> None:
    by_status = responses(product_document, *write.split())
    codes = [error_codes(by_status[status]) if status in by_status else [] for status in ("404", "409", "429")]
    # 202 is the proposal of a write that waits.
    successes = [response for status, response in by_status.items() if status.startswith("2") and status != "202"]
    assert (*codes, all("ETag" in response["headers"] for response in successes)) == WRITES[write]
