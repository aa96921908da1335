"""What the recipes of docs/development.md have made, in the copy of the repository where test_recipes.py runs this."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from contacts.models import Contact
from contacts.services import upsert_contact
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import Role
from tests.architecture.access import table
from tests.panel import browser, furnish
from tests.tenants import Api, Tenants

pytestmark = pytest.mark.django_db


def model(name: str) -> Any:
    """A model of the app ``calls``, which is only there in the copy."""
    return apps.get_app_config("calls").get_model(name)


def test_event_type_is_offered_and_published_once_for_a_note(api: Api, tenants: Tenants) -> None:
    from contacts.notes import add_note

    types = [each["type"] for each in api(tenants.key()).get("/v1/webhooks/events").json()["data"]]
    assert types.count("contact.note_added") == 1
    contact = upsert_contact(tenants.actor(), {"username": "sarah"}).contact
    add_note(tenants.actor(), contact.pk, text="Prefers mornings")
    (event,) = Event.objects.for_workspace(tenants.workspace).filter(type="contact.note_added")
    data = json.loads(bytes(event.body))["data"]
    assert (data["contact"]["id"], data["text"]) == (contact.pk, "Prefers mornings")


def test_scope_is_required_to_export(api: Api, tenants: Tenants) -> None:
    refused = api(tenants.key([Scope.READ_CONTACTS])).get("/v1/contacts/export")
    assert (refused.status_code, refused.json()["required_scope"]) == (403, "export:contacts")
    assert api(tenants.key([Scope("export:contacts")])).get("/v1/contacts/export").status_code == 200
    assert browser(tenants.member(Role.VIEWER)).get("/panel/live/contacts/export/").status_code == 200


def test_rows_of_the_app_are_exported_and_erased_with_their_contact(api: Api, tenants: Tenants) -> None:
    furnish(tenants.workspace, "zebra")
    contact = Contact.objects.for_workspace(tenants.workspace).get()
    data = api(tenants.key()).get(f"/v1/contacts/{contact.pk}/data").json()
    assert [call["summary"] for call in data["calls"]] == ["zebra call"]
    assert api(tenants.key()).delete(f"/v1/contacts/{contact.pk}").status_code == 204
    assert not model("call").unscoped.exists()


@pytest.mark.parametrize(("role", "may_delete"), [(Role.VIEWER, False), (Role.OWNER, True)])
def test_page_of_the_model_shows_its_rows_and_is_in_the_side(tenants: Tenants, role: Role, may_delete: bool) -> None:
    ours, _ = furnish(tenants.workspace, "zebraours"), furnish(tenants.other, "zebratheirs")
    client = browser(tenants.member(role))
    page = client.get("/panel/live/calls/call/").content.decode()
    assert "zebraours call" in page and "zebratheirs" not in page
    assert '<a href="/panel/live/calls/call/"' in client.get("/panel/live/contacts/").content.decode()
    call = ours.of(model("call"))
    status = client.get(f"/panel/live/calls/call/{call.pk}/delete/").status_code
    assert status == (200 if may_delete else 403)


def test_page_without_a_model_shows_figures_and_is_in_the_side(tenants: Tenants) -> None:
    upsert_contact(tenants.actor(), {"username": "sarah", "stage": "won"})
    page = browser(tenants.member(Role.VIEWER)).get("/panel/live/stages/").content.decode()
    assert "<dt>Won</dt><dd>1</dd>" in page
    assert '<a href="/panel/live/stages/"' in page
    assert {"stages", "calls_call_changelist"} <= table().keys()


def test_page_of_the_documentation_is_served_and_found(client: Client) -> None:
    page = client.get("/docs/guide/stages")
    assert page.status_code == 200
    assert "<h1" in page.content.decode() and "/docs/guide/stages" in client.get("/docs/").content.decode()


def test_tool_takes_and_answers_the_new_field() -> None:
    from contacts.tools import TOOLS

    tools = {tool.name: tool for tool in TOOLS}
    assert "job_title" in tools["upsert_contact"].input_schema["properties"]
    # Which fields a contact has, the list says for all tools.
    listed = tools["list_contacts"].output_schema["properties"]["data"]
    assert "job_title" in listed["items"]["properties"]
