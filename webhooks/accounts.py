"""The accounts whose events an endpoint may be limited to. The app that has them adds how they are found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class Accounts:
    """``find`` raises ``not_found`` unless the actor's workspace has all accounts with these ids; ``names`` gives the
    names of a workspace's accounts by their ids."""

    find: Callable[[Actor, Sequence[int]], object]
    names: Callable[[Workspace], dict[int, str]]


accounts: ExtensionPoint[Accounts] = ExtensionPoint("accounts of events")


def checked_accounts(actor: Actor, account_ids: Sequence[int]) -> list[int]:
    """These ids, each once, in their order. ``not_found`` for one that the workspace has no account of."""
    if account_ids:
        for each in accounts.values():
            each.find(actor, account_ids)
    return list(dict.fromkeys(account_ids))


def account_names(workspace: Workspace) -> dict[int, str]:
    """The names of the workspace's accounts by their ids."""
    return {pk: name for each in accounts.values() for pk, name in each.names(workspace).items()}
