"""The forms of the consent page and of Settings > Assistants."""

from collections.abc import Collection, Sequence
from typing import Any

from django import forms

from crmsolid.oauth.scopes import OFFERED, READS
from crmsolid.panel.components.forms import ServiceForm
from crmsolid.workspaces.actor import ROLE_SCOPES
from crmsolid.workspaces.models import Membership, Role, Workspace
from crmsolid.workspaces.scopes import Scope


class ConsentForm(ServiceForm):
    """Where and what a client may do. Of what it asks for only reads are ticked at first."""

    workspace = forms.ChoiceField(widget=forms.RadioSelect, error_messages={"required": "Choose a workspace."})
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, scope.label) for scope in OFFERED],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one thing that the assistant may do."},
    )

    def __init__(
        self,
        memberships: Sequence[Membership],
        asked: Collection[Scope],
        shown: Workspace,
        data: Any = None,
    ) -> None:
        ticked = [scope.value for scope in READS & set(asked)]
        super().__init__(data, initial={"workspace": str(shown.pk), "scopes": ticked})
        self.choices_of_workspace = {
            str(workspace.pk): (membership, workspace)
            for membership in memberships
            for workspace in (membership.workspace, membership.workspace.twin)
        }
        choices = [(value, str(workspace)) for value, (_, workspace) in self.choices_of_workspace.items()]
        self.fields["workspace"].choices = choices  # type: ignore[attr-defined]
        self.roles = {membership.role for membership in memberships}

    @property
    def membership_and_workspace(self) -> tuple[Membership, Workspace]:
        """The chosen workspace, live or test, and the membership that it is chosen by."""
        return self.choices_of_workspace[self.cleaned_data["workspace"]]

    @property
    def possible_scopes(self) -> frozenset[Scope]:
        """What the user's roles allow in at least one workspace."""
        return frozenset[Scope]().union(*(ROLE_SCOPES[Role(role)] for role in self.roles))

    def clean(self) -> dict[str, Any]:
        """A scope that the role in the chosen workspace does not have is an error beside the scopes."""
        cleaned = super().clean() or self.cleaned_data
        if "workspace" in cleaned and "scopes" in cleaned:
            membership, workspace = self.membership_and_workspace
            refused = set(cleaned["scopes"]) - ROLE_SCOPES[Role(membership.role)]
            if refused:
                role = Role(membership.role).with_article
                names = ", ".join(scope.value for scope in OFFERED if scope in refused)
                self.add_error("scopes", f"You are {role} in {workspace}, so you cannot allow {names} there.")
        return cleaned


class RevokeForm(forms.Form):
    confirm = forms.BooleanField(error_messages={"required": "Tick the box to end the access."})
