"""Settings > Members: who is in the workspace with which role, who is invited, and whether two factors are required."""

from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from crmsolid.core.errors import DomainError
from crmsolid.panel.account import sign_in
from crmsolid.panel.account.joining import invitation_address
from crmsolid.panel.components.context import has_two_factor
from crmsolid.panel.components.forms import EditForm, ServiceForm
from crmsolid.panel.components.tenant_page import TenantPage
from crmsolid.workspaces import invitations
from crmsolid.workspaces.actor import ADMINS, OWNERS, Actor
from crmsolid.workspaces.models import Invitation, Membership, Role, Workspace
from crmsolid.workspaces.services import (
    MAX_CAPACITY,
    lock_as_owner,
    remove_member,
    require_two_factor,
    set_capacity,
    set_on_duty,
    set_role,
)

ROLES_HELP = (
    "A viewer reads. An agent also writes messages and changes contacts. An admin also sees Settings. "
    "Only an owner changes members and the plan."
)
MAX_SHOWN = 500


class InviteForm(ServiceForm):
    email = forms.CharField(
        label="E-mail",
        widget=forms.EmailInput(attrs={"maxlength": 254, "autocomplete": "off"}),
        error_messages={"required": "Enter an e-mail address."},
    )
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.AGENT, help_text=ROLES_HELP)


class RoleForm(EditForm, forms.Form):
    """The role of one member of the list."""

    role = forms.ChoiceField(choices=Role.choices)

    @classmethod
    def of(cls, member: Membership, data: Any = None) -> "RoleForm":
        form = cls(data, initial={"role": member.role}, auto_id=f"id_%s_{member.pk}")
        form.fields["role"].label = f"Role of {member.user.email}"
        return form


class MembersBase(TenantPage):
    """Members are the live workspace's, also while its test twin is shown. A trial that has ended changes nothing."""

    viewers = ADMINS
    changers = OWNERS
    needs_plan = False

    @property
    def workspace(self) -> Workspace:
        return self.panel.live

    @property
    def actor(self) -> Actor:
        """In the live workspace, whose audit log tells what is done with members."""
        return self.panel.actor(self.request, self.panel.live)


class MembersPage(MembersBase):
    name = "members"
    title = "Members"
    template = "panel/members.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return self.show(InviteForm())

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Dispatches on the button that was pressed."""
        act = getattr(self, f"_{request.POST.get('action', '')}", None)
        if request.POST.get("action") not in ("invite", "resend", "revoke", "role", "require") or act is None:
            return self.redirect("members")
        response: HttpResponseBase | None = act(request)
        return response or self.redirect("members")

    def show(self, form: InviteForm, *, refused: dict[int, RoleForm] | None = None, **context: Any) -> HttpResponseBase:
        """``refused`` are forms that were sent, by the ids of the members."""
        members = self.rows(Membership).select_related("user", "user__two_factor").order_by("user__email")
        invited = self.rows(Invitation).select_related("invited_by").order_by("email")
        return self.render(
            members=[
                (member, has_two_factor(member), (refused or {}).get(member.pk) or RoleForm.of(member))
                for member in members[:MAX_SHOWN]
            ],
            invitations=invited[:MAX_SHOWN],
            form=form,
            required=self.workspace.requires_two_factor,
            sends_email=bool(settings.EMAIL_HOST),
            **context,
        )

    def _invite(self, request: HttpRequest) -> HttpResponseBase | None:
        form = InviteForm(request.POST)
        if not form.is_valid():
            return self.show(form)
        try:
            sign_in.throttle(request, "invite")
            made = invitations.invite_member(self.actor, **form.cleaned_data, link=invitation_address(request))
        except DomainError as error:
            form.add_domain_error(error)
            return self.show(form)
        return self.show(InviteForm(), invited=made)

    def _resend(self, request: HttpRequest) -> HttpResponseBase | None:
        sign_in.throttle(request, "invite")
        made = invitations.resend_invitation(self.actor, _id(request), link=invitation_address(request))
        return self.show(InviteForm(), invited=made)

    def _revoke(self, request: HttpRequest) -> None:
        invitations.revoke_invitation(self.actor, _id(request))
        self.say("The invitation is taken back: its link lets nobody in.")

    def _role(self, request: HttpRequest) -> HttpResponseBase | None:
        with transaction.atomic():
            lock_as_owner(self.actor)
            form = RoleForm.of(self.row(Membership, _id(request)), request.POST)
            if not form.is_valid():
                return self.show(InviteForm(), refused={_id(request): form})
            member = set_role(self.actor, _id(request), form.cleaned_data["role"])
        self.say(f"{member.user} is now {Role(member.role).with_article}.")
        return None

    def _require(self, request: HttpRequest) -> None:
        required = request.POST.get("required") == "yes"
        require_two_factor(self.actor, required)
        if required:
            self.say("Two-factor authentication is required. Members without it set it up before anything else.")
        else:
            self.say("Two-factor authentication is not required any more.")


class WorkForm(EditForm, ServiceForm):
    """What the queue gives to one member."""

    on_duty = forms.BooleanField(
        label="On duty",
        required=False,
        help_text="The queue gives them conversations. Members switch it themselves in the inbox, too.",
    )
    capacity = forms.IntegerField(
        label="Capacity",
        required=False,
        min_value=1,
        max_value=MAX_CAPACITY,
        help_text="So many open conversations the queue gives them at most, without those that are snoozed. Empty: any "
        "number.",
    )

    @classmethod
    def of(cls, member: Membership, data: Any = None) -> "WorkForm":
        return cls(data, initial={"on_duty": member.on_duty, "capacity": member.capacity})


class MemberWorkPage(MembersBase):
    """What the queue gives to a member, changed by admins and owners."""

    name = "member_work"
    title = "Work of a member"
    template = "panel/member_work.html"
    model = Membership
    changers = ADMINS

    def get(self, request: HttpRequest, member_id: str) -> HttpResponseBase:
        member = self.row(Membership, member_id)
        return self.render(member=member, form=WorkForm.of(member))

    def post(self, request: HttpRequest, member_id: str) -> HttpResponseBase:
        with transaction.atomic():
            member = self.row(Membership, member_id)
            form = WorkForm.of(self.rows(Membership).select_for_update().get(pk=member.pk), request.POST)
            try:
                if form.is_valid():
                    set_capacity(self.actor, member.pk, form.cleaned_data["capacity"])
                    set_on_duty(self.actor, form.cleaned_data["on_duty"], member_id=member.pk)
            except DomainError as error:
                form.add_domain_error(error)
        if not form.is_valid():
            return self.render(member=member, form=form)
        self.say(f"What the queue gives to {member.user} is saved.")
        return self.redirect("members")


class RemoveMemberPage(MembersBase):
    """Says what removing a member means, then does it."""

    name = "member_remove"
    title = "Remove a member"
    template = "panel/member_remove.html"
    model = Membership
    viewers = OWNERS

    def get(self, request: HttpRequest, member_id: str) -> HttpResponseBase:
        return self.render(member=self.row(Membership, member_id))

    def post(self, request: HttpRequest, member_id: str) -> HttpResponseBase:
        member = self.row(Membership, member_id)
        remove_member(self.actor, member.pk)
        self.say(f"{member.user} is not a member any more.")
        return self.redirect("members")


def _id(request: HttpRequest) -> int:
    text = request.POST.get("id", "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0
