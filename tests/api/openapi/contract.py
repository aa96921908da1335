"""Contract tests: Schemathesis sends what the OpenAPI document allows, and checks the responses against it.

The requests go to the WSGI application in this process.
"""

import re
from copy import copy
from typing import Any
from uuid import uuid4

import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.test import override_settings
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from apikeys import tokens
from apikeys.services import create_key
from crmsolid.workspaces.actor import ALL_SCOPES
from tests.fuzzing import FUZZ, REPEATABLE
from tests.tenants import Tenants

# Examples an operation.
EXAMPLES = 15 * FUZZ

# Its response never ends, so it cannot be tested here; the tests of the stream read it.
STREAM_PATH = "/v1/messages/stream"
NOT_GENERATED = [STREAM_PATH]
# No schema describes its body: what is in the file decides whether it is accepted. All other checks apply.
IMPORT_PATH = "/v1/contacts/import"

# What a valid request may be answered beside success: its object does not exist or is not in the right state. Never
# 400, 415 or 422: what the document calls valid must be accepted.
STATUSES_OF_VALID_REQUESTS = ["2xx", "304", "404", "409", "410", "412", "429"]

# Errors in well-formed requests that no schema can exclude: a tag both added and removed, a custom field given twice,
# an `until` before its `since` or a `to` before its `from`, too many periods between them or comparisons in a filter, a
# filter with too many levels, a time too far away, a variable or field that the workspace has not defined, a length in
# UTF-16 units of the rendered text.
SEMANTIC_ERRORS = {
    *("ambiguous", "before_from", "before_since", "duplicate", "length", "too_deep", "too_far", "too_many"),
    "unknown_variable",
}

# The schema is loaded, with this token, when tests are collected: there is no database yet. `create_key_for_token`
# stores its key later.
TOKEN = tokens.generate("live").text

# Ids of existing objects by collection, set by the test: a generated id would only ever be answered 404.
existing_ids: dict[str, Any] = {}
# Body fields that take such an id, with its collection.
ID_FIELDS = {"account_id": "accounts", "contact_id": "contacts"}
# Body fields whose valid values only a database knows, with one of them.
VALID_VALUES = {"time_zone": "Europe/Berlin"}


def create_key_for_token(tenants: Tenants) -> None:
    """Make TOKEN a key of the workspace of the tests, with all scopes and practically no rate limit."""
    key = create_key(tenants.actor(), name="contract", scopes=ALL_SCOPES, rate_limit=100_000).key
    key.digest = tokens.digest(TOKEN)
    key.save(update_fields=["digest"])


def load_schema(urlconf: str) -> Any:
    """The Schemathesis schema of the ``/openapi.json`` that is served with these URLs, with all checks.

    One of them finds nothing to do: ``object_level_authorization`` compares several identities, and this has one key.
    """
    with override_settings(ROOT_URLCONF=urlconf):
        schema = schemathesis.openapi.from_wsgi("/openapi.json", get_wsgi_application())
    schema.config.generation.update(max_examples=EXAMPLES, deterministic=REPEATABLE, modes=list(GenerationMode))
    schema.config.checks.positive_data_acceptance.expected_statuses = STATUSES_OF_VALID_REQUESTS
    schema.auth(refresh_interval=None)(BearerToken)
    return schema


class BearerToken:
    """Authenticates requests; Schemathesis omits or breaks it where it tests authentication itself."""

    def get(self, case: Any, context: Any) -> str:
        return TOKEN

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


def call_and_check(case: Any) -> None:
    """Send one generated request, check its response, and undo what it changed."""
    _replace_unusable_values(case)
    with transaction.atomic():
        _check_response(case, case.call())
        transaction.set_rollback(True)


def _check_response(case: Any, response: Any) -> None:
    is_allowed = case.path == IMPORT_PATH or _starts_without_a_key(case, response)
    excluded = [positive_data_acceptance] if is_allowed or _has_only_semantic_errors(response) else []
    case.validate_response(response, excluded_checks=excluded)


def _starts_without_a_key(case: Any, response: Any) -> bool:
    """Whether the start of a broadcast was refused for its missing key. The document cannot say that only a preview
    needs none."""
    is_start = (case.method, case.path) == ("POST", "/v1/broadcasts")
    return is_start and response.status_code == 400 and response.json()["code"] == "idempotency_key_missing"


def _has_only_semantic_errors(response: Any) -> bool:
    if response.status_code not in (400, 422):
        return False
    errors = response.json().get("errors", [])
    return bool(errors) and all(
        error["code"] in SEMANTIC_ERRORS or (error["code"] == "unknown_field" and "custom field" in error["detail"])
        for error in errors
    )


def _replace_unusable_values(case: Any) -> None:
    """Replace generated values that the document allows and that only the server can give out: ids, ETags, cursors.

    Each request also gets an Idempotency-Key of its own. Parts that are invalid on purpose are kept.
    """
    if case.meta is None:
        return
    if not case.meta.is_negative_at(ParameterLocation.HEADER):
        case.headers = _without(case.headers, "If-Match")
        if case.method != "GET":
            case.headers = _without(case.headers, "If-None-Match")
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = str(uuid4())
    if not case.meta.is_negative_at(ParameterLocation.QUERY):
        case.query = _without(case.query, "cursor")
        if "segment" in case.query and "segments" in existing_ids:
            case.query["segment"] = existing_ids["segments"]
    if case.meta.is_negative_at(ParameterLocation.PATH):
        return
    collections = {name: collection for collection, name in re.findall(r"([\w-]+)/\{(\w+)\}", case.path)}
    case.path_parameters = {
        name: existing_ids.get(collections.get(name, ""), generated)
        for name, generated in (case.path_parameters or {}).items()
    }
    if isinstance(case.body, dict) and not case.meta.is_negative_at(ParameterLocation.BODY):
        ids = {name: existing_ids[collection] for name, collection in ID_FIELDS.items() if collection in existing_ids}
        case.body = {name: {**ids, **VALID_VALUES}.get(name, value) for name, value in case.body.items()}


def _without(values: Any, name: str) -> Any:
    """A copy without this name; the original may be generated again."""
    remaining = copy(values if values is not None else {})
    remaining.pop(name, None)
    return remaining
