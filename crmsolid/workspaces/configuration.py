"""A workspace's configuration as one JSON document: an object of sections, each a list.

It is in a low layer because every app above may have a section.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.db import transaction

from crmsolid.core.errors import DomainError, FieldError
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Role


@dataclass(frozen=True, slots=True)
class Change:
    """What applying a document does to one object, found by its key or name."""

    section: str
    name: str
    action: Literal["created", "updated", "unchanged"]


# What a section contains, in a stable order and as ``Apply`` takes it.
Dump = Callable[[Actor], list[Any]]
# The items of a section and its path. It creates and updates rows, deletes none, and raises ``validation_failed`` with
# the full path of each wrong part. It runs in the caller's transaction, which an error rolls back.
Apply = Callable[[Actor, list[Any], str], list[Change]]


@dataclass(frozen=True, slots=True)
class Section:
    """How one section is written and applied."""

    dump: Dump
    apply: Apply


# By their names in the document, written and applied in this order.
sections: ExtensionPoint[Section] = ExtensionPoint("sections of the configuration")


def dump_configuration(actor: Actor) -> dict[str, list[Any]]:
    """The whole configuration of the workspace. Applying it to this workspace changes nothing.

    Errors: ``forbidden`` for anybody but admins and owners.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    return {name: section.dump(actor) for name, section in sections.items()}


def apply_configuration(actor: Actor, document: object, *, dry_run: bool = False) -> list[Change]:
    """Create and update what the document contains, all of it or nothing. What it does not contain is kept.

    ``dry_run`` does the same and rolls it back. Errors: ``forbidden`` for anybody but admins and owners,
    ``validation_failed`` with an error for each wrong part of all sections, such as ``custom_fields[2].type``.
    """
    actor.require_role(Role.ADMIN, Role.OWNER)
    with transaction.atomic():
        with unit_of_work():
            changes = _apply_sections(actor, document)
            actions = [change.action for change in changes]
            created, updated = actions.count("created"), actions.count("updated")
            if created or updated:
                audit.record(actor, "configuration.applied", created=created, updated=updated)
        transaction.set_rollback(dry_run)
    return changes


def _apply_sections(actor: Actor, document: object) -> list[Change]:
    if not isinstance(document, dict):
        raise DomainError("validation_failed", "a configuration is a JSON object of sections")
    known = f"the sections are: {', '.join(sections)}"
    errors = [FieldError(str(name), "unknown_field", known) for name in document if name not in sections]
    changes: list[Change] = []
    for name, section in sections.items():
        if name not in document:
            continue
        if not isinstance(document[name], list):
            errors.append(FieldError(name, "not_a_list", "give a list"))
            continue
        # The later sections are tried even after an error, so that one answer names all that is wrong. What the
        # earlier ones have written stays until the end, because the later ones may refer to it.
        try:
            changes += section.apply(actor, document[name], name)
        except DomainError as error:
            if not error.errors:
                raise
            errors += error.errors
    if errors:
        raise DomainError("validation_failed", errors=errors)
    return changes


def apply_each(items: Iterable[Any], path: str, apply_item: Callable[[Any], Change]) -> list[Change]:
    """Apply the items of a section one by one; for an ``Apply``.

    ``apply_item`` raises ``validation_failed`` with paths within the item, "" for the item itself. Errors: one
    ``validation_failed`` with those of all items; two items of the same name are one too.
    """
    changes: list[Change] = []
    errors: list[FieldError] = []
    first: dict[str, str] = {}
    for index, item in enumerate(items):
        item_path = f"{path}[{index}]"
        try:
            change = apply_item(item)
        except DomainError as error:
            if not error.errors:
                raise
            errors += [
                replace(part, field=f"{item_path}.{part.field}" if part.field else item_path) for part in error.errors
            ]
            continue
        if change.name in first:
            errors.append(FieldError(item_path, "duplicate", f"{first[change.name]} has the same name"))
        first.setdefault(change.name, item_path)
        changes.append(change)
    if errors:
        raise DomainError("validation_failed", errors=errors)
    return changes
