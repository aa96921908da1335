"""The fields for the limits of a key or an assistant, of which panel pages make a form."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, ClassVar

from django import forms
from django.forms import BoundField

from crmsolid.limits.choosing import MAX_DAILY, AssistantLimits, ChosenLimits, account_names, segment_names
from crmsolid.panel.components.forms import ServiceForm
from crmsolid.workspaces.limits import Approval
from crmsolid.workspaces.models import Workspace

APPROVALS = [
    (Approval.UNTRUSTED, "After it has read what somebody wrote"),
    (Approval.ALL, "Always"),
    (Approval.NONE, "Never"),
]
NOT_OFFERED = "That is not there any more. Choose again."


class LimitsForm(ServiceForm):
    """What narrows a key or an assistant. Each of the workspaces that it can be for has fields of its own for accounts
    and segments; only those of the chosen one count."""

    daily_sends = forms.IntegerField(
        label="Messages a day",
        required=False,
        min_value=0,
        max_value=MAX_DAILY,
        help_text="In any 24 hours. 0: none. Empty: any number.",
    )
    daily_changes = forms.IntegerField(
        label="Changes a day",
        required=False,
        min_value=0,
        max_value=MAX_DAILY,
        help_text="Of contacts, conversations and all else. 0: none. Empty: any number.",
    )
    default_approval: ClassVar[Approval] = Approval.NONE
    approval = forms.ChoiceField(choices=APPROVALS, required=False, widget=forms.RadioSelect)

    def add_places(self, workspaces: Iterable[Workspace]) -> None:
        """Offer the accounts and segments of these workspaces."""
        self.initial.setdefault("approval", self.default_approval)
        self.places = {str(workspace.pk): workspace for workspace in workspaces}
        for key, workspace in self.places.items():
            self.fields[f"accounts_{key}"] = forms.TypedMultipleChoiceField(
                label="Accounts",
                coerce=int,
                choices=[(pk, f"{name} (#{pk})") for pk, name in account_names(workspace).items()],
                required=False,
                widget=forms.CheckboxSelectMultiple,
                error_messages={"invalid_choice": NOT_OFFERED},
            )
            segments = {"": "All contacts", **segment_names(workspace)}
            # One that was deleted stays chosen, so that nobody widens the limits without seeing it; it is refused.
            segments.setdefault(self.initial.get(f"segment_{key}", ""), "A segment that was deleted: no contacts")
            self.fields[f"segment_{key}"] = forms.ChoiceField(
                label="Contacts",
                choices=list(segments.items()),
                required=False,
                help_text="Contacts outside the segment do not exist for it, from the moment that they leave.",
                error_messages={"invalid_choice": NOT_OFFERED},
            )

    @property
    def place_fields(self) -> list[tuple[str, Workspace, BoundField, BoundField]]:
        """The fields of each workspace: its key, itself, its accounts and its segments."""
        return [
            (key, workspace, self[f"accounts_{key}"], self[f"segment_{key}"]) for key, workspace in self.places.items()
        ]

    @property
    def shows_limits(self) -> bool:
        """Whether anything of the limits is chosen, or wrong."""
        names = [name for key in self.places for name in (f"accounts_{key}", f"segment_{key}")]
        return any(
            self[name].errors or self[name].value() not in (None, "", [], Approval.NONE)
            for name in ("daily_sends", "daily_changes", "approval", *names)
        )

    def chosen_limits(self, workspace: Workspace) -> ChosenLimits:
        data = self.cleaned_data
        return ChosenLimits(
            data[f"accounts_{workspace.pk}"],
            data[f"segment_{workspace.pk}"],
            data["daily_sends"],
            data["daily_changes"],
            data["approval"] or self.default_approval,
        )


class AssistantLimitsForm(LimitsForm):
    """What narrows an assistant: as a key, and that its messages are drafts."""

    default_approval = Approval.UNTRUSTED
    only_drafts = forms.BooleanField(
        label="It only writes drafts",
        required=False,
        help_text="Its messages wait in the conversation until a member sends them, and its page shows how often that "
        "was without a change. Broadcasts and sequences wait under Approvals.",
    )

    def chosen_limits(self, workspace: Workspace) -> AssistantLimits:
        chosen = super().chosen_limits(workspace)
        return AssistantLimits(**asdict(chosen), only_drafts=self.cleaned_data["only_drafts"])


def initial_limits(limits: ChosenLimits, workspace: Workspace) -> Mapping[str, Any]:
    """What the fields show of these limits."""
    values = asdict(limits)
    values[f"accounts_{workspace.pk}"] = values.pop("account_ids")
    values[f"segment_{workspace.pk}"] = values.pop("segment_id")
    return values
