"""The workers that hold the connections of accounts, as those see them who have something for them to do."""

from collections.abc import Callable, Sequence

from crmsolid.core import doorbell
from crmsolid.core.extension_points import ExtensionPoint

# For each kind of account whose messages only the worker that holds the account's connection may send: a function that
# returns the Celery queues of the workers that hold these accounts. An account that no worker holds has none: the one
# that takes it looks for due messages itself.
queues_of_kind: ExtensionPoint[Callable[[Sequence[int]], set[str]]] = ExtensionPoint("queues of account workers")


def wake(kind: str, account_ids: Sequence[int]) -> None:
    """Tell the workers that hold the connections of these accounts that there is something to do on one of them."""
    for queue in queues_of_kind[kind](account_ids):
        doorbell.ring("messaging.send_for_account", queue=queue)
