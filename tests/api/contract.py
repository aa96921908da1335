"""Schemathesis over the served document, against the WSGI application in this process."""

import os
import re
from typing import Any
from uuid import uuid4

import schemathesis
from django.test import override_settings
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from apikeys import tokens
from apikeys.services import create_key
from crmsolid.workspaces.scopes import ALL_SCOPES
from crmsolid.wsgi import application
from tests.cast import Cast

EXAMPLES = int(os.environ.get("CRMSOLID_CONTRACT_EXAMPLES", "25"))

# What a valid request may meet beside success: a thing that is not there or not in the state it needs. Never 400, 415
# or 422: whatever the document calls valid is accepted.
ACCEPTED = ["2xx", "404", "409", "410", "412", "429"]


# Requests are generated when tests are collected, long before there is a database with keys in it.
TOKEN = tokens.generate("live").text

# Ids that are there, by the segment in front of the parameter; a random one only ever meets a 404.
SEEDS: dict[str, Any] = {}
# Fields of a body that name one of them.
NAMED_IDS = {"account_id": "accounts", "contact_id": "contacts"}


def admit(cast: Cast) -> None:
    """Make the token a key of the cast's workspace that no rate limit stops."""
    key = create_key(cast.actor(), name="contract", scopes=ALL_SCOPES, rate_limit=100_000).key
    key.digest = tokens.digest(TOKEN)
    key.save(update_fields=["digest"])


def load(urlconf: str) -> Any:
    """Every operation of the ``/openapi.json`` that is served with these URLs; all checks are on."""
    with override_settings(ROOT_URLCONF=urlconf):
        schema = schemathesis.openapi.from_wsgi("/openapi.json", application)
    schema.config.generation.update(max_examples=EXAMPLES, deterministic=True)
    schema.config.checks.positive_data_acceptance.expected_statuses = ACCEPTED
    schema.auth(refresh_interval=None)(Bearer)
    return schema


class Bearer:
    """Schemathesis leaves it out, or breaks it, where it tests authentication itself."""

    def get(self, case: Any, context: Any) -> str:
        return TOKEN

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


def check(case: Any) -> None:
    """Send one generated request and judge the answer."""
    _make_single(case)
    _aim(case)
    response = case.call()
    excluded = [positive_data_acceptance] if _judged_by_meaning(response) else []
    case.validate_response(response, excluded_checks=excluded)


# Refusals of what is well formed but means nothing here: no schema can say them.
MEANINGS = {
    "ambiguous",
    "invalid_email",
    "invalid_tag",
    "length",
    "required",
    "template_syntax",
    "too_far",
    "unknown_variable",
}
# Fields that take names from a database of the world, and one of them.
NAMES = {"time_zone": "Europe/Berlin"}


def _judged_by_meaning(response: Any) -> bool:
    if response.status_code != 422:
        return False
    errors = response.json().get("errors", [])
    custom = [error for error in errors if "custom fields:" in error["detail"] and error["code"] == "unknown_field"]
    meant = [error for error in errors if error["code"] in MEANINGS]
    return bool(errors) and len(custom) + len(meant) == len(errors)


def _aim(case: Any) -> None:
    if case.meta is None or case.meta.is_negative_at(ParameterLocation.PATH):
        return
    for segment, name in re.findall(r"([\w-]+)/\{(\w+)\}", case.path):
        if segment in SEEDS and name in (case.path_parameters or {}):
            case.path_parameters[name] = SEEDS[segment]
    if isinstance(case.body, dict) and not case.meta.is_negative_at(ParameterLocation.BODY):
        case.body |= {name: SEEDS[where] for name, where in NAMED_IDS.items() if name in case.body and where in SEEDS}
        case.body |= {name: value for name, value in NAMES.items() if name in case.body}


def _make_single(case: Any) -> None:
    """What no document can say: a key is for one request, ETags and cursors are those that the server gave out."""
    if case.meta is None:
        return
    if not case.meta.is_negative_at(ParameterLocation.HEADER):
        (case.headers or {}).pop("If-Match", None)
        if "Idempotency-Key" in (case.headers or {}):
            case.headers["Idempotency-Key"] = str(uuid4())
    if not case.meta.is_negative_at(ParameterLocation.QUERY):
        (case.query or {}).pop("cursor", None)
