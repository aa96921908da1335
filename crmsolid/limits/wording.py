"""What a key or an assistant can do at worst, in one sentence made of its scopes and its limits."""

from collections.abc import Collection, Mapping
from typing import Any

from crmsolid.limits import budgets
from crmsolid.limits.choosing import AssistantLimits, ChosenLimits, account_names, segment_names
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.limits import Approval, Limits
from crmsolid.workspaces.models import Workspace

# So many accounts are named; of more only the number is said.
MAX_NAMED = 5

# What a scope reads and changes, in words.
READS = {
    Scope.READ_CONTACTS: "contacts",
    Scope.READ_MESSAGES: "conversations",
    Scope.READ_ANALYTICS: "analytics",
    Scope.MANAGE_WEBHOOKS: "events",
}
CHANGES = {
    Scope.WRITE_CONTACTS: "contacts",
    Scope.WRITE_MESSAGES: "conversations",
    Scope.MANAGE_SEQUENCES: "sequences with what they send",
    Scope.MANAGE_WEBHOOKS: "webhooks",
}
SENDERS = frozenset({Scope.WRITE_MESSAGES, Scope.MANAGE_SEQUENCES})
APPROVALS = {
    Approval.NONE: "",
    Approval.UNTRUSTED: "after reading what somebody wrote, it needs a member's approval for all about anybody else",
    Approval.ALL: "a member has to approve each message and change first",
}


def at_worst(scopes: Collection[Scope], limits: ChosenLimits, workspace: Workspace) -> str:
    """The sentence for a key or a grant with these scopes and limits in this workspace."""
    people, is_narrowed = _people(limits, workspace), bool(limits.account_ids or limits.segment_id)
    # Who is narrowed to accounts or a segment gets no analytics and no webhooks (``Narrowed`` of the endpoints).
    changing = set(scopes) - {Scope.MANAGE_WEBHOOKS} if is_narrowed else scopes
    reading = set(scopes) - {Scope.READ_ANALYTICS} if is_narrowed else scopes
    sends, changes = _sends(scopes, limits), _changes(changing, limits)
    accounts = _accounts(limits, workspace)
    parts = []
    if sends:
        parts.append(f"{sends} to {people or 'anybody'}{accounts and f', from {accounts}'}")
    if sends and isinstance(limits, AssistantLimits) and limits.only_drafts:
        parts[-1] += ", each only once a member sends it"
    if changes:
        parts.append(f"{changes}{_whose(people, parts)}")
    if reads := _joined(READS, reading):
        of_accounts = f", and of accounts only {accounts}" if accounts and not sends else ""
        parts.append(f"it reads {reads}{_whose(people, parts)}{of_accounts}")
    if Scope.MANAGE_WEBHOOKS in scopes and limits.daily_changes != 0 and not is_narrowed:
        parts.append("it has the data of events sent to an address of its choice")
    if (sends or changes) and (approval := APPROVALS[Approval(limits.approval)]):
        parts.append(approval)
    return f"At worst: {'; '.join(parts) or 'nothing, because it may neither read nor send nor change anything'}."


def facts(limits: ChosenLimits, holder_limits: Limits, workspace: Workspace) -> dict[str, Any]:
    """The limits in words, and what is left of the budgets, for a list of facts."""
    names = account_names(workspace) if limits.account_ids else {}
    return {
        "accounts": [names.get(each, f"Account {each}, which is gone") for each in limits.account_ids],
        "segment_id": limits.segment_id,
        "segment": segment_names(workspace).get(limits.segment_id, "") if limits.segment_id else "",
        "daily_sends": limits.daily_sends,
        "daily_changes": limits.daily_changes,
        "approval": Approval(limits.approval).label,
        "only_drafts": holder_limits.only_drafts,
        **budgets.left(workspace, holder_limits),
    }


def _sends(scopes: Collection[Scope], limits: ChosenLimits) -> str:
    if not SENDERS & set(scopes) or limits.daily_sends == 0:
        return ""
    return _a_day(limits.daily_sends, "message")


def _changes(scopes: Collection[Scope], limits: ChosenLimits) -> str:
    changed = _joined(CHANGES, scopes)
    if not changed or limits.daily_changes == 0:
        return ""
    return f"{_a_day(limits.daily_changes, 'change')} of {changed}"


def _a_day(count: int | None, noun: str) -> str:
    return f"any number of {noun}s" if count is None else f"{count:,} {noun}{'' if count == 1 else 's'} a day"


def _joined(words: Mapping[Scope, str], scopes: Collection[Scope]) -> str:
    *others, last = [word for scope, word in words.items() if scope in scopes] or [""]
    return f"{', '.join(others)} and {last}" if others else last


def _people(limits: ChosenLimits, workspace: Workspace) -> str:
    """The people in the segment; "" for all."""
    if not limits.segment_id:
        return ""
    name = segment_names(workspace).get(limits.segment_id)
    return f"people in the segment {name}" if name is not None else "nobody, because its segment was deleted"


def _whose(people: str, parts_before: Collection[str]) -> str:
    if not people:
        return ""
    return " of these people" if parts_before else f" of {people}"


def _accounts(limits: ChosenLimits, workspace: Workspace) -> str:
    """The accounts by their names; "" for all."""
    if not limits.account_ids:
        return ""
    if len(limits.account_ids) > MAX_NAMED:
        return f"{len(limits.account_ids)} accounts"
    names: Mapping[int, Any] = account_names(workspace)
    *others, last = [str(names.get(each, f"account {each}")) for each in limits.account_ids]
    return f"{', '.join(others)} and {last}" if others else last
