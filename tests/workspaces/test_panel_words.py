"""The texts of the panel: titles, times, empty lists, labels."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Contact, ContactTag, CustomField
from crmsolid.jobs.models import Job
from crmsolid.panel.components.admin_base import TenantAdmin
from crmsolid.workspaces.models import AuditEntry, Membership, Role, Workspace
from messaging.models import Account, Message, Thread
from tests.panel import PAGES, browser, furnish, words
from tests.tenants import Tenants


def listing(model: str) -> str:
    return reverse(f"admin:{model}_changelist")


def change(model: str, row: Any) -> str:
    return reverse(f"admin:{model}_change", args=[row.pk])


def text_of(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return words(answer)


def tab(text: str) -> str:
    found = re.search(r"<title>(.*?)</title>", text, re.S)
    assert found is not None
    return " ".join(found[1].split())


@pytest.mark.parametrize(
    ("model", "title"),
    [
        ("contacts_contact", "Contacts | People"),
        ("apikeys_apikey", "API Keys"),
        ("messaging_account", "Telegram accounts"),
    ],
)
def test_the_title_of_a_list_is_the_sidebars_title(tenants: Tenants, model: str, title: str) -> None:
    assert tab(text_of(browser(tenants.owner), listing(model))) == f"{title} | CRM Solid"


def test_the_title_of_a_rows_page_names_the_row_once(tenants: Tenants) -> None:
    made, client = furnish(tenants.workspace, "acme"), browser(tenants.owner)
    contact, message, job = made.of(Contact), made.of(Message), made.of(Job)
    assert tab(text_of(client, change("contacts_contact", contact))) == "acme Person | Contacts | CRM Solid"
    assert tab(text_of(client, change("messaging_message", message))) == "To acme Person | Messages | CRM Solid"
    assert tab(text_of(client, change("workspaces_job", job))) == "Webhook deliveries sent again | Jobs | CRM Solid"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.opts.label)
def test_an_empty_list_says_what_to_do(tenants: Tenants, page: TenantAdmin) -> None:
    page.model.unscoped.all().delete()
    text = text_of(browser(tenants.owner), listing(f"{page.opts.app_label}_{page.opts.model_name}"))
    assert "yielded" not in text
    assert f"No {page.opts.verbose_name_plural} yet" in text
    assert page.empty_text in text


def test_a_search_without_results_links_to_the_whole_list(tenants: Tenants) -> None:
    furnish(tenants.workspace, "acme")
    text = text_of(browser(tenants.owner), f"{listing('contacts_contact')}?q=nobody")
    assert "Nobody fits" in text and 'href="?">Show all' in text and "No contacts yet" not in text


def test_times_say_their_zone_and_labels_are_words(tenants: Tenants) -> None:
    made, client = furnish(tenants.workspace, "acme"), browser(tenants.owner)
    names = {page: f"{page.opts.app_label}_{page.opts.model_name}" for page in PAGES}
    lists, rows = map(listing, names.values()), (change(name, made.of(page.model)) for page, name in names.items())
    for address in (*lists, *rows):
        text = text_of(client, address)
        for title in re.findall(r'<time [^>]*title="([^"]*)"', text):
            assert title.endswith(" UTC"), address
        bare = re.sub(r"<time .*?</time>", "", text)
        times = re.findall(r"\d\d? \w{3} 20\d\d \d\d:\d\d(?::\d\d)?(.{4})", bare)
        assert [rest for rest in times if rest != " UTC"] == [], address
        for jargon in ("Created at", "Eta", "Duration ms", "Subject label", "Last in at", "Unread count", ">Ip<"):
            assert jargon not in text, address


def test_no_list_offers_facet_counts(tenants: Tenants) -> None:
    furnish(tenants.workspace, "acme")
    for page in PAGES:
        text = text_of(browser(tenants.owner), listing(f"{page.opts.app_label}_{page.opts.model_name}"))
        assert "_facets" not in text, page


def test_rows_that_never_change_have_no_history_link(tenants: Tenants) -> None:
    made, client = furnish(tenants.workspace, "acme"), browser(tenants.owner)
    for model, row, offered in [
        ("workspaces_auditentry", made.of(AuditEntry), False),
        ("messaging_message", made.of(Message), False),
        ("contacts_contact", made.of(Contact), True),
    ]:
        assert ("/history/" in text_of(client, change(model, row))) is offered, model


def test_a_contacts_custom_fields_have_their_labels(tenants: Tenants) -> None:
    contact = furnish(tenants.workspace, "acme").of(Contact)
    CustomField.unscoped.create(workspace=tenants.workspace, key="vip", label="Important", type="boolean")
    CustomField.unscoped.create(workspace=tenants.workspace, key="plan", label="Plan", type="text")
    Contact.unscoped.filter(pk=contact.pk).update(custom_fields={"vip": True, "plan": "<b>gold</b>"})
    text = text_of(browser(tenants.member(Role.VIEWER)), change("contacts_contact", contact))
    text = text.replace(' dir="auto"', "")
    assert re.search(r"<dt>Important</dt>\s*<dd>Yes</dd>\s*<dt>Plan</dt>\s*<dd>&lt;b&gt;gold&lt;/b&gt;</dd>", text)


def test_an_opt_out_is_read_only_text_for_viewers(tenants: Tenants) -> None:
    contact = furnish(tenants.workspace, "acme").of(Contact)
    Contact.unscoped.filter(pk=contact.pk).update(opted_out=True)
    text = text_of(browser(tenants.member(Role.VIEWER)), change("contacts_contact", contact))
    assert ">Opted out<" in text and 'name="opted_out"' not in text
    assert 'name="opted_out"' in text_of(browser(tenants.member(Role.AGENT)), change("contacts_contact", contact))


def test_the_error_about_a_taken_key_is_at_its_field(tenants: Tenants) -> None:
    client, add = browser(tenants.owner), reverse("admin:contacts_customfield_add")
    field = {"label": "Company", "key": "company", "type": "text", "choices": ""}
    client.post(add, field)
    answer = client.post(add, field)
    assert answer.context["adminform"].form.errors == {"key": ["A field with this key already exists."]}
    assert CustomField.unscoped.count() == 1


def test_a_conversation_and_its_messages_link_to_each_other(tenants: Tenants) -> None:
    made, client = furnish(tenants.workspace, "acme"), browser(tenants.member(Role.AGENT))
    thread, message = made.of(Thread), made.of(Message)
    assert change("messaging_message", message) in text_of(client, reverse("admin:inbox_thread", args=[thread.pk]))
    text = text_of(client, change("messaging_message", message))
    assert f'href="{reverse("admin:inbox_thread", args=[thread.pk])}">acme Person with acme account</a>' in text


def test_the_page_to_remove_a_member_says_what_it_means(tenants: Tenants) -> None:
    agent = Membership.objects.for_workspace(tenants.workspace).get(user=tenants.member(Role.AGENT))
    text = text_of(browser(tenants.owner), reverse("admin:member_remove", args=[agent.pk]))
    assert f"Remove {agent.user.email} from Acme?" in text
    assert "Keys that they have made keep working" in text and "Objects" not in text


def add_contacts(workspace: Workspace, number: int) -> None:
    """Add ``number`` contacts, each with a tag, a conversation and a message."""
    account = Account.objects.for_workspace(workspace).first()
    assert account is not None
    for each in range(number):
        contact = Contact.unscoped.create(workspace=workspace, name=f"Person {each}", search=f"person {each}")
        ContactTag.unscoped.create(workspace=workspace, contact=contact, name="vip")
        thread = Thread.unscoped.create(workspace=workspace, account=account, contact=contact)
        common = {"workspace": workspace, "account": account, "thread": thread, "contact": contact}
        Message.unscoped.create(**common, direction="in", status="received", text="Hello")


@pytest.mark.parametrize("model", ["contacts_contact", "contacts_contacttag", "messaging_message"])
def test_a_longer_list_needs_no_more_queries(tenants: Tenants, model: str) -> None:
    furnish(tenants.workspace, "acme")
    client, counts = browser(tenants.owner), []
    client.get(reverse("admin:index"))  # writes that the session is in use
    for rows in (1, 20):
        add_contacts(tenants.workspace, rows)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            text_of(client, listing(model))
        counts.append(len(queries))
    assert counts[0] == counts[1] and counts[1] <= 10
