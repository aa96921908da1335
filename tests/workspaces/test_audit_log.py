"""The audit log in sentences, with links, details and filters."""

import re
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apikeys.services import create_key, rename_key, revoke_key
from crmsolid.panel.pages.audit_log import describe
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.invitations import accept_as_new_user, digest_of, invite_member, revoke_invitation
from crmsolid.workspaces.models import AuditEntry, Invitation, Membership, User
from messaging.models import Account
from tests.panel import browser, furnish
from tests.tenants import Api, Tenants

LOG = reverse("admin:workspaces_auditentry_changelist")


def sentences(client: Any, **query: str) -> list[str]:
    """The sentences of the list, without markup."""
    cells = re.findall(r'<td class="field-sentence[^>]*>(.*?)</td>', client.get(LOG, query).content.decode(), re.S)
    return [re.sub(r"<[^>]*>", "", cell) for cell in cells]


def make_key(tenants: Tenants, name: str = "Reporting") -> Any:
    return create_key(tenants.actor(), name=name, scopes=[Scope.READ_CONTACTS]).key


def test_an_entry_says_who_did_what_and_links_to_it(tenants: Tenants) -> None:
    User.objects.filter(pk=tenants.owner.pk).update(name="Dana")
    key = make_key(tenants)
    AuditEntry.unscoped.update(subject_kind="user", subject_id=str(tenants.owner.pk))
    client = browser(tenants.owner)
    assert sentences(client, kind="keys") == ["Dana made the API key Reporting"]
    assert f'href="{reverse("admin:apikeys_apikey_change", args=[key.pk])}">Reporting</a>' in (
        client.get(LOG).content.decode()
    )


def test_what_is_gone_keeps_the_name_it_had_and_has_no_link(tenants: Tenants) -> None:
    audit.record(tenants.actor(), "key.revoked", "key_gone", name="Old <b>", prefix="cs_live_0000")
    text = browser(tenants.owner).get(LOG, {"kind": "keys"}).content.decode()
    assert "revoked the API key <strong>Old &lt;b&gt;</strong>" in text


def test_an_action_that_nobody_knows_any_more_is_shown_as_it_is(tenants: Tenants) -> None:
    audit.record(Actor.system(tenants.workspace), "rocket.launched")
    [entry] = describe(AuditEntry.unscoped.filter(action="rocket.launched"))
    assert entry.plain == "CRM Solid did rocket.launched"


def test_details_show_old_and_new_values(tenants: Tenants) -> None:
    actor = tenants.actor()
    audit.record(actor, "membership.changed", "0", old_role="viewer", role="admin")
    audit.record(
        actor, "workspace.updated", "acme", old={"name": "A", "time_zone": ""}, new={"name": "B", "time_zone": "UTC"}
    )
    audit.record(actor, "broadcast.retried", "brd_gone", recipients=1200)
    role, workspace, broadcast = describe(AuditEntry.unscoped.order_by("pk"))[-3:]
    assert role.details == ["Role: viewer → admin"]
    assert workspace.details == ["Name: A → B", "Time zone: none → UTC"]
    assert (broadcast.plain.partition(" sent ")[2], broadcast.details) == (
        "the broadcast brd_gone again to 1,200 people",
        [],
    )


def test_a_changed_account_tells_the_old_and_the_new_limit(tenants: Tenants) -> None:
    account, client = tenants.sandbox(name="Sales", daily_limit=50), browser(tenants.owner)
    client.post(reverse("admin:messaging_account_change", args=[account.pk]), {"name": "Sales", "daily_limit": "20"})
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="account.changed")
    assert entry.data == {"fields": [], "old": {"daily_limit": 50}, "new": {"daily_limit": 20}}
    history = client.get(reverse("admin:messaging_account_history", args=[account.pk])).content.decode()
    assert "Daily limit: 50 → 20" in history


def test_filters_by_person_and_kind(tenants: Tenants) -> None:
    key = make_key(tenants)
    audit.record(Actor.system(tenants.workspace), "key.expired", key.pk)
    rename_key(Actor.member(Membership.unscoped.get(user=tenants.owner), tenants.workspace), key.pk, name="Reports")
    client, owner = browser(tenants.owner), f"user:{tenants.owner.pk}"
    assert sentences(client, who=owner, kind="keys") == ["owner@acme.example renamed the API key Reporting to Reports"]
    assert sentences(client, who="system", kind="keys") == [
        "CRM Solid ended the API key Reports: its last day has passed"
    ]
    assert sentences(client, kind="webhooks") == []


def test_an_invitation_names_the_person_once_it_was_accepted(tenants: Tenants) -> None:
    inviter = Actor.member(Membership.unscoped.get(user=tenants.owner), tenants.workspace)
    links = []

    def link(token: str) -> str:
        links.append(token)
        return f"https://crm.example/{token}"

    for address in ("new@acme.example", "never@acme.example"):
        invite_member(inviter, email=address, role="agent", link=link)
    client, kind = browser(tenants.owner), {"kind": "people"}
    assert sentences(client, **kind)[:2] == [
        "owner@acme.example invited never@acme.example",
        "owner@acme.example invited new@acme.example",
    ]
    user = accept_as_new_user(digest_of(links[0]), name="Noa", password="a long enough secret", ip=None).user
    revoke_invitation(inviter, Invitation.unscoped.get().pk)
    assert sentences(client, **kind)[:4] == [
        "owner@acme.example revoked the invitation of somebody who has not joined",
        "Noa accepted an invitation and joined",
        "owner@acme.example invited somebody who has not joined",
        "owner@acme.example invited Noa",
    ]
    user.delete()
    assert sentences(client, **kind)[3] == "owner@acme.example invited new@acme.example"


def test_a_refusal_says_who_was_refused_and_why(tenants: Tenants, api: Api) -> None:
    key = create_key(tenants.actor(), name="Reporting", scopes=[Scope.READ_CONTACTS])
    assert api(key.token).post("/v1/contacts", {"email": "a@example.com"}).status_code == 403
    client = browser(tenants.owner)
    assert sentences(client, kind="keys")[0] == "The API key Reporting was refused"
    assert "It lacks the scope write:contacts" in client.get(LOG).content.decode()


def test_names_of_another_workspace_are_not_shown(tenants: Tenants) -> None:
    stranger = furnish(tenants.other, "rival").of(Account)
    audit.record(tenants.actor(), "account.changed", str(stranger.pk))
    text = browser(tenants.owner).get(LOG).content.decode()
    assert "rival" not in text


def test_a_long_page_needs_one_query_for_each_kind_of_row(tenants: Tenants) -> None:
    def queries(entries: int) -> int:
        AuditEntry.unscoped.all().delete()
        for each in range(entries):
            revoke_key(tenants.actor(), make_key(tenants, f"key {each}").pk)
        client = browser(tenants.owner)
        client.get(LOG)
        with CaptureQueriesContext(connection) as counted:
            assert len(sentences(client)) == 2 * entries
        return len(counted.captured_queries)

    assert queries(1) == queries(12)
