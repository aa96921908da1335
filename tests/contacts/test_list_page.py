"""The panel's list of contacts: what its address asks for, columns, filters, and changes of many at once."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.inputs import SORTS
from contacts.models import Contact, ContactColumns, Segment
from contacts.panel.actions import bulk_choices
from contacts.panel.chips import MAX_CHIPS
from contacts.panel.query import ContactsQuery
from contacts.services import upsert_contact
from crmsolid.core import clock
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from crmsolid.workspaces.models import Role
from messaging.models import Thread
from messaging.services import send_message
from tests.page_forms import form_with
from tests.panel import browser, flash_messages, later
from tests.sequences.helpers import create
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db

LIST, FILTER, BULK = (f"/panel/live/contacts/{each}" for each in ("", "filter/", "change/"))
VIP = {"field": "tag", "op": "is", "value": "vip"}


@pytest.fixture
def panel(tenants: Tenants) -> Client:
    for name, tags in (("Anna", ["vip"]), ("Boris", ["vip", "berlin"]), ("Clara", [])):
        upsert_contact(tenants.actor(), {"username": name.lower(), "name": name, "tags": tags})
    upsert_contact(tenants.actor(tenants.other), {"username": "theirs", "name": "Theirs", "tags": ["vip"]})
    return browser(tenants.owner)


def names(panel: Client, **query: Any) -> list[str]:
    return shown(panel.get(LIST, query))


def shown(answer: Any) -> list[str]:
    return [called for _, called, _, _ in answer.context["rows"]]


def ids(*names: str) -> list[str]:
    return [Contact.unscoped.get(name=name).pk for name in names]


def test_list_shows_what_its_address_asks_for(panel: Client, tenants: Tenants) -> None:
    segment = Segment.unscoped.create(workspace=tenants.workspace, name="Vips", filter=VIP)
    assert names(panel) == ["Clara", "Boris", "Anna"]
    assert names(panel, sort="name") == ["Anna", "Boris", "Clara"]
    assert names(panel, q=" ANN ") == ["Anna"]
    assert names(panel, segment=segment.pk, sort="name") == ["Anna", "Boris"]
    assert names(panel, tag="berlin") == ["Boris"]
    assert names(panel, filter=json.dumps({"not": VIP})) == ["Clara"]
    assert names(panel, filter=json.dumps({"not": VIP}), segment=segment.pk) == []
    assert names(panel, stage="won") == []
    assert panel.get(LIST, {"tag": "vip"}).context["count"] == "2"


@pytest.mark.parametrize("sort", SORTS)
def test_menu_shows_the_order_of_the_list(panel: Client, sort: str) -> None:
    answer = panel.get(LIST, {"sort": sort})
    [chosen] = [address for _, address, is_chosen in answer.context["sorts"] if is_chosen]
    assert chosen == f"?sort={sort}" and f'href="{chosen}" aria-current="true"' in answer.content.decode()


def test_pages_follow_one_another(panel: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contacts.panel.lists.PER_PAGE", 2)
    first = panel.get(LIST, {"sort": "name"})
    assert shown(first) == ["Anna", "Boris"]
    second = panel.get(LIST + first.context["after"])
    assert (shown(second), second.context["after"]) == (["Clara"], "")
    stale = panel.get(LIST, {"sort": "score", "cursor": first.context["after"].partition("cursor=")[2]})
    assert (stale.status_code, stale["Location"]) == (302, f"{LIST}?sort=score")


@pytest.mark.parametrize("filter", ["{", "[]", "1", json.dumps({"field": "x", "op": "is", "value": 1}), "x" * 9000])
def test_filter_that_is_none_is_said_and_shows_nobody_else(panel: Client, filter: str) -> None:
    answer = panel.get(LIST, {"filter": filter})
    assert answer.status_code == 200
    assert bool(answer.context["error"]) is (not answer.context["rows"])


def test_address_and_query_say_the_same() -> None:
    query = ContactsQuery.read(QueryDict(f"q=a++b&tag=vip&stage=won&sort=-score&filter={json.dumps(VIP)}"))
    assert ContactsQuery.read(QueryDict(query.encoded)) == query
    assert query.filters == {"search": "a b", "tag": ["vip"], "stage": "won", "filter": VIP}
    assert ContactsQuery.read(QueryDict("stage=x&sort=id&segment=1&id=a&id=con_1&q=%00")) == ContactsQuery()


def test_each_member_chooses_columns_for_each_side(panel: Client, tenants: Tenants, custom_fields: None) -> None:
    def headers(client: Client) -> list[str]:
        return [column.name for column, _ in client.get(LIST).context["headers"]]

    usual = headers(panel)
    form = {"column": ["email", "custom.company", "score"]}
    viewer = browser(tenants.member(Role.VIEWER))
    assert viewer.post(f"{LIST}columns/", form).status_code == 302
    assert headers(viewer) == ["email", "custom.company", "score"]
    assert headers(panel) == usual == headers(browser(tenants.owner, tenants.twin))
    assert viewer.post(f"{LIST}columns/", {"column": ["password"]}).status_code == 302
    assert ContactColumns.unscoped.get().columns == ["email", "custom.company", "score"]


def test_longer_list_needs_no_more_queries_and_counts_nothing(panel: Client, tenants: Tenants) -> None:
    counts = []
    for number in (0, 30):
        for each in range(number):
            upsert_contact(tenants.actor(), {"username": f"more{each}", "tags": ["a", "b"]})
        with CaptureQueriesContext(connection) as queries:
            panel.get(LIST)
        counted = [each["sql"] for each in queries.captured_queries if "COUNT(" in each["sql"].upper()]
        assert not [sql for sql in counted if "contacts_" in sql]  # the rail counts, to a limit, who waits
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.fixture
def conversation(panel: Client, tenants: Tenants) -> Thread:
    """Anna has waited since an hour, in a conversation of the owner's."""
    send_message(tenants.actor(), account_id=tenants.sandbox().pk, to="@anna", text="How is it going?")
    Thread.unscoped.update(assignee=tenants.owner, waiting_since=clock.now() - timedelta(minutes=60))
    return Thread.unscoped.get()


def test_row_says_who_looks_after_somebody_and_how_long_they_wait(panel: Client, conversation: Thread) -> None:
    html = panel.get(LIST).content.decode()

    def line(name: str) -> str:
        row = html.partition(f"<bdi>{name}</bdi>")[2].partition("</tr>")[0]
        return " ".join(re.sub("<[^>]*>", " ", row).split())

    assert "You: How is it going?" in line("Anna") and "1 h 00" in line("Anna")
    assert html.count('class="cs-wait is-late"') == 1 and "You:" not in line("Clara")
    assert conversation.assignee is not None and conversation.assignee.email in html


def test_longer_list_with_conversations_needs_no_more_queries(panel: Client, tenants: Tenants) -> None:
    counts = []
    for names in (("anna",), ("boris", "clara")):
        for name in names:
            send_message(tenants.actor(), account_id=tenants.sandbox().pk, to=f"@{name}", text="Hello")
        with CaptureQueriesContext(connection) as queries:
            panel.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- Chips ------------------------------------------------------------------------------------------------------------
STAGE = {"field": "stage", "op": "in", "value": ["won", "lost"]}
OR = {"any": [VIP, STAGE]}


def chips(answer: Any) -> list[str]:
    return [chip.words for chip in answer.context["chips"]]


def row(at: int, field: str, op: str, *values: str) -> dict[str, Any]:
    return {"at": at, "chip:0:field": field, "chip:0:op": op, "chip:0:value": values}


def filter_of(answer: Any) -> Any:
    assert answer.status_code == 302, answer.context["chips"]
    return json.loads(str(QueryDict(answer["Location"].partition("?")[2])["filter"]))


def test_each_part_of_a_filter_is_a_chip_that_can_be_taken_away(panel: Client) -> None:
    answer = panel.get(LIST, {"filter": json.dumps({"all": [VIP, STAGE, OR]}), "sort": "name"})
    assert chips(answer) == ["Tag is vip", "Stage is one of Won, Lost", "tag is vip or stage is one of won, lost"]
    [without, _, _] = [QueryDict(chip.remove[1:]) for chip in answer.context["chips"]]
    assert json.loads(str(without["filter"])) == {"all": [STAGE, OR]} and without["sort"] == "name"
    assert chips(panel.get(LIST, {"filter": json.dumps(OR)})) == ["tag is vip or stage is one of won, lost"]
    assert chips(panel.get(LIST, {"tag": "vip", "stage": "won"})) == ["Tag is vip", "Stage is Won"]


def test_row_of_a_chip_replaces_its_part_or_adds_one(panel: Client) -> None:
    stored = {"filter": json.dumps({"all": [VIP, OR]}), "q": "a", "sort": "name"}
    answer = panel.get(LIST, {**stored, **row(0, "tag", "contains", "v")})
    assert filter_of(answer) == {"all": [{"field": "tag", "op": "contains", "value": "v"}, OR]}
    assert {"q", "sort"} < QueryDict(answer["Location"].partition("?")[2]).keys()
    added = panel.get(LIST, {**stored, **row(9, "stage", "in", "won", "lost")})
    assert filter_of(added) == {"all": [VIP, OR, STAGE]}
    lone = panel.get(LIST, {"tag": "vip", **row(1, "score", "gte", "3")})
    assert filter_of(lone) == {"all": [VIP, {"field": "score", "op": "gte", "value": 3}]}


def test_refused_row_stays_open_and_narrows_nothing(panel: Client) -> None:
    answer = panel.get(LIST, {"tag": "vip", **row(1, "score", "gte", "many")})
    assert answer.status_code == 200 and shown(answer) == ["Boris", "Anna"]
    [_, open_one] = answer.context["chips"]
    assert (open_one.is_open, open_one.errors, open_one.row["value"]) == (True, ["Give a whole number."], "many")
    empty = panel.get(LIST, row(0, "username", "starts_with"))
    assert empty.context["chips"][0].errors == ["Give a value."]
    long = panel.get(LIST, row(0, "username", "in", "\n".join(f"name_{each:04}" for each in range(400))))
    assert long.status_code == 200 and long.context["chips"][0].errors


def test_chip_counts_what_is_typed(panel: Client) -> None:
    chip = f"{LIST}chip/"
    assert panel.get(chip, {"stage": "new", **row(1, "tag", "is", "vip")}).context["count"] == "2"
    changed = panel.get(chip, row(0, "created_at", "within_days", "vip"))
    assert changed.context["count"] == "" and 'type="number"' in changed.content.decode()
    fresh = panel.get(chip, {"add": "tag"})
    assert fresh.context["chip"].is_open and 'data-combo="tags"' in fresh.content.decode()
    assert panel.get(chip, {"add": "nothing"}).status_code == 404
    # More parts than chips are drawn.
    many = json.dumps({"all": [VIP] * (MAX_CHIPS + 5)})
    assert panel.get(chip, {"filter": many, "add": "tag"}).context["chip"].at == MAX_CHIPS + 5


def test_chips_of_a_saved_list_are_changed_without_changing_it(panel: Client, tenants: Tenants) -> None:
    segment = Segment.unscoped.create(workspace=tenants.workspace, name="Vips", filter={"all": [VIP]})
    answer = panel.get(LIST, {"segment": segment.pk})
    assert chips(answer) == ["Tag is vip"] and answer.context["chips"][0].remove == "?"
    changed = panel.get(LIST, {"segment": segment.pk, **row(1, "tag", "is", "berlin")})
    assert filter_of(changed) == {"all": [VIP, {"field": "tag", "op": "is", "value": "berlin"}]}
    assert "segment" not in changed["Location"]
    segment.refresh_from_db()
    assert segment.filter == {"all": [VIP]}


def test_filter_is_kept_as_a_list(panel: Client, tenants: Tenants) -> None:
    base = Segment.unscoped.create(workspace=tenants.workspace, name="Vips", filter={"all": [VIP]})
    asked = {"segment": base.pk, "filter": json.dumps({"all": [OR]}), "stage": "won"}
    answer = panel.post(f"{LIST}save/", {**asked, "name": " Good  ones "})
    saved = Segment.unscoped.exclude(pk=base.pk).get()
    assert saved.filter == {"all": [VIP, OR, {"field": "stage", "op": "is", "value": "won"}]}
    assert (saved.name, answer["Location"]) == ("Good ones", f"{LIST}?segment={saved.pk}")
    for refused in ({**asked, "name": "Good ones"}, {**asked, "name": ""}, {**asked, "name": "X", "q": "anna"}):
        again = panel.post(f"{LIST}save/", refused)
        assert again.status_code == 422 and again.context["save_error"]
    # The links of that page are relative.
    assert panel.get(f"{LIST}save/", {"tag": "vip", "sort": "name"})["Location"] == f"{LIST}?tag=vip&sort=name"
    assert Segment.unscoped.count() == 2


# --- Cells ------------------------------------------------------------------------------------------------------------
def cell(name: str, column: str) -> str:
    return f"{LIST}{ids(name)[0]}/cell/?column={column}"


@pytest.mark.parametrize(
    ("column", "sent", "text", "stored"),
    [
        ("stage", "won", "Won", lambda contact: contact.stage == "won"),
        (
            "tags",
            "new, with a comma\r\n vip",
            "vip",
            lambda contact: set(contact.tag_rows.values_list("name", flat=True)) == {"new, with a comma", "vip"},
        ),
        ("email", "b@example.com", "b@example.com", lambda contact: contact.email == "b@example.com"),
        ("custom.company", "Acme", "Acme", lambda contact: contact.custom_fields == {"company": "Acme"}),
        ("custom.size", "L", "L", lambda contact: contact.custom_fields == {"size": "L"}),
    ],
)
def test_cell_is_edited_by_the_service(
    panel: Client, custom_fields: None, column: str, sent: str, text: str, stored: Any
) -> None:
    page = cell("Boris", column)
    form = form_with(panel.get(page), column)
    answer = panel.post(page, form.filled(**{column: sent}))
    assert answer.status_code == 200 and text in answer.content.decode() and "<form" not in answer.content.decode()
    assert stored(Contact.unscoped.get(name="Boris"))


def test_tags_of_a_cell_that_somebody_else_changed_are_said_and_stay(panel: Client, tenants: Tenants) -> None:
    page = cell("Boris", "tags")
    form = form_with(panel.get(page), "tags")
    upsert_contact(tenants.actor(), {"username": "boris", "tags": ["theirs"]})
    answer = panel.post(page, form.filled(tags="vip\r\nours"))
    text = answer.content.decode()
    assert answer.status_code == 422 and "Changed meanwhile to “berlin, theirs, vip”" in text
    # What the cell shows if it is left as it is.
    assert "theirs" in text.partition("<template>")[2]
    assert set(Contact.unscoped.get(name="Boris").tag_rows.values_list("name", flat=True)) == {
        "vip",
        "berlin",
        "theirs",
    }


def test_refused_cell_says_why_and_writes_nothing(panel: Client, tenants: Tenants) -> None:
    page = cell("Boris", "email")
    assert "valid" in panel.post(page, {"email": "nonsense"}).content.decode()
    assert panel.post(page, {"email": "nonsense"}).status_code == 422
    assert panel.post(cell("Boris", "stage"), {"stage": "x"}).status_code == 422
    for column in ("score", "name", "custom.gone", "opted_out", "assignee", ""):
        assert panel.post(cell("Boris", column), {column: "1"}).status_code == 404
    theirs = Contact.unscoped.get(name="Theirs")
    assert panel.post(f"{LIST}{theirs.pk}/cell/?column=email", {"email": "x@example.com"}).status_code == 404
    contact = Contact.unscoped.get(name="Boris")
    assert (contact.email, contact.stage) == ("", "new")


def test_broadcast_goes_to_those_who_are_chosen(panel: Client, tenants: Tenants) -> None:
    chosen = ids("Anna", "Boris")
    address = panel.get(BULK, {"do": "message", "who": "chosen", "id": chosen})["Location"]
    assert panel.get(address).context["form"]["contacts"].value().split() == chosen
    address = panel.get(BULK, {"do": "message", "who": "all", "tag": "vip"})["Location"]
    assert panel.get(address).context["form"]["tags"].value() == "vip"
    refused = panel.get(BULK, {"do": "message", "who": "all", "stage": "new"})
    assert refused["Location"] == f"{LIST}?stage=new" and "save this one first" in flash_messages(refused)[-1]


# --- The rows of a filter ---------------------------------------------------------------------------------------------
ROWS = {
    "filter::mode": "all",
    "filter:0:field": "tag",
    "filter:0:op": "is",
    "filter:0:value": "vip",
    "filter:1:mode": "none",
    "filter:1.0:field": "stage",
    "filter:1.0:op": "in",
    "filter:1.0:value": ["won", "lost"],
}
ROWS_JSON = {"all": [VIP, {"not": {"field": "stage", "op": "in", "value": ["won", "lost"]}}]}


def test_rows_become_the_filter_of_the_list(panel: Client) -> None:
    answer = panel.post(FILTER, {**ROWS, "do": "show"})
    query = QueryDict(answer["Location"].partition("?")[2])
    assert json.loads(str(query["filter"])) == ROWS_JSON
    assert shown(panel.get(answer["Location"])) == ["Boris", "Anna"]
    assert panel.get(FILTER, {"filter": json.dumps(ROWS_JSON)}).context["count"] == "2"


def test_rows_are_saved_as_a_segment(panel: Client, tenants: Tenants) -> None:
    answer = panel.post(FILTER, {**ROWS, "do": "save", "name": ""})
    assert answer.status_code == 422 and answer.context["form"].errors["name"] == ["Give the segment a name"]
    answer = panel.post(FILTER, {**ROWS, "do": "save", "name": "Vips"})
    segment = Segment.unscoped.get()
    assert (segment.filter, answer["Location"]) == (ROWS_JSON, f"{LIST}?segment={segment.pk}")
    viewer = browser(tenants.member(Role.VIEWER))
    assert viewer.post(FILTER, {**ROWS, "do": "show"}).status_code == 302
    assert viewer.post(FILTER, {**ROWS, "do": "save", "name": "Mine"}).status_code == 403
    assert Segment.unscoped.count() == 1


def test_steps_change_the_rows_and_nothing_else(panel: Client) -> None:
    text = panel.post(FILTER, {**ROWS, "do": "show", "filter:do": "add:1"}).content.decode()
    assert 'name="filter:1.1:field"' in text
    text = panel.post(FILTER, {**ROWS, "do": "save", "name": "X", "filter:do": "remove:1"}).content.decode()
    assert 'name="filter:0:field"' in text and "filter:1" not in text
    assert not Segment.unscoped.exists()


def test_wrong_row_is_named_where_it_stands(panel: Client) -> None:
    wrong = {**ROWS, "filter:2:field": "score", "filter:2:op": "gte", "filter:2:value": "many", "do": "show"}
    answer = panel.post(FILTER, wrong)
    assert answer.status_code == 422
    before, _, after = answer.content.decode().partition("Give a whole number.")
    assert 'name="filter:2:op"' in before and "</fieldset>" in after and after.count("Give a whole number") == 0


def test_choice_that_was_retired_stays_in_a_row_that_nobody_touched(
    panel: Client, tenants: Tenants, custom_fields: None
) -> None:
    size = {"field": "custom.size", "op": "in", "value": ["S", "gone"]}
    segment = Segment.unscoped.create(workspace=tenants.workspace, name="Sizes", filter={"all": [size]})
    gone = 'name="filter:0:value" value="gone" checked'
    assert gone in panel.get(FILTER, {"segment": segment.pk}).content.decode()
    rows: dict[str, Any] = {"filter::mode": "all", "filter:0:field": "custom.size", "filter:0:op": "in"}
    rows["filter:0:value"] = ["S", "gone"]
    assert gone in panel.post(FILTER, {**rows, "filter:do": "add:"}).content.decode()
    answer = panel.post(FILTER, {**rows, "do": "show"})
    assert answer.status_code == 422 and gone in answer.content.decode()
    assert "Give one of: S, L." in answer.content.decode()


# --- Many at once -----------------------------------------------------------------------------------------------------
def test_ticked_contacts_change_their_stage(panel: Client) -> None:
    chosen = {"who": "chosen", "do": "stage", "id": ids("Anna", "Clara"), "q": "nobody"}
    page = panel.get(BULK, chosen)
    assert page.context["number"] == 2 and "Change the stage: 2 contacts" in page.content.decode()
    assert not Job.unscoped.exists()
    answer = panel.post(BULK, {**chosen, "number": "2", "new_stage": "won"})
    job = Job.unscoped.get()
    assert answer["Location"] == f"/panel/live/workspaces/job/{job.pk}/"
    runner.run_due()
    assert set(Contact.unscoped.filter(stage="won").values_list("name", flat=True)) == {"Anna", "Clara"}
    assert "in a change of many contacts" in panel.get(f"{LIST}{chosen['id'][0]}/").content.decode()


def test_all_that_match_change_their_stage(panel: Client) -> None:
    """The list is filtered by the stage that they have, not by the one that they get."""
    Contact.unscoped.filter(name="Clara").update(stage="lost")
    asked = {"who": "all", "do": "stage", "stage": "new"}
    assert panel.get(BULK, asked).context["number"] == 2
    panel.post(BULK, {**asked, "number": "2", "new_stage": "won"})
    panel.post(BULK, {"who": "all", "do": "stage", "tag": "berlin", "number": "1", "new_stage": "replied"})
    while runner.run_due():
        pass
    stages = Contact.unscoped.filter(name__in=("Anna", "Boris", "Clara")).values_list("name", "stage")
    assert dict(stages) == {"Anna": "won", "Boris": "replied", "Clara": "lost"}


def test_no_form_of_a_change_has_the_name_of_a_filter(tenants: Tenants) -> None:
    own = {"q", "segment", "tag", "stage", "filter", "sort", "id", "who", "do", "number", "typed"}
    for choice in bulk_choices.values():
        assert not own & set(choice.form(tenants.workspace).fields)


def test_all_that_match_are_enrolled(panel: Client, tenants: Tenants) -> None:
    sequence = create(tenants.sandbox())
    asked = {"who": "all", "do": "enroll", "tag": "vip"}
    assert sequence.name in panel.get(BULK, asked).content.decode()
    assert panel.post(BULK, {**asked, "number": "2"}).status_code == 422
    panel.post(BULK, {**asked, "number": "2", "sequence": sequence.pk})
    runner.run_due()
    assert Job.unscoped.get().result == {"enrolled": 2, "skipped": {}}


def test_job_names_the_change_and_whom_it_was_refused_for(panel: Client, tenants: Tenants) -> None:
    sequence = create(tenants.sandbox())
    upsert_contact(tenants.actor(), {"username": "anna", "opted_out": True})
    asked = {"who": "all", "do": "enroll", "number": "3", "sequence": sequence.pk}
    page = panel.post(BULK, asked)["Location"]
    runner.run_due()
    text = panel.get(page).content.decode()
    assert "<h2>Enrolling in a sequence</h2>" in text and "contact opted out: 1" in text
    assert (
        f'href="/panel/live/contacts/{ids("Anna")[0]}/"' in text and text.count('href="/panel/live/contacts/con_') == 1
    )


def test_without_an_active_sequence_the_page_says_so(panel: Client) -> None:
    html = panel.get(BULK, {"who": "all", "do": "enroll"}).content.decode()
    assert "No sequence is active." in html and "Enroll in a sequence: 3 contacts</button>" not in html
    assert "Change the stage: 3 contacts</button>" in panel.get(BULK, {"who": "all", "do": "stage"}).content.decode()


def test_erasing_asks_for_the_number_and_refuses_another(panel: Client, tenants: Tenants) -> None:
    asked = {"who": "all", "do": "erase", "filter": json.dumps(VIP), "number": "2"}
    for typed in ("", "1", "yes"):
        assert panel.post(BULK, {**asked, "typed": typed}).status_code == 422
    upsert_contact(tenants.actor(), {"username": "dora", "tags": ["vip"]})
    answer = panel.post(BULK, {**asked, "typed": "2"})
    assert answer.status_code == 422 and "3 contacts match now, not 2" in answer.content.decode()
    assert not Job.unscoped.exists()
    assert panel.post(BULK, {**asked, "number": "3", "typed": "3"}).status_code == 302
    while runner.run_due():
        pass
    left = Contact.unscoped.filter(workspace=tenants.workspace).values_list("name", flat=True)
    assert list(left) == ["Clara"]


def test_export_has_those_who_were_chosen_or_match(panel: Client) -> None:
    address = panel.get(BULK, {"who": "chosen", "do": "export", "id": ids("Anna")})["Location"]
    assert panel.get(address).getvalue().decode().count("\r\n") == 2
    address = panel.get(BULK, {"who": "all", "do": "export", "tag": "vip"})["Location"]
    rows = panel.get(address).getvalue().decode()
    assert "Boris" in rows and "Clara" not in rows and "Theirs" not in rows


@pytest.mark.parametrize("do", ["stage", "export"])
def test_nobody_ticked_is_not_everybody(panel: Client, do: str) -> None:
    asked = {"do": do, "who": "chosen", "q": "a", "tag": "vip", "sort": "name", "number": "3", "new_stage": "won"}
    for query in (asked, {**asked, "who": ""}, {**asked, "who": "", "id": ids("Anna")}, {**asked, "id": "x"}):
        answer = panel.get(BULK, query)
        assert answer["Location"] == f"{LIST}?q=a&tag=vip&sort=name"
        assert flash_messages(answer)[-1] == "Choose at least one contact."
        assert panel.post(BULK, query)["Location"] == answer["Location"]
    assert not Job.unscoped.exists()


def test_choosing_nothing_to_do_is_said(panel: Client) -> None:
    assert flash_messages(panel.get(BULK, {"who": "all"}))[-1] == "Choose what to do."


def test_contact_that_arrives_meanwhile_does_not_stop_a_change(panel: Client, tenants: Tenants) -> None:
    upsert_contact(tenants.actor(), {"username": "dora"})
    assert panel.post(BULK, {"do": "stage", "who": "all", "number": "3", "new_stage": "won"}).status_code == 302
    assert Job.unscoped.get().total == 4


def test_change_whose_number_was_not_shown_does_not_start(panel: Client) -> None:
    answer = panel.post(BULK, {"do": "stage", "who": "all", "new_stage": "won"})
    assert answer.status_code == 422 and answer.context["number"] == 3
    assert not Job.unscoped.exists()


def test_cancel_leads_back_to_the_list_as_it_was(panel: Client) -> None:
    chosen = {"who": "chosen", "do": "stage", "id": ids("Anna"), "q": "a", "sort": "name"}
    page = panel.get(BULK, chosen)
    assert page.context["number"] == 1
    sent = [("who", page.context["who"]), *page.context["pairs"]]
    assert sent == [("who", "chosen"), ("q", "a"), ("sort", "name"), ("id", ids("Anna")[0])]
    assert page.context["back"] == f"{LIST}?q=a&sort=name"


def test_viewers_and_who_has_no_plan_change_nobody(panel: Client, tenants: Tenants) -> None:
    asked = {"who": "all", "do": "stage", "number": "3", "new_stage": "won"}
    assert browser(tenants.member(Role.VIEWER)).post(BULK, asked).status_code == 403
    assert 'id="chosen"' not in browser(tenants.member(Role.VIEWER)).get(LIST).content.decode()
    type(tenants.workspace).objects.filter(pk=tenants.workspace.pk).update(plan="trial", trial_ends_at=later(-1))
    assert panel.post(BULK, asked).status_code == 403
    assert panel.get(LIST).status_code == 200
    assert not Job.unscoped.exists()


def test_tags_are_renamed_merged_and_deleted(panel: Client, tenants: Tenants) -> None:
    page = panel.get(f"{LIST}tags/")
    assert [(tag.name, tag.count) for tag, _, _ in page.context["tags"]] == [("berlin", 1), ("vip", 2)]
    change = f"{LIST}tags/change/?tag=vip"
    assert panel.post(change, {"to": "vip", "do": "rename"}).status_code == 422
    assert panel.post(change, {"to": "berlin", "do": "rename"}).status_code == 302
    runner.run_due()
    assert names(panel, tag="berlin", sort="name") == ["Anna", "Boris"]
    assert panel.get(change).status_code == 404
    assert panel.post(f"{LIST}tags/change/?tag=berlin", {"do": "delete"}).status_code == 302
    runner.run_due()
    assert panel.get(f"{LIST}tags/").context["tags"] == []
    assert browser(tenants.member(Role.VIEWER)).get(change).status_code == 403
