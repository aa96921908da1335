"""The tools of the MCP server, in the order in which they are listed, and all else that it serves."""

from typing import Any, ClassVar

from rest_framework import serializers

import contacts.tools
import crmsolid.analytics.tools
import crmsolid.jobs.tools
import crmsolid.proposals.tools
import messaging.tools
import sequences.tools
from contacts import custom_fields
from contacts.models import Stage
from contacts.representations import CustomFieldOut
from contacts.views import CustomFieldsView
from crmsolid.api.endpoint import ApiResponse, Narrowed, endpoint
from crmsolid.api.me import MeView, WorkspaceOut, limits_of
from crmsolid.api.members import MemberOut, MembersView, list_members
from crmsolid.api.representations import TEAM, Representation
from crmsolid.api.views import WorkspaceView
from crmsolid.core import clock
from crmsolid.docs.pages import ROOT, documentation
from crmsolid.mcp.approvals import Approvals
from crmsolid.mcp.prompts import PROMPTS
from crmsolid.mcp.resources import Catalogue, DocsPage, ObjectResource
from crmsolid.mcp.tool import Tool
from crmsolid.proposals import asking
from crmsolid.workspaces.actor import Actor, Scope
from messaging.accounts import list_accounts
from messaging.models import AccountState
from messaging.representations import AccountOut

# Rows of each list; whoami is for what most calls need, and other tools and REST have the rest.
MAX_ROWS = 100


class OwnLimitsOut(Representation):
    requests_a_minute = serializers.IntegerField()
    requests_left = serializers.IntegerField()
    account_ids = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    segment_id = serializers.CharField(allow_null=True)
    daily_sends = serializers.IntegerField(allow_null=True)
    daily_sends_left = serializers.IntegerField(allow_null=True)
    daily_changes = serializers.IntegerField(allow_null=True)
    daily_changes_left = serializers.IntegerField(allow_null=True)
    approval = serializers.CharField()


class OwnAccountOut(Representation):
    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = TEAM

    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=AccountState.values)
    left_today = serializers.IntegerField()

    read_state = AccountOut.read_state
    read_left_today = AccountOut.read_left_today


class WhoamiOut(Representation):
    # An assistant that registers itself chooses its name.
    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = TEAM

    now = serializers.DateTimeField(help_text="With the offset of the workspace's time zone.")
    workspace = WorkspaceOut()
    mode = serializers.ChoiceField(choices=["live", "test"])
    plan = serializers.ChoiceField(choices=["trial", "pro", "business", "expired"])
    name = serializers.CharField(help_text="Of the key or the connected assistant.")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=[scope.value for scope in Scope]))
    stages = serializers.ListField(child=serializers.ChoiceField(choices=Stage.values))
    custom_fields = serializers.ListField(
        child=CustomFieldOut(), allow_null=True, help_text="The first 100; null without `read:contacts`."
    )
    members = serializers.ListField(child=MemberOut(), help_text="At most 100.")
    accounts = serializers.ListField(
        child=OwnAccountOut(), allow_null=True, help_text="The first 100; null without `read:messages`."
    )
    limits = OwnLimitsOut()


class WhoamiView(WorkspaceView):
    """What an assistant has to know first. GET /v1/me has it for keys, /v1/custom-fields and /v1/members the rest."""

    @endpoint(scopes=(), responses={200: WhoamiOut}, narrowed=Narrowed.SERVED)
    def get(self) -> ApiResponse:
        actor, decision = self.actor, self.context.decision
        assert decision is not None
        return ApiResponse(
            {
                "now": clock.now().astimezone(self.workspace.zone).isoformat(timespec="seconds"),
                "workspace": WorkspaceOut.render(self.workspace),
                "mode": self.workspace.mode,
                "plan": self.workspace.current_plan,
                "name": actor.subject.label,
                "scopes": [scope.value for scope in Scope if actor.has(scope)],
                "stages": Stage.values,
                "custom_fields": _custom_fields(actor),
                "members": [MemberOut.render(member) for member in list_members(actor, limit=MAX_ROWS).rows],
                "accounts": _accounts(actor),
                "limits": {
                    "requests_a_minute": decision.limit,
                    "requests_left": decision.remaining,
                    **limits_of(actor),
                },
            }
        )


def _custom_fields(actor: Actor) -> list[dict[str, Any]] | None:
    if not actor.has(Scope.READ_CONTACTS):
        return None
    return [CustomFieldOut.render(field) for field in custom_fields.list_custom_fields(actor, limit=MAX_ROWS).rows]


def _accounts(actor: Actor) -> list[dict[str, Any]] | None:
    if not actor.has(Scope.READ_MESSAGES):
        return None
    return [OwnAccountOut.render(account) for account in list_accounts(actor, limit=MAX_ROWS).rows]


WHOAMI = Tool(
    "whoami",
    "Who am I",
    "Call it first: the time, the workspace, live or test, your scopes, its members, accounts, stages and custom "
    "fields.",
    WhoamiView,
    stands_for=(MeView, MembersView, CustomFieldsView),
)

TOOLS = (
    WHOAMI,
    *contacts.tools.TOOLS,
    *messaging.tools.TOOLS,
    *sequences.tools.TOOLS,
    *crmsolid.jobs.tools.TOOLS,
    *crmsolid.proposals.tools.TOOLS,
    *crmsolid.analytics.tools.TOOLS,
)

BY_NAME = {tool.name: tool for tool in TOOLS}
OBJECTS = (
    ObjectResource("contacts", "Contact", BY_NAME["get_contact"]),
    ObjectResource("conversations", "Conversation", BY_NAME["get_conversation"]),
)
PAGES = (
    DocsPage("guide/audiences", "Filters and segments", "Which contacts a filter can ask for."),
    DocsPage("guide/messages", "Messages", "What becomes of a message: its states, what it waits for, why it failed."),
    DocsPage("guide/formatting", "Formatting", "Variables, Markdown and HTML in texts."),
    DocsPage("guide/sequences", "Sequences", "Steps, windows, what ends an enrollment."),
    DocsPage("guide/errors", "Errors", "Every error code and what to do."),
)


APPROVALS = Approvals(BY_NAME["get_proposal"], asking.question_for, asking.answer, asking.as_answered)


def read_page(path: str) -> str | None:
    """The Markdown of the page of the documentation at this path, None if there is none."""
    page = documentation().page(f"{ROOT}{path}")
    return None if page is None else page.markdown


CATALOGUE = Catalogue(TOOLS, OBJECTS, PAGES, PROMPTS, read_page, APPROVALS)
