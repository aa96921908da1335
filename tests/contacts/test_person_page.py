"""The panel's pages of contacts."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from contacts.models import Contact, ContactNote, CustomField, OptOut
from contacts.notes import add_note
from crmsolid.workspaces.models import AuditEntry
from tests.contacts.conftest import Upsert
from tests.contacts.helpers import before_statement
from tests.page_forms import form_with, undo_form
from tests.tenants import Api, Tenants


@pytest.fixture
def panel(tenants: Tenants, client: Client) -> Client:
    client.force_login(tenants.owner)
    return client


def page_of(contact_id: str) -> str:
    return f"/panel/live/contacts/{contact_id}/"


def details(answer: Any, **changes: str) -> dict[str, Any]:
    """What a browser sends of the details that a page shows, with these changes."""
    return form_with(answer, "phone").filled(**changes, do="edit")


def edit(panel: Client, contact_id: str, **changes: str) -> Any:
    """Send the details as the page shows them now, with these changes."""
    return panel.post(page_of(contact_id), details(panel.get(page_of(contact_id)), **changes))


def test_opt_out_lifted_in_the_panel_does_not_come_back(panel: Client, ours: Api, upsert: Upsert) -> None:
    erased = upsert(username="sarah", opted_out=True)
    ours.delete(f"/v1/contacts/{erased['id']}")
    contact = upsert(username="sarah")
    assert contact["opted_out"] is True
    assert panel.post(page_of(contact["id"]), {"do": "opt_out", "opted_out": "no"}).status_code == 302
    assert Contact.unscoped.get().opted_out is False
    assert not OptOut.unscoped.exists()
    ours.delete(f"/v1/contacts/{contact['id']}")
    assert upsert(username="sarah")["opted_out"] is False


def test_form_changes_only_the_fields_that_were_edited(
    panel: Client, ours: Api, upsert: Upsert, custom_fields: None
) -> None:
    before = upsert(username="sarah", name="Sarah", phone="1", time_zone="Europe/Berlin", tags=["a"], seats=2.5)
    form = {"phone": "", "time_zone": "", "custom.seats": "3", "custom.vip": "true", "custom.size": "L"}
    assert edit(panel, before["id"], **form).status_code == 302
    after = ours.get(f"/v1/contacts/{before['id']}").json()
    changed = {name: value for name, value in after.items() if value != before[name] and name != "updated_at"}
    fields = {"seats": 3, "vip": True, "size": "L"}
    assert changed == {"phone": None, "time_zone": None, "custom_fields": fields}
    assert after["updated_at"] > before["updated_at"]


def test_form_without_changes_writes_nothing(panel: Client, ours: Api, upsert: Upsert, custom_fields: None) -> None:
    contact = upsert(username="sarah", company="Acme", seats=2.0, vip=False, renews="2026-06-10", size="S")
    assert edit(panel, contact["id"]).status_code == 302
    assert ours.get(f"/v1/contacts/{contact['id']}").json()["updated_at"] == contact["updated_at"]


def test_value_that_is_no_choice_any_more_stays_until_it_is_changed(
    panel: Client, ours: Api, upsert: Upsert, custom_fields: None
) -> None:
    contact = upsert(username="sarah", size="L")
    path, page = f"/v1/contacts/{contact['id']}", page_of(contact["id"])
    CustomField.unscoped.filter(key="size").update(choices=["S", "M"])
    chosen = '<option value="L" selected>L</option>'
    assert chosen in panel.get(page).content.decode()
    assert chosen in edit(panel, contact["id"], **{"custom.seats": "many"}).content.decode()
    assert edit(panel, contact["id"], phone="1").status_code == 302
    assert (ours.get(path).json()["phone"], ours.get(path).json()["custom_fields"]) == ("1", {"size": "L"})
    assert edit(panel, contact["id"], **{"custom.size": "M"}).status_code == 302
    assert ours.get(path).json()["custom_fields"] == {"size": "M"}
    assert edit(panel, contact["id"], **{"custom.size": "L"}).context["form"].errors["custom.size"]


def test_line_breaks_of_browsers_are_no_change(panel: Client, ours: Api, upsert: Upsert, custom_fields: None) -> None:
    contact = upsert(username="sarah", company="Acme\nBerlin")
    path, page = f"/v1/contacts/{contact['id']}", page_of(contact["id"])
    opened = panel.get(page)
    assert '<textarea name="custom.company" cols="40" rows="2"' in opened.content.decode()
    assert details(opened)["custom.company"] == ["Acme\r\nBerlin"]
    assert panel.post(page, details(opened)).status_code == 302
    assert ours.get(path).json()["updated_at"] == contact["updated_at"]
    changed = details(opened, **{"custom.company": "Acme\r\nParis"})
    assert panel.post(page, changed).status_code == 302
    assert ours.get(path).json()["custom_fields"] == {"company": "Acme\nParis"}
    assert panel.post(page, changed).status_code == 302  # what the other wants is there already
    assert panel.post(page, details(opened, **{"custom.company": "X"})).status_code == 422


def test_note_is_shown_to_its_end(panel: Client, tenants: Tenants, upsert: Upsert) -> None:
    contact = upsert(username="sarah")["id"]
    add_note(tenants.actor(), contact, text=f"{'x' * 3990} the end")
    assert "x the end</p>" in panel.get(page_of(contact), {"show": "Notes"}).content.decode()


def test_note_of_lines_may_be_as_long_as_any(panel: Client, upsert: Upsert) -> None:
    page = page_of(upsert(username="sarah")["id"])
    assert panel.post(page, {"do": "note", "text": "\r\n".join(["x" * 99] * 40)}).status_code == 302
    assert len(ContactNote.unscoped.get().text) == 3999
    assert panel.post(page, {"do": "note", "text": "\r\n".join(["x" * 99] * 41)}).status_code == 422


def test_field_that_somebody_else_changed_meanwhile_is_not_overwritten(
    panel: Client, ours: Api, upsert: Upsert
) -> None:
    contact = upsert(username="sarah", phone="1", last_name="Miller")
    path, page = f"/v1/contacts/{contact['id']}", page_of(contact["id"])
    opened = panel.get(page)
    ours.patch(path, {"phone": "2"})
    # The phone is the other's; the last name, which the member did not touch, stays too.
    answer = panel.post(page, details(opened, phone="3"))
    assert answer.status_code == 422 and "Changed meanwhile to “2”" in answer.content.decode()
    assert ours.get(path).json()["phone"] == "2"
    ours.patch(path, {"last_name": "Smith"})
    assert panel.post(page, details(answer)).status_code == 302
    after = ours.get(path).json()
    assert (after["phone"], after["last_name"]) == ("3", "Smith")


def test_change_of_another_field_at_the_same_moment_is_kept(panel: Client, ours: Api, upsert: Upsert) -> None:
    """It comes before the transaction of the change, when the page has looked at the contact already."""
    contact = upsert(username="sarah")
    data = details(panel.get(page_of(contact["id"])), phone="3")

    def change() -> None:
        Contact.unscoped.filter(pk=contact["id"]).update(last_name="Smith")

    with before_statement("SAVEPOINT", change):
        assert panel.post(page_of(contact["id"]), data).status_code == 302
    after = Contact.unscoped.get(pk=contact["id"])
    assert (after.phone, after.last_name) == ("3", "Smith")


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"username": "x"}, "username", "A username is 4 to 32"),
        ({"username": "boris"}, None, "belong to different contacts"),
        ({"custom.seats": "many"}, "custom.seats", "Give a number"),
        ({"custom.renews": "soon"}, "custom.renews", "Give a date"),
        ({"time_zone": "Mars/Base"}, "time_zone", "IANA"),
    ],
)
def test_wrong_value_is_refused_at_its_field(
    panel: Client, upsert: Upsert, custom_fields: None, changes: dict[str, str], field: str | None, text: str
) -> None:
    upsert(username="boris")
    answer = edit(panel, upsert(username="sarah")["id"], **changes)
    form = answer.context["form"]
    errors = form.non_field_errors() if field is None else form.errors[field]
    assert answer.status_code == 422 and text in " ".join(errors)


def test_tags_stage_score_and_notes_are_changed_in_place(panel: Client, ours: Api, upsert: Upsert) -> None:
    contact = upsert(username="sarah", tags=["old"])
    page = page_of(contact["id"])
    for form in (
        {"do": "tag", "tag": "vip, Berlin"},
        {"do": "untag", "tag": "old"},
        {"do": "stage", "stage": "won"},
        {"do": "score", "points": "7", "note": "nice"},
        {"do": "note", "text": "Called"},
        {"do": "nothing"},
    ):
        assert panel.post(page, form).status_code == 302
    after = ours.get(f"/v1/contacts/{contact['id']}").json()
    assert (after["tags"], after["stage"], after["score"]) == (["Berlin", "vip"], "won", 7)
    text = strip_tags(panel.get(page).content.decode())
    assert "Called" in text and "+7 points: By hand" in text and "Stage from New to Won" in text
    note = ContactNote.unscoped.get()
    panel.post(page, {"do": "delete_note", "note": note.pk})
    assert not ContactNote.unscoped.exists()
    actions = AuditEntry.unscoped.filter(target=contact["id"]).order_by("pk").values_list("action", flat=True)
    assert list(actions) == [
        *("contact.tagged", "contact.tagged", "contact.changed", "contact.score_adjusted"),
        *("contact.note_added", "contact.note_deleted"),
    ]
    assert panel.post(page, {"do": "note", "text": " "}).status_code == 422


def test_new_contact_is_added_once_and_leads_to_who_is_there_already(panel: Client, upsert: Upsert) -> None:
    add = "/panel/live/contacts/new/"
    answer = panel.post(add, {"name": "Sarah", "username": "@Sarah", "tags": "vip, new", "stage": "replied"})
    contact = Contact.unscoped.get()
    assert answer["Location"] == page_of(contact.pk)
    assert (contact.username, contact.stage, contact.tag_rows.count()) == ("Sarah", "replied", 2)
    again = panel.post(add, {"name": "Another", "username": "t.me/sarah"})
    assert again.status_code == 422 and page_of(contact.pk) in again.content.decode()
    assert panel.post(add, {"name": "Nobody"}).status_code == 422
    assert [each.name for each in Contact.unscoped.all()] == ["Sarah"]


def test_person_is_erased_once_the_word_is_typed(panel: Client, upsert: Upsert) -> None:
    contact = upsert(username="sarah")
    erase = f"{page_of(contact['id'])}erase/"
    assert "What stays" in panel.get(erase).content.decode()
    assert panel.post(erase, {"confirm": "yes"}).status_code == 422
    assert Contact.unscoped.exists()
    assert panel.post(erase, {"confirm": "Erase "}).status_code == 302
    assert not Contact.unscoped.exists()
    assert panel.get(page_of(contact["id"])).status_code == 404


def test_data_of_the_person_is_a_file_as_the_api_answers_it(panel: Client, ours: Api, upsert: Upsert) -> None:
    contact = upsert(username="sarah")
    expected = ours.get(f"/v1/contacts/{contact['id']}/data").json()
    AuditEntry.unscoped.filter(action="contact.data_exported").delete()  # the download before is in the next one
    answer = panel.get(f"{page_of(contact['id'])}data/")
    assert answer["Content-Disposition"] == f'attachment; filename="{contact["id"]}.json"'
    assert json.loads(answer.content) == expected


def test_page_of_a_contact_with_much_behind_it_needs_as_many_queries(
    panel: Client, tenants: Tenants, upsert: Upsert
) -> None:
    contact = upsert(username="sarah")["id"]
    panel.get(page_of(contact))
    counts = []
    for number in (1, 60):
        for _ in range(number):
            add_note(tenants.actor(), contact, text="x")
        with CaptureQueriesContext(connection) as queries:
            assert panel.get(page_of(contact)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] < 30
    older = panel.get(page_of(contact)).context["older"]
    assert len(panel.get(page_of(contact), {"older": older}).context["entries"]) == 22
    assert panel.get(page_of(contact), {"older": "x", "show": "x"}).status_code == 200


def test_stage_and_tags_are_put_back(panel: Client, upsert: Upsert) -> None:
    contact = upsert(username="sarah", tags=["vip"])
    page = page_of(contact["id"])
    before = kept_of(contact["id"])
    for fields in ({"do": "stage", "stage": "won"}, {"do": "tag", "tag": " New "}, {"do": "untag", "tag": "vip"}):
        panel.post(page, fields)
        assert kept_of(contact["id"]) != before
        undo = undo_form(panel.get(page))
        panel.post(undo.action, undo.values)
        assert kept_of(contact["id"]) == before, fields
        panel.get(page)
    panel.post(page, {"do": "tag", "tag": "vip"})  # has it already
    assert "Undo" not in panel.get(page).content.decode()


def test_stage_that_somebody_else_has_changed_meanwhile_is_not_put_back(panel: Client, upsert: Upsert) -> None:
    contact = upsert(username="sarah")
    page = page_of(contact["id"])
    panel.post(page, {"do": "stage", "stage": "won"})
    undo = undo_form(panel.get(page))
    panel.post(page, {"do": "stage", "stage": "lost"})
    assert panel.post(undo.action, undo.values).status_code == 422
    assert kept_of(contact["id"])[0] == "lost"


def kept_of(contact_id: str) -> tuple[str, list[str]]:
    contact = Contact.unscoped.get(pk=contact_id)
    return contact.stage, sorted(contact.tag_rows.values_list("name", flat=True))
