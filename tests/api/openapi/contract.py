"""Contract tests: Schemathesis sends what the OpenAPI document allows, and checks the responses against it.

The requests go to the WSGI application in this process.
"""

import re
from typing import Any

import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.test import override_settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from apikeys import tokens
from apikeys.models import ApiKey
from apikeys.services import create_key
from crmsolid.core import clock
from crmsolid.workspaces.actor import ALL_SCOPES
from tests.api.openapi.generated import is_beyond_the_schema, is_valid_after_all, replace_unusable_values
from tests.fuzzing import FUZZ, REPEATABLE
from tests.tenants import Tenants

# Examples an operation.
EXAMPLES = 15 * FUZZ

# Its response never ends, so it cannot be tested here; the tests of the stream read it.
STREAM_PATH = "/v1/messages/stream"
NOT_GENERATED = [STREAM_PATH]

# What a valid request may be answered beside success: its object does not exist or is not in the right state. Never
# 400, 415 or 422: what the document calls valid must be accepted.
STATUSES_OF_VALID_REQUESTS = ["2xx", "304", "404", "409", "410", "412", "429"]

# They take the same filters as POST /v1/segments, which gets all 2,400 bodies that the document lets one think of.
SAME_FILTERS = ("/v1/segments/preview", "/v1/segments/{segment_id}")

# The schema is loaded, with this token, when tests are collected: there is no database yet. `create_key_for_token`
# stores its key later.
TOKEN = tokens.generate("live").text

# Ids of existing objects by collection, set by the test: a generated id would only ever be answered 404.
existing_ids: dict[str, Any] = {}


def create_key_for_token(tenants: Tenants) -> ApiKey:
    """Make TOKEN a key of the workspace of the tests, with all scopes and practically no rate limit."""
    key = create_key(tenants.actor(), name="contract", scopes=ALL_SCOPES, rate_limit=100_000).key
    key.digest = tokens.digest(TOKEN)
    key.last_used_at = clock.now()  # otherwise every request would write it, because all that they write is undone
    key.save(update_fields=["digest", "last_used_at"])
    return key


def load_schema(urlconf: str) -> Any:
    """The Schemathesis schema of the ``/openapi.json`` that is served with these URLs, with all checks.

    One of them finds nothing to do: ``object_level_authorization`` compares several identities, and this has one key.
    """
    with override_settings(ROOT_URLCONF=urlconf):
        schema = schemathesis.openapi.from_wsgi("/openapi.json", get_wsgi_application())
    schema.config.generation.update(max_examples=EXAMPLES, deterministic=REPEATABLE, modes=list(GenerationMode))
    schema.config.checks.positive_data_acceptance.expected_statuses = STATUSES_OF_VALID_REQUESTS
    schema.auth(refresh_interval=None)(BearerToken)
    schema.hook("filter_case")(is_no_repetition)
    return schema


def is_no_repetition(context: Any, case: Any) -> bool:
    """Whether no other operation gets this part of its body already. Random bodies are generated for each."""
    phase = case.meta.phase
    if phase.name != "coverage" or case.path not in SAME_FILTERS:
        return True
    return not re.search(r"filter ->|valid 'filter' value", phase.data.description)


class BearerToken:
    """Authenticates requests; Schemathesis omits or breaks it where it tests authentication itself."""

    def get(self, case: Any, context: Any) -> str:
        return TOKEN

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


def call_and_check(case: Any) -> None:
    """Send one generated request, check its response, and undo what it changed."""
    replace_unusable_values(case, existing_ids)
    with transaction.atomic():
        _check_response(case, case.call())
        transaction.set_rollback(True)


def _check_response(case: Any, response: Any) -> None:
    excluded = [positive_data_acceptance] if is_beyond_the_schema(case, response) else []
    if is_valid_after_all(case):
        excluded.append(negative_data_rejection)
    case.validate_response(response, excluded_checks=excluded)
