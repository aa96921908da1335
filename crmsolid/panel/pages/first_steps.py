"""The first steps of a new workspace on Home. What is stored says which are done; nothing else is kept about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apikeys.models import ApiKey
from crmsolid.core import clock
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.context import PanelContext
from crmsolid.panel.components.tenant_page import TenantPage
from crmsolid.workspaces.actor import ADMINS, OWNERS, WRITERS, Roles
from crmsolid.workspaces.models import Invitation, Membership
from messaging.models import Account, AccountKind, Message
from messaging.sandbox.sample import begin_sample

NEW_FOR = timedelta(days=30)  # after that nobody is reminded of the first steps


@dataclass(frozen=True, slots=True)
class Step:
    """A first step, ticked if it ``is_done``. ``is_form``: its link takes a form, which does it."""

    title: str
    advice: str
    verb: str
    link: str
    is_done: bool
    is_form: bool = False


def first_steps(panel: PanelContext) -> list[Step]:
    """The steps that this member can take, for the live workspace on both sides. Empty when all are done, or the
    workspace is no longer new."""
    if clock.now() - panel.live.created_at > NEW_FOR or panel.is_expired:
        return []
    steps = [step for roles, step in _steps(panel) if panel.has_role(roles)]
    return [] if all(step.is_done for step in steps) else steps


def _steps(panel: PanelContext) -> Iterable[tuple[Roles, Step]]:
    live, twin = panel.live, panel.live.twin
    yield (
        WRITERS,
        Step(
            "Try it with the sandbox",
            "A sample customer asks you something. Answer, and see what comes back. No Telegram account is needed.",
            "Try it",
            panel_url("sample", side="test"),
            # What was sent by the inbox, the API or a sequence. With the accounts, the index message_sent finds it.
            Message.objects.for_workspace(twin)
            .filter(account__in=list(_pks(Account, twin)), direction="out", status="sent")
            .exists(),
            is_form=True,
        ),
    )
    yield (
        ADMINS,
        Step(
            "Connect a Telegram account",
            "By its QR code, in a minute. Your customers' messages then arrive here.",
            "Connect",
            panel_url("messaging_account_add", side="live"),
            Account.objects.for_workspace(live).filter(kind=AccountKind.TELEGRAM).exists(),
        ),
    )
    yield (
        OWNERS,
        Step(
            "Invite a colleague",
            "You then see who answers whom, and nobody is answered twice.",
            "Invite",
            panel_url("members", side="live"),
            Membership.objects.for_workspace(live).exclude(user_id=panel.membership.user_id).exists()
            or Invitation.objects.for_workspace(live).exists(),
        ),
    )
    yield (
        ADMINS,
        Step(
            "Make an API key",
            "With it your programs and assistants read contacts and send messages.",
            "Make a key",
            panel_url("apikeys_apikey_add", side="live"),
            ApiKey.objects.for_workspace(live).exclude(revoked_at__lte=clock.now()).exists(),
        ),
    )


def _pks(model: Any, workspace: Any) -> Any:
    return model.objects.for_workspace(workspace).values_list("pk", flat=True)


class SamplePage(TenantPage):
    """What the button of the first step does: it opens the conversation with the sample customer, in test."""

    name = "sample"
    title = "Try it with the sandbox"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return self.redirect("index")

    def post(self, request: HttpRequest) -> HttpResponseBase:
        return self.redirect("inbox_thread", begin_sample(self.actor).pk)
