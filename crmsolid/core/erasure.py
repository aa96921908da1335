"""All data about a contact: each app registers how to erase and how to export its part.

It is in the lowest layer because apps above and below contacts keep data about a contact, while contacts runs the
erasure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from crmsolid.core.extension_points import ExtensionPoint


@dataclass(frozen=True, slots=True)
class KeptData:
    """One app's part: ``erase`` empties or deletes its rows, ``export`` returns JSON values by section name. Both get
    the id of the workspace and of the contact, and run in the transaction of the caller."""

    erase: Callable[[int, str], None]
    export: Callable[[int, str], Mapping[str, Any]]


kept_data: ExtensionPoint[KeptData] = ExtensionPoint("data about contacts")


def erase_all(workspace_id: int, contact_id: str) -> None:
    """Erase the contact's data everywhere, the uppermost app first, because its rows refer to those below."""
    for part in reversed(kept_data.values()):
        part.erase(workspace_id, contact_id)


def export_all(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """The contact's data of every app in one object, by section name."""
    sections: dict[str, Any] = {}
    for part in kept_data.values():
        sections.update(part.export(workspace_id, contact_id))
    return sections
