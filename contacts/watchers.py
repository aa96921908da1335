"""Who must know at once that something about a contact has changed, for the apps above contacts."""

from collections.abc import Callable, Sequence

from crmsolid.core.extension_points import ExtensionPoint

# Each gets the ids of the contacts. It is called in the transaction that changed them, with the contacts' rows locked,
# after the change was written, so it may read it. An error it raises undoes the change.
watchers: ExtensionPoint[Callable[[Sequence[str]], None]] = ExtensionPoint("watchers of contacts")


def notify(contact_ids: Sequence[str]) -> None:
    """Tell the watchers that these contacts have changed, or that a message of theirs has arrived."""
    for watch in watchers.values():
        watch(contact_ids)
