"""Enrolling many contacts at once, as a change that :mod:`contacts.bulk` runs."""

from collections.abc import Mapping, Sequence
from typing import Any

from contacts.bulk import BulkAction, each
from crmsolid.core.errors import DomainError, invalid
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.scopes import Scope
from sequences import services
from sequences.models import SequenceStatus


def _check(actor: Actor, arguments: Mapping[str, Any]) -> dict[str, Any]:
    try:
        sequence, _ = services.get_sequence(actor, str(arguments.get("sequence", "")))
    except DomainError as error:
        raise invalid("sequence", error.code, "choose a sequence") from None
    if sequence.status != SequenceStatus.ACTIVE:
        raise invalid("sequence", "sequence_not_active", "the sequence is not active; start or resume it first")
    return {"sequence": sequence.pk}


def _enroll(actor: Actor, ids: Sequence[str], arguments: Mapping[str, Any]) -> tuple[int, Mapping[str, DomainError]]:
    return each(lambda pk: bool(services.enroll_contact(actor, arguments["sequence"], contact_id=pk)), ids)


ENROLL = BulkAction("enroll", "Enroll in a sequence", _check, _enroll, 50, (Scope.MANAGE_SEQUENCES,))
