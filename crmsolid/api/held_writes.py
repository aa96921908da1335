"""Runs the writes of limited keys and assistants: one that has to wait for an approval is undone, and is answered 202
with its proposal (``crmsolid.proposals``), in the same transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from crmsolid.api.endpoint import ApiResponse, Endpoint
from crmsolid.api.representations import Representation
from crmsolid.core.errors import DomainError
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.core.ids import is_id
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.limits import checks
from crmsolid.limits.checks import Held, Review
from crmsolid.workspaces.actor import Actor


@dataclass(frozen=True, slots=True)
class WriteCall:
    """A call that writes: its view and method, and its arguments as JSON, those of the path included; one with a file
    has none. ``has_conditions``: it came with If-Match or If-None-Match."""

    view: type[Any]
    method: str
    arguments: Mapping[str, Any] | None
    has_conditions: bool = False


@dataclass(frozen=True, slots=True)
class Maker:
    """``make`` keeps the call of the actor as a proposal, and answers with it; ``shape`` is what it answers."""

    make: Callable[[Actor, WriteCall, Held, Review], ApiResponse]
    shape: type[Representation]


# There is one, of the name "proposals".
makers: ExtensionPoint[Maker] = ExtensionPoint("makers of proposals")


def is_held(status: int, data: Any) -> bool:
    """Whether this answer is the proposal of a write that waits: a job, which 202 answers too, is none."""
    return status == 202 and isinstance(data, dict) and is_id("prp", data.get("id"))


def run_write(view: Any, declared: Endpoint, call: Callable[[], WriteCall], handler: Callable[[], Any]) -> Any:
    """Run the handler of a write for ``view.actor``, whose limits it obeys."""
    actor: Actor = view.actor
    if not actor.limits.review_writes or not declared.waits or not declared.changes(view.body):
        return handler()
    review = Review()
    view.actor = replace(actor, review=review)
    try:
        with unit_of_work():
            try:
                with transaction.atomic():  # what was done before the refusal is undone
                    answer = handler()
                    checks.finish(view.actor)
                    return answer
            except Held as held:
                made = call()
                if made.arguments is None or declared.has_secrets:
                    raise
                if made.has_conditions:
                    detail = "this waits for an approval, which no conditional request can: send it without If-Match"
                    raise DomainError("approval_needed", detail) from None
                return makers["proposals"].make(actor, made, held, review)
    finally:
        view.actor = actor
