"""The limits of a grant: chosen on the consent page, changed by an admin on the assistant's page."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contacts.models import Segment
from crmsolid.core.errors import DomainError
from crmsolid.limits.choosing import AssistantLimits
from crmsolid.oauth.authentication import authenticate
from crmsolid.oauth.models import Grant
from crmsolid.oauth.services import change_grant_limits
from crmsolid.workspaces.limits import Approval
from crmsolid.workspaces.models import AuditEntry, Role, Workspace
from tests.oauth.flow import RESOURCE, Assistant, redirected
from tests.panel import browser, words
from tests.tenants import Tenants

PLAIN: dict[str, Any] = {
    "account_ids": [],
    "segment_id": "",
    "daily_sends": None,
    "daily_changes": None,
    "approval": "untrusted",
}


def segment_of(workspace: Workspace, name: str = "trial") -> Segment:
    return Segment.unscoped.create(workspace=workspace, name=name, filter={"all": []})


def limits_of(grant: Grant) -> dict[str, Any]:
    grant.refresh_from_db()
    return {name: getattr(grant, name) for name in PLAIN}


def allow(owner: Client, assistant: Assistant, workspace: Workspace, **fields: Any) -> Any:
    data = {"workspace": workspace.pk, "scopes": ["read:contacts", "write:messages"], **fields}
    return owner.post(assistant.address(), data)


@pytest.fixture
def grant(tenants: Tenants, assistant: Assistant, owner: Client) -> Grant:
    assistant.connect(owner, tenants.workspace, ["read:contacts", "write:messages"])
    made: Grant = Grant.objects.for_workspace(tenants.workspace).get()
    return made


# --- Consent ----------------------------------------------------------------------------------------------------------
def test_consent_without_a_choice_waits_after_untrusted_text(grant: Grant, tenants: Tenants) -> None:
    assert limits_of(grant) == PLAIN
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="grant.created")
    assert entry.data["approval"] == "untrusted"


def test_page_is_shown_with_the_careful_approval_and_what_it_can_do_at_worst(
    assistant: Assistant, owner: Client
) -> None:
    page = owner.get(assistant.address(scope="read:contacts write:messages"))
    chosen = re.findall(r'<input type="radio" name="approval" value="(\w+)"[^>]*checked', page.content.decode())
    assert chosen == ["untrusted"]
    assert "At worst: it reads contacts." in words(page)


def test_consent_narrows_the_grant(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    account, segment = tenants.sandbox(), segment_of(tenants.workspace)
    fields = {
        f"accounts_{tenants.workspace.pk}": [account.pk],
        f"segment_{tenants.workspace.pk}": segment.pk,
        "daily_sends": "20",
        "daily_changes": "0",
        "approval": "none",
    }
    redirected(allow(owner, assistant, tenants.workspace, **fields))
    expected = {
        "account_ids": [account.pk],
        "segment_id": segment.pk,
        "daily_sends": 20,
        "daily_changes": 0,
        "approval": "none",
    }
    assert limits_of(Grant.unscoped.get()) == expected
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="grant.created")
    assert {name: entry.data[name] for name in expected} == expected


def test_what_belongs_to_another_workspace_is_refused(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    """The test twin is the member's own, and still another workspace than the chosen one."""
    live = tenants.workspace.pk
    for workspace in (tenants.twin, tenants.other):
        for fields in (
            {f"accounts_{live}": [tenants.sandbox(workspace).pk]},
            {f"segment_{live}": segment_of(workspace).pk},
        ):
            refused = allow(owner, assistant, tenants.workspace, **fields)
            assert refused.status_code == 200
            assert "That is not there any more. Choose again." in refused.content.decode()
    assert not Grant.unscoped.exists()


def test_choices_of_a_workspace_that_is_not_chosen_do_not_count(
    tenants: Tenants, assistant: Assistant, owner: Client
) -> None:
    fields = {f"segment_{tenants.twin.pk}": segment_of(tenants.twin).pk}
    redirected(allow(owner, assistant, tenants.workspace, **fields))
    assert limits_of(Grant.unscoped.get()) == PLAIN


def test_sentence_follows_the_choices_and_grants_nothing(tenants: Tenants, assistant: Assistant, owner: Client) -> None:
    segment = segment_of(tenants.workspace)
    fields = {f"segment_{tenants.workspace.pk}": segment.pk, "daily_sends": "20", "daily_changes": "0"}
    answer = allow(owner, assistant, tenants.workspace, **fields, approval="none", preview="yes")
    assert answer.content.decode() == (
        "At worst: 20 messages a day to people in the segment trial; it reads contacts of these people."
    )
    answer = allow(owner, assistant, tenants.workspace, daily_sends="many", preview="yes")
    assert answer.content.decode() == "What it can do at worst is said here once all is chosen."
    assert not Grant.unscoped.exists()


# --- The assistant's page ---------------------------------------------------------------------------------------------
def test_admin_changes_the_limits_which_hold_at_once(
    tenants: Tenants, assistant: Assistant, owner: Client, grant: Grant
) -> None:
    account, segment = tenants.sandbox(name="Sales DE"), segment_of(tenants.workspace)
    tokens = assistant.connect(owner, tenants.workspace, ["read:contacts", "write:messages"])
    grant = Grant.unscoped.order_by("created_at").last()  # type: ignore[assignment]
    admin = browser(tenants.member(Role.ADMIN))
    data = {
        f"accounts_{tenants.workspace.pk}": [account.pk],
        f"segment_{tenants.workspace.pk}": segment.pk,
        "daily_sends": "20",
        "daily_changes": "",
        "approval": "all",
    }
    page = reverse("admin:oauth_grant_change", args=[grant.pk])
    assert admin.post(reverse("admin:oauth_grant_limits", args=[grant.pk]), data)["Location"].endswith(page)
    expected = {**PLAIN, "account_ids": [account.pk], "segment_id": segment.pk, "daily_sends": 20, "approval": "all"}
    assert limits_of(grant) == expected
    limits = authenticate(tokens["access_token"], resource=RESOURCE).limits
    assert (set(limits.account_ids), limits.daily_sends, limits.approval) == ({account.pk}, 20, Approval.ALL)
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="grant.limits_changed")
    assert entry.data["old"] == {"account_ids": [], "segment_id": "", "daily_sends": None, "approval": "untrusted"}
    assert entry.data["new"]["daily_sends"] == 20
    shown = words(admin.get(page))
    assert "At worst: 20 messages a day to people in the segment trial, from Sales DE; " in shown
    assert "20, of which 20 are left" in shown


def test_deleted_segment_is_not_replaced_by_all_contacts(tenants: Tenants, grant: Grant) -> None:
    segment = segment_of(tenants.workspace)
    admin = browser(tenants.member(Role.ADMIN))
    change_grant_limits(tenants.actor(), grant.pk, AssistantLimits(segment_id=segment.pk, approval="untrusted"))
    pk = segment.pk
    segment.delete()
    page = admin.get(reverse("admin:oauth_grant_change", args=[grant.pk])).content.decode()
    assert f'<option value="{pk}" selected>A segment that was deleted: no contacts</option>' in page
    data = {f"segment_{tenants.workspace.pk}": pk, "daily_sends": "5", "approval": "untrusted"}
    refused = admin.post(reverse("admin:oauth_grant_limits", args=[grant.pk]), data)
    assert "no such segment in this workspace" in refused.content.decode().lower()
    assert limits_of(grant) == {**PLAIN, "segment_id": pk}


def test_limits_of_a_grant_that_has_ended_cannot_be_changed(tenants: Tenants, owner: Client, grant: Grant) -> None:
    owner.post(reverse("admin:oauth_grant_revoke", args=[grant.pk]), {"confirm": "on"})
    with pytest.raises(DomainError) as caught:
        change_grant_limits(tenants.actor(), grant.pk, AssistantLimits())
    assert caught.value.code == "invalid_state"
    assert limits_of(grant) == PLAIN


def test_same_limits_write_nothing(tenants: Tenants, grant: Grant) -> None:
    change_grant_limits(tenants.actor(), grant.pk, AssistantLimits.of(grant))
    assert not AuditEntry.unscoped.filter(action="grant.limits_changed").exists()
