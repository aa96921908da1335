"""Who keeps something on a person. Each app says how to erase it and how to show it; contacts runs them all.

The registry is on the ground floor because the apps that keep things about a contact stand above and below the
app that erases one. Filled when the apps start.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# Both get the workspace's id and the contact's, and run in the transaction of whoever asks.
Erase = Callable[[int, str], None]
Export = Callable[[int, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Keeper:
    """One app's part: ``erase`` empties or deletes, ``export`` answers JSON values by section name."""

    erase: Erase
    export: Export | None


_keepers: list[Keeper] = []


def register(*, erase: Erase, export: Export | None = None) -> None:
    """Add a keeper; once, however often an app starts."""
    keeper = Keeper(erase, export)
    if keeper not in _keepers:
        _keepers.append(keeper)


def erase_all(workspace_id: int, contact_id: str) -> None:
    """Erase what is kept on the person everywhere, the uppermost app first: what it has refers to what is below."""
    for keeper in reversed(_keepers):
        keeper.erase(workspace_id, contact_id)


def export_all(workspace_id: int, contact_id: str) -> dict[str, Any]:
    """Every app's sections on the person, in one object."""
    found: dict[str, Any] = {}
    for keeper in _keepers:
        if keeper.export is not None:
            found.update(keeper.export(workspace_id, contact_id))
    return found
