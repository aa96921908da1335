"""Schemathesis over the served document, against the WSGI application in this process."""

import contextlib
import os
import re
from collections.abc import Sequence
from copy import copy
from typing import Any
from uuid import uuid4

import hypothesis
import schemathesis
from django.db import transaction
from django.test import override_settings
from hypothesis.errors import FlakyStrategyDefinition
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from apikeys import tokens
from apikeys.services import create_key
from crmsolid.workspaces.scopes import ALL_SCOPES
from crmsolid.wsgi import application
from tests.cast import Cast

EXAMPLES = int(os.environ.get("CRMSOLID_CONTRACT_EXAMPLES", "25"))

# An endless answer is no case for a generated request; tests/messaging/streaming/test_stream.py reads it.
STREAM = "/v1/messages/stream"

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


def load(urlconf: str, *, modes: Sequence[GenerationMode] = tuple(GenerationMode)) -> Any:
    """Every operation of the ``/openapi.json`` that is served with these URLs; all checks are on."""
    with override_settings(ROOT_URLCONF=urlconf):
        schema = schemathesis.openapi.from_wsgi("/openapi.json", application)
    schema.config.generation.update(max_examples=EXAMPLES, deterministic=True, modes=list(modes))
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
    """Send one generated request and judge the answer; each starts from the same rows."""
    _make_single(case)
    _aim(case)
    with transaction.atomic():
        judge(case, case.call())
        transaction.set_rollback(True)


def judge(case: Any, response: Any, **options: Any) -> None:
    excluded = [positive_data_acceptance] if _judged_by_meaning(response) else []
    case.validate_response(response, excluded_checks=excluded, **options)


def run_sequences(urlconf: str, count: int) -> None:
    """The stateful phase: ``count`` sequences of calls, each call with what an earlier answer's ``links`` tell.

    Answers decide what is generated next, and Hypothesis gives up when the same start is answered otherwise (ids are
    new each time); Schemathesis' own runner goes on with another seed then, and so does this.
    """
    machine = _build_machine(urlconf)
    for seed in range(count):
        settings = hypothesis.settings(
            max_examples=count - machine.sequences,
            stateful_step_count=8,
            database=None,
            deadline=None,
            phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        machine.rule_order_seed = seed
        with contextlib.suppress(FlakyStrategyDefinition):
            hypothesis.seed(seed)(machine).run(settings=settings)
        if machine.sequences >= count:
            return
    raise AssertionError(f"only {machine.sequences} sequences")


def _build_machine(urlconf: str) -> Any:
    schema = load(urlconf, modes=[GenerationMode.POSITIVE]).exclude(path=STREAM)  # a refused call leads nowhere

    class Machine(schema.as_state_machine()):  # type: ignore[misc]
        sequences = 0

        def step(self, input: Any) -> Any:
            _make_single(input.case)
            _aim(input.case, linked=input.transition is not None)
            return super().step(input)

        def setup(self) -> None:
            """Each sequence starts from the same rows, or Hypothesis could repeat none."""
            self._undone = transaction.atomic()
            self._undone.__enter__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self._undone.__exit__(None, None, None)
            type(self).sequences += 1
            super().teardown()

        def validate_response(self, response: Any, case: Any, additional_checks: Any = None, **options: Any) -> None:
            judge(case, response, transport_kwargs=options or None, recorder=self.recorder)

    return Machine


# Refusals of what is well formed but means nothing here, which no schema can say: a tag both added and removed, an
# `until` before its `since`, an instant too far from now, a variable or field that the workspace has not defined,
# characters of a Unicode category, a length in UTF-16 units of the text once it is filled in.
MEANINGS = {"ambiguous", "before_since", "invisible_characters", "length", "too_far", "unknown_variable"}
# Fields that take what a database of the world or a list of networks knows, and one of them.
NAMES = {"time_zone": "Europe/Berlin", "url": "https://hooks.example.com/crm"}


def _judged_by_meaning(response: Any) -> bool:
    if response.status_code != 422:
        return False
    errors = response.json().get("errors", [])
    custom = [error for error in errors if "custom fields:" in error["detail"] and error["code"] == "unknown_field"]
    meant = [error for error in errors if error["code"] in MEANINGS]
    return bool(errors) and len(custom) + len(meant) == len(errors)


def _aim(case: Any, linked: bool = False) -> None:
    """At what is there; a linked case has its address from an earlier answer."""
    if case.meta is None or case.meta.is_negative_at(ParameterLocation.PATH):
        return
    if not linked:
        found = {
            name: SEEDS[segment] for segment, name in re.findall(r"([\w-]+)/\{(\w+)\}", case.path) if segment in SEEDS
        }
        given = case.path_parameters or {}
        case.path_parameters = {**given, **{name: value for name, value in found.items() if name in given}}
    if isinstance(case.body, dict) and not case.meta.is_negative_at(ParameterLocation.BODY):
        seeded = {name: SEEDS[where] for name, where in NAMED_IDS.items() if where in SEEDS}
        case.body = {name: {**seeded, **NAMES}.get(name, value) for name, value in case.body.items()}


def _make_single(case: Any) -> None:
    """What no document can say: a key is for one request, ETags and cursors are those that the server gave out."""
    if case.meta is None:
        return
    if not case.meta.is_negative_at(ParameterLocation.HEADER):
        case.headers = _without(case.headers, "If-Match")
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = str(uuid4())
    if not case.meta.is_negative_at(ParameterLocation.QUERY):
        case.query = _without(case.query, "cursor")


def _without(values: Any, name: str) -> Any:
    """A copy: what a strategy gave may be given again."""
    found = copy(values if values is not None else {})
    found.pop(name, None)
    return found
