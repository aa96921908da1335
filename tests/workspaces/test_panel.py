"""The panel as a whole: login, roles, members, custom fields, the audit log."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from contacts.models import Contact, CustomField
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.panel.pages.navigation import PLACES
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry, Membership, Role, Workspace
from crmsolid.workspaces.services import remove_member, require_two_factor, set_role
from tests.panel import browser, contact_form, furnish
from tests.tenants import PASSWORD, Tenants

HOME = reverse("admin:index")
REGISTERED = {model._meta.label_lower for model in admin.site._registry}
LOGIN = reverse("account:login")
SETTINGS = [item for items in PLACES[-1].groups.values() for item in items if item.model in REGISTERED]


def change(model: str, row: Any) -> str:
    return reverse(f"admin:{model}_change", args=[row.pk])


def test_the_login_ignores_the_case_of_the_e_mail_address(tenants: Tenants) -> None:
    client = Client()
    assert "E-mail" in client.get(LOGIN).content.decode()
    answer = client.post(LOGIN, {"username": "Owner@Acme.example", "password": PASSWORD, "next": HOME})
    assert (answer.status_code, answer["Location"]) == (302, HOME)
    assert "Acme" in client.get(HOME).content.decode()


def test_the_login_page_leads_to_the_home_page(tenants: Tenants) -> None:
    answer = Client().post(LOGIN, {"username": "owner@acme.example", "password": PASSWORD}, follow=True)
    assert answer.redirect_chain == [(HOME, 302)]


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(tenants: Tenants) -> None:
    tried = [Client().post(LOGIN, {"username": name, "password": "x"}) for name in ("owner@acme.example", "nobody@x.y")]
    assert [answer.status_code for answer in tried] == [200, 200]
    for answer in tried:
        assert "do not belong together" in answer.content.decode()
        assert "something below" not in answer.content.decode()  # no field is wrong by itself


def test_the_eleventh_login_attempt_in_a_minute_is_refused(tenants: Tenants) -> None:
    client, guess = Client(), {"username": "owner@acme.example", "password": "x"}
    assert [client.post(LOGIN, guess).status_code for _ in range(11)] == [200] * 10 + [429]
    right = client.post(LOGIN, {**guess, "password": PASSWORD})
    assert (right.status_code, right["Retry-After"]) == (429, "60")


def test_a_user_without_a_workspace_gets_a_page_of_their_own_and_can_log_out(tenants: Tenants) -> None:
    tenants.owner.memberships.all().delete()
    client = browser(tenants.owner)
    answer = client.get(HOME, follow=True)
    assert answer.status_code == 403
    assert "owner@acme.example is not a member of any workspace" in answer.content.decode()
    assert client.post(reverse("account:logout")).status_code == 200
    assert "E-mail" in client.get(LOGIN).content.decode()


def test_a_change_is_in_the_audit_log_without_the_contacts_data(tenants: Tenants) -> None:
    contact, client = furnish(tenants.workspace, "acme").of(Contact), browser(tenants.owner)
    client.post(change("contacts_contact", contact), contact_form(phone="555-0100"))
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="contact.changed")
    assert (entry.target, entry.subject_label, entry.surface) == (contact.pk, "owner@acme.example", "panel")
    assert entry.data == {"fields": ["phone"]}
    history = client.get(reverse("admin:contacts_contact_history", args=[contact.pk])).content.decode()
    assert (
        "changed the contact" in history
        and "Changed: phone" in history
        and "127.0.0.1" in history
        and "555-0100" not in history
    )
    agents = browser(tenants.member(Role.AGENT)).get(reverse("admin:contacts_contact_history", args=[contact.pk]))
    assert "changed the contact" in agents.content.decode() and "127.0.0.1" not in agents.content.decode()


def test_an_unknown_time_zone_is_refused(tenants: Tenants) -> None:
    contact, client = furnish(tenants.workspace, "acme").of(Contact), browser(tenants.owner)
    answer = client.post(change("contacts_contact", contact), contact_form(phone="1", time_zone="Mars/Base"))
    assert list(answer.context["form"].errors) == ["time_zone"]
    assert answer.content.decode().count("Nothing was saved") == 1
    assert Contact.unscoped.get(pk=contact.pk).phone == ""


FIELD = {"label": "Company", "key": "company", "type": "text", "choices": ""}
ADD_FIELD = reverse("admin:contacts_customfield_add")


def test_a_custom_field_is_created_in_the_workspace_that_is_shown(tenants: Tenants) -> None:
    assert browser(tenants.owner, tenants.twin).post(ADD_FIELD, FIELD).status_code == 302
    found = CustomField.unscoped.get()
    assert (found.workspace, found.key, found.type, found.choices) == (tenants.twin, "company", "text", [])
    assert browser(tenants.owner).post(ADD_FIELD, FIELD).status_code == 302  # the same key in another workspace


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "Company"},
        {"key": "1st"},
        {"key": "a" * 41},
        {"key": "email"},
        {"key": "custom_fields"},
        {"key": ""},
        {"type": "choice", "choices": " \n "},
    ],
)
def test_an_invalid_custom_field_is_refused(tenants: Tenants, wrong: dict[str, str]) -> None:
    answer = browser(tenants.owner).post(ADD_FIELD, {**FIELD, **wrong})
    assert answer.status_code == 200
    assert len(answer.context["adminform"].form.errors) == 1
    assert not CustomField.unscoped.exists()


def test_a_custom_field_key_can_be_used_once_in_a_workspace(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    client.post(ADD_FIELD, FIELD)
    answer = client.post(ADD_FIELD, {**FIELD, "label": "Other"})
    assert answer.status_code == 200
    assert "already exists" in answer.content.decode()
    assert CustomField.unscoped.count() == 1


def test_choices_are_lines_and_the_key_and_type_of_a_field_never_change(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    client.post(ADD_FIELD, {**FIELD, "type": "choice", "choices": "red\r\n\r\nblue\r\nred"})
    found = CustomField.unscoped.get()
    assert found.choices == ["red", "blue"]
    edited = {"label": "Colour", "key": "other", "type": "text", "choices": "green"}
    client.post(change("contacts_customfield", found), edited)
    found.refresh_from_db()
    assert (found.label, found.key, found.type, found.choices) == ("Colour", "company", "choice", ["green"])


def member_of(tenants: Tenants, user: Any) -> Membership:
    found: Membership = Membership.objects.for_workspace(tenants.workspace).get(user=user)
    return found


def test_a_role_takes_effect_at_once(tenants: Tenants) -> None:
    agent = tenants.member(Role.AGENT)
    keys, theirs = reverse("admin:apikeys_apikey_changelist"), browser(agent)
    assert theirs.get(keys).status_code == 403
    set_role(tenants.actor(), member_of(tenants, agent).pk, Role.ADMIN)
    assert theirs.get(keys).status_code == 200
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="membership.changed")
    assert entry.data == {"old_role": "agent", "role": "admin"}


@pytest.mark.parametrize("change", ["removed", "agent"])
def test_an_owner_who_was_removed_meanwhile_changes_nobody(tenants: Tenants, change: str) -> None:
    second, agent = (member_of(tenants, tenants.member(role)) for role in (Role.OWNER, Role.AGENT))
    meanwhile = Actor.member(second, tenants.workspace)  # of a request that has begun
    if change == "removed":
        remove_member(tenants.actor(), second.pk)
    else:
        set_role(tenants.actor(), second.pk, change)
    entries = AuditEntry.unscoped.count()
    for call in (
        lambda: set_role(meanwhile, agent.pk, Role.OWNER),
        lambda: remove_member(meanwhile, agent.pk),
        lambda: require_two_factor(meanwhile, True),
    ):
        with pytest.raises(DomainError, match="not an owner of this workspace any more"):
            call()
    agent.refresh_from_db()
    assert agent.role == "agent"
    assert not Workspace.objects.get(pk=tenants.workspace.pk).requires_two_factor
    assert AuditEntry.unscoped.count() == entries


def test_every_kind_of_page_is_marked_in_the_test_workspace(tenants: Tenants) -> None:
    contact = furnish(tenants.twin, "twin").of(Contact)
    pages = [HOME, reverse("admin:contacts_contact_changelist"), change("contacts_contact", contact), ADD_FIELD]
    for workspace, marked in [(tenants.twin, True), (tenants.workspace, False)]:
        for page in pages[: None if marked else 2]:
            text = browser(tenants.owner, workspace).get(page).content.decode()
            assert ("cs-test-strip" in text, "[TEST]" in text) == (marked, marked), page


def test_the_search_ignores_case_in_every_script(tenants: Tenants) -> None:
    Contact.unscoped.create(workspace=tenants.workspace, name="Дмитрий", search="дмитрий", created_at=clock.now())
    found = browser(tenants.owner).get(reverse("admin:contacts_contact_changelist"), {"q": "ДМИТ"})
    assert [name for _, name, *_ in found.context["rows"]] == ["Дмитрий"]


@pytest.mark.parametrize(
    ("role", "seen"), [(Role.VIEWER, ()), (Role.AGENT, ("Templates",)), (Role.ADMIN, None), (Role.OWNER, None)]
)
def test_only_admins_and_owners_see_settings(tenants: Tenants, role: Role, seen: tuple[str, ...] | None) -> None:
    """Agents see only the templates, because they keep some of their own."""
    visible = {item.link for item in SETTINGS if seen is None or item.title in seen}
    assert len(visible) == (len(SETTINGS) if seen is None else len(seen))
    furnish(tenants.workspace, "acme")
    client = browser(tenants.member(role))
    addresses = [item.link for item in SETTINGS]
    menu = client.get(reverse("account:profile")).content.decode()
    assert {address for address in addresses if f'href="{address}"' in menu} == visible
    assert {address for address in addresses if client.get(address).status_code == 200} == visible
