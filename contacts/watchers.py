"""The registry of whoever must know at once that something about a contact has changed, for the apps above contacts."""

from collections.abc import Callable, Sequence

# Each gets the ids of the contacts. It is called in the transaction that changed them, with the contacts' rows locked,
# after the change was written, so it may read it. An error it raises undoes the change. Apps register when they start.
watchers: list[Callable[[Sequence[str]], None]] = []


def notify(contact_ids: Sequence[str]) -> None:
    """Tell the watchers that these contacts have changed, or that a message of theirs has arrived."""
    for watch in watchers:
        watch(contact_ids)
