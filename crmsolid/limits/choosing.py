"""What somebody chooses as the limits of a key or an assistant, and its checks: the same ones for both."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from crmsolid.core.errors import DomainError, FieldError, invalid
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.workspaces.limits import Approval, LimitedAccess
from crmsolid.workspaces.models import Workspace

MAX_DAILY = 1_000_000
ACCOUNTS, SEGMENTS = "accounts", "segments"

# What a key or an assistant may be narrowed to, under ``ACCOUNTS`` and ``SEGMENTS``: the names by their ids.
places: ExtensionPoint[Callable[[Workspace], Mapping[Any, str]]] = ExtensionPoint("accounts and segments of limits")


@dataclass(frozen=True, slots=True)
class ChosenLimits:
    """What was chosen, not yet checked. No accounts: all of them; no segment: all contacts. ``daily_sends`` and
    ``daily_changes`` in 24 hours: 0 is none at all, None any number."""

    account_ids: Collection[int] = ()
    segment_id: str = ""
    daily_sends: int | None = None
    daily_changes: int | None = None
    approval: str = Approval.NONE

    @classmethod
    def of(cls, row: LimitedAccess) -> Self:
        """Those of a key or a grant."""
        return cls(**{each.name: getattr(row, each.name) for each in fields(cls)})

    @property
    def is_limited(self) -> bool:
        return self != type(self)()

    def columns(self, workspace: Workspace) -> dict[str, Any]:
        """The columns of a key or a grant in this workspace. ``validation_failed`` (account_ids, segment_id,
        daily_sends, daily_changes, approval), with all that is wrong."""
        errors = [*self._unknown_places(workspace), *self._bad_budgets()]
        if self.approval not in Approval.values:
            known = ", ".join(Approval.values)
            errors.append(FieldError("approval", "invalid_choice", f"no such approval; there are: {known}"))
        if errors:
            raise DomainError("validation_failed", errors=errors)
        return {**asdict(self), "account_ids": sorted(set(self.account_ids)), "approval": str(self.approval)}

    def _unknown_places(self, workspace: Workspace) -> list[FieldError]:
        errors = []
        if self.account_ids and (unknown := sorted(set(self.account_ids) - account_names(workspace).keys())):
            ids = ", ".join(map(str, unknown))
            errors.append(FieldError("account_ids", "not_found", f"no account {ids} in this workspace"))
        if self.segment_id and self.segment_id not in segment_names(workspace):
            errors.append(FieldError("segment_id", "not_found", "no such segment in this workspace"))
        return errors

    def _bad_budgets(self) -> list[FieldError]:
        detail = f"0 to {MAX_DAILY:,} in 24 hours; 0 is none at all"
        budgets = {"daily_sends": self.daily_sends, "daily_changes": self.daily_changes}
        return [
            FieldError(name, "out_of_range", detail)
            for name, budget in budgets.items()
            if budget is not None and not 0 <= budget <= MAX_DAILY
        ]


@dataclass(frozen=True, slots=True)
class AssistantLimits(ChosenLimits):
    """Those of an assistant. ``only_drafts``: what it would send waits, a message as a draft in its conversation."""

    only_drafts: bool = False


def parse_account_ids(text: str) -> list[int]:
    """Account ids from a list with commas; ``validation_failed`` (account_ids) for what is none."""
    ids = [part.strip() for part in text.split(",") if part.strip()]
    if not all(each.isascii() and each.isdigit() and len(each) <= 18 for each in ids):
        raise invalid("account_ids", "invalid", f"{text!r} is no list of account ids; write 7421,7422")
    return [int(each) for each in ids]


def audited(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The limits that narrow anything, for the audit log."""
    return {name: value for name, value in columns.items() if value not in (None, "", []) and value is not False}


def account_names(workspace: Workspace) -> Mapping[int, str]:
    """The names of the workspace's accounts by their ids."""
    return places[ACCOUNTS](workspace)


def segment_names(workspace: Workspace) -> Mapping[str, str]:
    """The names of the workspace's segments by their ids."""
    return places[SEGMENTS](workspace)
