"""What a member is told of and how: the page of the settings with the browsers that take Web Push, and the way from an
alert to its conversation."""

import json
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from contacts.models import ContactNote
from crmsolid.core.errors import DomainError, invalid
from crmsolid.panel.components.addresses import Side, panel_url
from crmsolid.panel.components.forms import ServiceForm
from crmsolid.panel.components.tenant_page import TenantPage
from crmsolid.workspaces.actor import EVERYONE
from crmsolid.workspaces.models import User
from crmsolid.workspaces.sessions import browser_name
from messaging.alerts import push, reading, recording, telling, wishes
from messaging.models import Alert, AlertKind, AlertSettings

EMAIL_NEVER = ""
TIME = {"type": "time"}


def _time(label: str) -> forms.TimeField:
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(attrs=TIME, format="%H:%M"))


def _box(label: str, help_text: str = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, help_text=help_text)


class AlertsForm(ServiceForm):
    mine = _box("Messages in conversations that you look after")
    unassigned = _box("Messages in conversations that nobody looks after")
    mentions = _box("Notes that mention you")
    everything = _box("Messages in all conversations")
    proposals = _box("Writes of keys and assistants that wait for your decision")
    sound = _box("Play a sound", "While a page of the panel is open.")
    texts = _box("Show the first words", "In notifications and e-mails, which others may see on your screen.")
    quiet_from = _time("From")
    quiet_until = _time("Until")
    email_after = forms.TypedChoiceField(
        label="Send an e-mail",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="If nobody has answered and you were not in the panel. At most one every 15 minutes.",
        choices=[
            (5, "after 5 minutes"),
            (15, "after 15 minutes"),
            (30, "after 30 minutes"),
            (60, "after an hour"),
            (240, "after 4 hours"),
            (EMAIL_NEVER, "never"),
        ],
    )

    @classmethod
    def of(cls, stored: AlertSettings, data: Any = None) -> "AlertsForm":
        initial = {name: getattr(stored, name) for name in wishes.FIELDS}
        return cls(data, initial=initial | {"email_after": stored.email_after or EMAIL_NEVER})


class AlertsPage(TenantPage):
    """Settings > Alerts, of the member alone, for the live side and its test twin together."""

    name, title, template = "alerts", "Alerts", "panel/alerts.html"
    changers = EVERYONE
    needs_plan = False
    may_be_slow = True  # a test waits for the push services

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(AlertsForm.of(wishes.of_member(self.panel.membership)))

    def post(self, request: HttpRequest) -> HttpResponseBase:
        match request.POST.get("do", ""):
            case "save":
                return self.save()
            case "subscribe":
                push.subscribe(self.user, self.session_key, self.subscription(), browser=self.agent)
                self.say("This browser shows notifications now.")
            case "remove":
                push.remove(self.user, self.subscription_id())
                self.say("That browser shows no more notifications.")
            case "test":
                sent, of = telling.send_test(self.user)
                self.say(f"Sent to {sent} of {of} browsers." if of else "There is no browser to send to.")
            case "seen":
                recording.mark_all_seen(self.actor)
                self.say("All alerts are marked as seen.")
            case _:
                raise Http404
        return self.redirect(self.name)

    def save(self) -> HttpResponse:
        form = AlertsForm.of(wishes.of_member(self.panel.membership), self.request.POST)
        if form.is_valid():
            try:
                wishes.change(self.actor, **form.cleaned_data)
            except DomainError as error:
                form.add_domain_error(error)
        if not form.is_valid():
            return self.show(form, status=422)
        self.say("Your alerts are saved.")
        return self.redirect(self.name)

    def show(self, form: AlertsForm, *, status: int = 200) -> HttpResponse:
        told = reading.of_member(self.user.pk, self.workspace)
        return self.render(
            form=form,
            status=status,
            told=[(each, reading.labelled(each, self.workspace)) for each in told],
            browsers=[
                (each, browser_name(each.browser), each.session.session_key == self.session_key)
                for each in push.browsers_of(self.user)
            ],
            public_key=push.key().public_key,
            sends_email=bool(settings.EMAIL_HOST),
            zone=wishes.zone_of(self.panel.membership),
        )

    def subscription(self) -> Any:
        try:
            return json.loads(self.request.POST.get("subscription", ""))
        except (ValueError, RecursionError) as error:
            raise invalid("subscription", "invalid", "what the browser gave cannot be used") from error

    def subscription_id(self) -> int:
        given = self.request.POST.get("id", "")
        return int(given) if given.isdecimal() and len(given) < 18 else 0

    @property
    def user(self) -> User:
        return self.panel.membership.user

    @property
    def session_key(self) -> str:
        return self.request.session.session_key or ""

    @property
    def agent(self) -> str:
        return self.request.META.get("HTTP_USER_AGENT", "").replace("\0", "")


class AlertPage(TenantPage):
    """Leads to what an alert is about. If that is in another workspace of the user, it asks before it goes there."""

    name, title, template, model = "alert", "Alert", "panel/alert.html", Alert

    def get(self, request: HttpRequest, alert_id: int) -> HttpResponse:
        alert = reading.find_own(self.panel.membership.user_id, alert_id)
        live = {each.workspace_id: each for each in self.panel.memberships}
        if alert is None or alert.workspace.owner_workspace.pk not in live:
            raise Http404
        own = alert.workspace.owner_workspace
        address = self.address(alert)
        if own == self.panel.live:
            if (
                not alert.thread_id and alert.kind != AlertKind.PROPOSAL
            ):  # the page of a contact shows its notes, and marks no alert
                recording.mark_alert_seen(alert)
            return HttpResponseRedirect(address)
        return self.render(workspace_of=own, address=address)

    def address(self, alert: Alert) -> str:
        side: Side = "test" if alert.workspace.live_id else "live"
        if alert.kind == AlertKind.PROPOSAL:
            return panel_url("approvals", side=side)
        if alert.thread_id:
            return panel_url("inbox_thread", alert.thread_id, side=side)
        note = ContactNote.objects.for_workspace(alert.workspace_id).filter(pk=alert.about).first()
        if note is None:
            raise Http404
        return panel_url("contacts_contact_change", note.contact_id, side=side)
