"""The pages of sequences as the tests call them, and what a browser posts of their form."""

from typing import Any

from django.test import Client
from django.urls import reverse

from contacts.segments import builder
from contacts.segments.builder import Group
from crmsolid.workspaces.models import Role
from messaging.models import Account
from sequences.definition import Definition
from sequences.models import Enrollment, Sequence
from sequences.versions import current_version
from tests.panel import browser
from tests.sequences.helpers import contact, create, enroll, state, work
from tests.tenants import Tenants

IS_NEW = {"field": "stage", "op": "is", "value": "new"}
LIST = reverse("admin:sequences_sequence_changelist")
ADD = reverse("admin:sequences_sequence_add")


def page(sequence: Sequence, name: str = "change") -> str:
    return reverse(f"admin:sequences_sequence_{name}", args=[sequence.pk])


def step(
    index: int, text: str, *, number: int = 0, unit: str = "days", condition: Any = None, **fields: str
) -> dict[str, Any]:
    """What a browser posts of one step."""
    given = {"id": "", "if_not": "skip", "delay_number": number, "delay_unit": unit, **fields}
    values = {f"step-{index}-{name}": value for name, value in {"text": text, **given}.items()}
    group = Group() if condition is None else builder.from_json(condition)
    return values | rows_of(f"step-{index}-condition", group)


def rows_of(name: str, group: Group, path: str = "") -> dict[str, Any]:
    """What a browser posts of the rows of a condition."""
    data: dict[str, Any] = {f"{name}:{path}:mode": group.mode}
    for number, part in enumerate(group.parts):
        at = f"{path}.{number}" if path else str(number)
        if isinstance(part, Group):
            data |= rows_of(name, part, at)
        else:
            data |= {f"{name}:{at}:field": part.field, f"{name}:{at}:op": part.op, f"{name}:{at}:value": part.values}
    return data


def form(account: Account, *steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """What a browser posts of the form; ``fields`` replace those of the sequence."""
    data: dict[str, Any] = {
        **{"do": "save", "version": "", "name": "Welcome", "account_ids": [account.pk], "time_zone": "UTC"},
        **{"opens": "", "closes": "", "jitter_number": 0, "jitter_unit": "minutes"},
        **{"stop_on_reply": "on", "stop_tags": "", "steps": len(steps)},
    }
    for each in steps:
        data |= each
    return {**data, **fields}


def saved(sequence: Sequence | None = None) -> Definition:
    """What the latest version of the sequence (of the only one) says."""
    row = Sequence.unscoped.get(**({"pk": sequence.pk} if sequence else {}))
    return current_version(row).definition


def messages_of(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def errors_of(answer: Any) -> dict[str, list[str]]:
    """The errors that the form shows, by the names of the fields."""
    shown = answer.context["form"]
    return {
        each.add_prefix(name): list(errors)
        for each in (shown.main, *shown.steps)
        for name, errors in each.errors.items()
    }


def posted(answer: Any) -> dict[str, Any]:
    """What a browser posts from the form that a page shows."""
    shown, data = answer.context["form"], {"do": "save", "steps": len(answer.context["form"].steps)}
    for each in (shown.main, *shown.steps):
        for name, value in each.values().items():
            key = each.add_prefix(name)
            if name in ("delay", "jitter"):
                number, unit = each.fields[name].widget.decompress(value)
                data |= {f"{key}_number": number, f"{key}_unit": unit}
            elif name == "condition":
                data |= rows_of(key, each.group)
            elif value is True:
                data[key] = "on"
            elif value not in (False, None):
                data[key] = value
    return data


def in_flight(tenants: Tenants, account: Account) -> tuple[Sequence, Enrollment, Client]:
    """A sequence with a contact who has got its first step, and an agent's browser."""
    sequence = create(account)
    enrollment = enroll(sequence, contact(tenants.workspace))
    work()
    assert state(enrollment) == ("active", "", "again")
    return sequence, enrollment, browser(tenants.member(Role.AGENT))
