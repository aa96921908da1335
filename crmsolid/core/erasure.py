"""The registry of all data about a contact: each app registers how to erase and how to export its part.

It is in the lowest layer because apps above and below contacts keep data about a contact, while contacts runs the
erasure. Apps register when they start.
"""

from collections.abc import Callable, Mapping
from typing import Any

# Both get the id of the workspace and of the contact, and run in the transaction of the caller.
Erase = Callable[[int, str], None]
Export = Callable[[int, str], Mapping[str, Any]]

_registrations: list[tuple[Erase, Export]] = []


def register(*, erase: Erase, export: Export) -> None:
    """Register one app's part: ``erase`` empties or deletes its rows, ``export`` returns JSON values by section name.

    Registering the same functions again changes nothing.
    """
    if (erase, export) not in _registrations:
        _registrations.append((erase, export))


def erase_all(workspace_id: int, contact_id: str) -> None:
    """Erase the contact's data everywhere, the uppermost app first, because its rows refer to those below."""
    for erase, _ in reversed(_registrations):
        erase(workspace_id, contact_id)


def export_all(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """The contact's data of every app in one object, by section name."""
    sections: dict[str, Any] = {}
    for _, export in _registrations:
        sections.update(export(workspace_id, contact_id))
    return sections
