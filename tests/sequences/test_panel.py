"""Automation > Sequences in the panel: the list, the form, the buttons, the preview."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contacts.custom_fields import create_custom_field
from contacts.segments import builder
from contacts.segments.builder import Group, Row
from crmsolid.core import clock
from crmsolid.workspaces.models import Role, Workspace
from messaging.models import Account
from sequences import services
from sequences.definition import MAX_STEPS
from sequences.models import Enrollment, Sequence
from tests.panel import browser, words
from tests.sequences.helpers import Clock, contact, create, enroll, publish, stored, work, write_in
from tests.sequences.panel import (
    ADD,
    IS_NEW,
    LIST,
    errors_of,
    form,
    in_flight,
    messages_of,
    page,
    rows_of,
    saved,
    step,
)
from tests.tenants import Tenants


# --- The form -------------------------------------------------------------------------------------------------------
def test_a_new_sequence_is_saved_as_a_draft_with_everything_that_was_filled_in(
    tenants: Tenants, account: Account
) -> None:
    condition = {"field": "stage", "op": "is", "value": "new"}
    steps = [
        step(0, "Hello {first_name|there}\r\nHow are you?"),
        step(1, "*Again*", number=36, unit="hours", condition=condition, if_not="stop"),
    ]
    fields = {
        "step-1-format": "markdown",
        **{"days": ["mon", "fri"], "opens": "09:00", "closes": "24:00", "time_zone": "Europe/Berlin"},
        **{"jitter_number": 10, "stop_tags": "vip\r\n\r\nDo not write\r\n", "stop_stages": ["won"]},
        **{"ignore_auto_replies": "on", "pass_on": "on"},
    }
    client = browser(tenants.member(Role.AGENT))
    answer = client.post(ADD, form(account, *steps, **fields), follow=True)
    assert messages_of(answer) == ["The sequence is saved as a draft. Start it when contacts may be enrolled."]
    sequence = Sequence.unscoped.get()
    assert (sequence.status, sequence.version, answer.request["PATH_INFO"]) == ("draft", 1, page(sequence, "edit"))
    assert saved().as_json() == {
        "name": "Welcome",
        "account_ids": [account.pk],
        "time_zone": "Europe/Berlin",
        "window": {"days": ["mon", "fri"], "from": "09:00", "to": "24:00"},
        "jitter": "PT10M",
        "stop_on": ["reply", "tag:vip", "tag:Do not write", "stage:won"],
        "ignore_auto_replies": True,
        "pass_on": True,
        "steps": [
            {
                **{"id": "step-1", "delay": "PT0S", "text": "Hello {first_name|there}\nHow are you?"},
                **{"format": "plain", "attachments": [], "condition": None, "if_not": "skip"},
            },
            {
                **{"id": "step-2", "delay": "P1DT12H", "text": "*Again*", "format": "markdown", "if_not": "stop"},
                "attachments": [],
                "condition": {"field": "stage", "op": "is", "value": "new"},
            },
        ],
    }


def test_the_form_of_a_new_sequence_stops_at_a_reply_and_has_the_only_account(
    tenants: Tenants, account: Account
) -> None:
    shown = browser(tenants.owner).get(ADD).context["form"]
    values = shown.main.values()
    assert (values["stop_on_reply"], values["account_ids"], values["time_zone"]) == (True, [account.pk], "UTC")
    assert [each.values()["text"] for each in shown.steps] == [""]
    tenants.sandbox(name="Second")
    assert browser(tenants.owner).get(ADD).context["form"].main.values()["account_ids"] == []


def test_accounts_of_the_same_name_can_be_told_apart(tenants: Tenants, account: Account) -> None:
    second, client = tenants.sandbox(), browser(tenants.owner)
    shown = client.get(ADD).content.decode()
    assert re.findall(r"Sandbox \(#\d+\)", shown) == [f"Sandbox (#{account.pk})", f"Sandbox (#{second.pk})"]
    of_one = client.get(page(create(second))).content.decode()
    assert f'<dt>Sends from</dt><dd dir="auto">Sandbox (#{second.pk})</dd>' in of_one


def test_each_error_is_at_its_field_and_nothing_is_saved(tenants: Tenants, account: Account) -> None:
    condition = {
        "all": [{"field": "stage", "op": "is", "value": "new"}, {"field": "score", "op": "is", "value": "many"}]
    }
    steps = [
        step(0, "Hello {nobody}"),
        step(1, "Again", number=400),
        step(2, "Once more", condition=condition),
        step(3, ""),
    ]
    bad = {
        "name": " ",
        "time_zone": "Mars",
        "opens": "nine",
        "closes": "10:00",
        "days": ["mon"],
        "stop_tags": "ok\n" + "x" * 99,
    }
    answer = browser(tenants.owner).post(ADD, form(account, *steps, **bad))
    errors = errors_of(answer)
    assert set(errors) == {
        *("name", "time_zone", "opens", "stop_tags"),
        *("step-0-text", "step-1-delay", "step-2-condition", "step-3-text"),
    }
    assert errors["opens"] == ["Give a time such as 09:00, with two digits each."]
    assert errors["step-1-delay"] == ["A duration is at most 366 days."]
    assert errors["step-2-condition"] == ["Correct the row that is marked."]
    text = answer.content.decode()
    assert [bool(row.errors) for row in builder.rows(answer.context["form"].steps[2].group)] == [False, True]
    assert all(error in text for error in ("A duration is at most 366 days.", "A name has 1 to 100 characters."))
    assert "Nothing was saved. Correct what is marked below." in text
    assert not Sequence.unscoped.exists()


def test_values_that_cannot_be_read_are_shown_together_with_those_that_are_wrong(
    tenants: Tenants, account: Account
) -> None:
    condition = {"field": "score", "op": "gt", "value": "many"}
    steps = [step(0, "Hello {nobody}", condition=condition), step(1, "Again", number=-1)]
    answer = browser(tenants.owner).post(ADD, form(account, *steps, time_zone="Mars"))
    assert set(errors_of(answer)) == {"time_zone", "step-0-text", "step-0-condition", "step-1-delay"}
    assert not Sequence.unscoped.exists()


@pytest.mark.parametrize(
    ("change", "field", "error"),
    [
        ({"step-0-delay_number": "soon"}, "step-0-delay", "Enter a whole number."),
        ({"account_ids": ["999999"]}, "account_ids", "Select a valid choice."),
        ({"steps": "0"}, "__all__", "A sequence has at least one step."),
        ({"steps": "x"}, "__all__", "A sequence has at least one step."),
        ({"closes": "10:00"}, "opens", "A window has days, from and to; from is missing."),
        ({"opens": "09:00", "closes": "09:00", "days": ["mon"]}, "closes", "From and to are equal"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_at_its_field(
    tenants: Tenants, account: Account, change: dict[str, Any], field: str, error: str
) -> None:
    answer = browser(tenants.owner).post(ADD, {**form(account, step(0, "Hello")), **change})
    [shown] = errors_of(answer)[field]
    assert shown.startswith(error)
    assert not Sequence.unscoped.exists()


def test_there_are_at_most_50_steps(tenants: Tenants, account: Account) -> None:
    answer = browser(tenants.owner).post(ADD, form(account, *(step(index, "Hello") for index in range(51))))
    assert errors_of(answer) == {"__all__": ["At most 50 steps."]}
    assert not Sequence.unscoped.exists()


def test_a_name_that_is_taken_is_said_at_the_name(tenants: Tenants, account: Account) -> None:
    create(account)
    answer = browser(tenants.owner).post(ADD, form(account, step(0, "Hello")))
    assert errors_of(answer) == {"name": ["There is a sequence 'Welcome' already."]}
    assert Sequence.unscoped.count() == 1


@pytest.mark.parametrize(
    ("button", "order"),
    [
        ("add", ["a", "b", "c", ""]),
        ("remove-1", ["a", "c"]),
        ("up-2", ["a", "c", "b"]),
        ("down-0", ["b", "a", "c"]),
        ("up-0", ["a", "b", "c"]),
        ("down-2", ["a", "b", "c"]),
        ("remove-9", ["a", "b", "c"]),
        ("nonsense", ["a", "b", "c"]),
        ("nonsense-1", ["a", "b", "c"]),
        ("move-2-0", ["c", "a", "b"]),
        ("move-0-2", ["b", "c", "a"]),
        ("move-9-0", ["a", "b", "c"]),
        ("move-1", ["b", "a", "c"]),
        ("copy-1", ["a", "b", "b", "c"]),
        ("copy-3", ["a", "b", "c"]),
    ],
)
def test_the_buttons_of_the_steps_show_the_form_again_and_save_nothing(
    tenants: Tenants, account: Account, button: str, order: list[str]
) -> None:
    steps = [step(0, "a", id="one"), step(1, "b", number=3, unit="hours"), step(2, "c", condition=IS_NEW)]
    answer = browser(tenants.owner).post(ADD, form(account, *steps, name="Half", do=button, stop_tags="x"))
    shown = answer.context["form"]
    values = [each.values() for each in shown.steps]
    assert [each["text"] for each in values] == order
    assert [each["id"] for each in values if each["text"] == "a"] == ["one"]
    assert {each["text"]: each["delay"] for each in values}.get("b", ["3", "hours"]) == ["3", "hours"]
    assert {each["text"]: each["condition"] for each in values}["c"] == builder.from_json(IS_NEW)
    assert (shown.main.values()["name"], shown.main.values()["stop_tags"]) == ("Half", "x")
    assert errors_of(answer) == {}
    assert not Sequence.unscoped.exists()


def test_copy_of_a_step_is_a_new_one_beside_it(tenants: Tenants, account: Account) -> None:
    steps = [step(0, "a", id="one", number=3, condition=IS_NEW), step(1, "b", id="two")]
    shown = browser(tenants.owner).post(ADD, form(account, *steps, do="copy-0")).context["form"].steps
    assert [(each.values()["id"], each.is_open) for each in shown] == [("one", False), ("", True), ("two", False)]
    first, copy = ({**each.typed(), "id": ""} for each in shown[:2])
    assert first == copy and copy["condition"] == IS_NEW


def test_a_step_that_was_added_has_a_day_of_delay(tenants: Tenants, account: Account) -> None:
    text = browser(tenants.owner).post(ADD, form(account, step(0, "a"), do="add")).content.decode()
    assert 'name="step-1-delay_number" value="1"' in text
    assert re.search(r'<option value="days" selected>', text.partition('name="step-1-delay_unit"')[2])


def test_a_condition_is_said_in_plain_english(tenants: Tenants, account: Account) -> None:
    condition = {"field": "stage", "op": "is", "value": "new"}
    sequence = create(account, steps=[{"text": "Hello", "condition": condition}])
    client = browser(tenants.owner)
    assert ">only if stage is new</span>" in words(client.get(page(sequence, "edit")))
    assert "only if <b>stage is new</b>. For all others: skip this step." in words(client.get(page(sequence)))


@pytest.mark.parametrize(
    ("button", "fields"),
    [("add:", ["stage", "tag"]), ("remove:0", []), ("group:", ["stage", "tag"]), ("refresh", ["stage"])],
)
def test_the_buttons_of_a_condition_change_its_rows_and_save_nothing(
    tenants: Tenants, account: Account, button: str, fields: list[str]
) -> None:
    data = form(account, step(0, "a"), step(1, "b", condition=IS_NEW), **{"step-1-condition:do": button})
    del data["do"]  # a button sends its own name only
    answer = browser(tenants.owner).post(ADD, data)
    groups = [each.group for each in answer.context["form"].steps]
    assert [each.shows_condition for each in answer.context["form"].steps] == [False, True]
    assert answer.content.decode().count('<details class="cs-in-flow" open>') == 1
    assert [[row.field for row in builder.rows(group)] for group in groups] == [[], fields]
    assert errors_of(answer) == {} and not Sequence.unscoped.exists()


def test_no_more_steps_are_added_than_are_read_again(tenants: Tenants, account: Account) -> None:
    client, steps = browser(tenants.owner), [step(number, f"Text {number}") for number in range(MAX_STEPS + 1)]
    for button in ("add", "copy-0"):
        shown = client.post(ADD, form(account, *steps, do=button)).context["form"].steps
        assert [each["text"].value() for each in shown] == [f"Text {number}" for number in range(MAX_STEPS + 1)]


def test_a_condition_offers_the_fields_of_the_workspace(tenants: Tenants, account: Account) -> None:
    create_custom_field(tenants.actor(), key="seats", label="Seats", type="number", choices=[])
    create_custom_field(tenants.actor(tenants.other), key="theirs", label="Theirs", type="text", choices=[])
    sequence = create(account, steps=[{"text": "Hello", "condition": IS_NEW}])
    text = browser(tenants.owner).get(page(sequence, "edit")).content.decode()
    offered = re.findall(
        r'<option value="([\w.]+)"', text.partition('id="step-0-condition-0-field"')[2].partition("</select>")[0]
    )
    assert {"tag", "stage", "custom.seats"} <= set(offered) and "custom.theirs" not in offered


def test_the_form_of_many_steps_needs_no_more_queries(tenants: Tenants, account: Account) -> None:
    client, counts = browser(tenants.owner), []
    for number in (1, 20):
        steps = [{"text": "Hello", "condition": IS_NEW}] * number
        sequence = create(account, name=f"Sequence {number}", steps=steps)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page(sequence, "edit")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("rows", "condition"),
    [
        (Group("any", []), {"any": []}),
        (Group("not_all", []), {"not": {"all": []}}),
        (Group("all", []), None),
        (Group("none", []), None),
        (
            Group("any", [Row("tag", "in", ["vip", "new"])]),
            {"any": [{"field": "tag", "op": "in", "value": ["vip", "new"]}]},
        ),
    ],
)
def test_rows_without_a_condition_are_everybody_or_nobody(
    tenants: Tenants, account: Account, rows: Group, condition: Any
) -> None:
    data = form(account, step(0, "Hello") | rows_of("step-0-condition", rows))
    browser(tenants.owner).post(ADD, data)
    assert saved().steps[0].condition == condition


# --- Buttons --------------------------------------------------------------------------------------------------------
def test_start_pause_and_resume(tenants: Tenants, account: Account, time: Clock) -> None:
    sequence, client = create(account, start=False), browser(tenants.member(Role.AGENT))
    shown = []
    for button, data in [("start", {}), ("pause", {}), ("resume", {"mode": "restart_delay"})]:
        shown += messages_of(client.post(page(sequence, button), data, follow=True))
    assert shown == [
        "The sequence is started. Contacts can be enrolled now.",
        "The sequence is paused. Everybody stays in it, and nothing of it is sent until it is resumed.",
        "The sequence is resumed. Everybody in it gets the rest of the steps.",
    ]
    assert Sequence.unscoped.get().status == "active"


@pytest.mark.parametrize(("mode", "due_after_days"), [("keep_dates", 1), ("restart_delay", 8), ("only_active_time", 8)])
def test_each_way_to_resume_is_explained_and_taken(
    tenants: Tenants, account: Account, time: Clock, mode: str, due_after_days: int
) -> None:
    sequence, enrollment, client = in_flight(tenants, account)
    begun = stored(enrollment).anchor_at
    client.post(page(sequence, "pause"))
    time.move(days=7)
    text = client.get(page(sequence)).content.decode()
    assert f'name="mode" value="{mode}"' in text and text.count('name="mode"') == 3
    client.post(page(sequence, "resume"), {"mode": mode})
    if due_after_days > 7:
        work()
    assert stored(enrollment).next_run_at == begun + timedelta(days=due_after_days)


def test_each_way_to_resume_says_how_many_get_their_message_when(
    tenants: Tenants, account: Account, time: Clock
) -> None:
    window = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "18:00"}
    sequence = create(account, window=window)
    for name in ("alice", "robert"):
        enroll(sequence, contact(tenants.workspace, name))
        work()
        time.move(hours=6)
    services.pause_sequence(tenants.actor(), sequence.pk)  # Monday 22:00; both wait for Tuesday, Robert from 16:00 on
    time.move(hours=15)
    client = browser(tenants.owner)
    ways = {mode: outlook for mode, _, _, outlook in client.get(page(sequence)).context["ways"]}
    assert ways == {
        "keep_dates": "2 people wait; the wait of 1 of them is over. Their next messages: the first at about "
        "2 Jun 2026 13:00 UTC, the last at about 2 Jun 2026 16:00 UTC.",
        "restart_delay": "2 people wait; the wait of none of them is over. Their next messages: at about "
        "3 Jun 2026 13:00 UTC.",
        "only_active_time": "2 people wait; the wait of none of them is over. Their next messages: at about "
        "3 Jun 2026 09:00 UTC.",
    }


def test_outside_the_sending_hours_a_wait_that_is_over_is_not_called_due(
    tenants: Tenants, account: Account, time: Clock
) -> None:
    sequence = create(account, window={"days": ["mon"], "from": "09:00", "to": "18:00"})
    for name in ("alice", "robert"):
        enroll(sequence, contact(tenants.workspace, name))
    work()
    services.pause_sequence(tenants.actor(), sequence.pk)
    time.move(days=3)
    [outlook] = [
        said for mode, _, _, said in browser(tenants.owner).get(page(sequence)).context["ways"] if mode == "keep_dates"
    ]
    assert outlook == (
        "2 people wait; the wait of all of them is over. Their next messages: at about 8 Jun 2026 09:00 UTC."
    )


@pytest.mark.parametrize(
    ("button", "data", "error"),
    [
        ("start", {}, "The sequence is active; only a draft can be started."),
        ("resume", {"mode": "keep_dates"}, "The sequence is active; only a paused one can be resumed."),
        ("resume", {}, "Choose what happens to the dates."),
        ("resume", {"mode": "x"}, "Select a valid choice. x is not one of the available choices."),
    ],
)
def test_a_refusal_is_shown_on_the_page(
    tenants: Tenants, account: Account, button: str, data: dict[str, str], error: str
) -> None:
    sequence = create(account)
    answer = browser(tenants.owner).post(page(sequence, button), data, follow=True)
    assert (messages_of(answer), answer.request["PATH_INFO"]) == ([error], page(sequence))
    assert Sequence.unscoped.get().status == "active"


# --- Copy to test ---------------------------------------------------------------------------------------------------
def sequences_of_twin(tenants: Tenants) -> list[tuple[str, str, list[str]]]:
    """Name, status and texts of the sequences in test mode."""
    rows = Sequence.objects.for_workspace(tenants.twin).order_by("name")
    return [(row.name, row.status, [each.text for each in saved(row).steps]) for row in rows]


def test_copy_to_test_creates_and_updates_the_sequence_with_the_custom_fields(
    tenants: Tenants, account: Account
) -> None:
    create_custom_field(tenants.actor(), key="seats", label="Seats", type="number")
    condition = {"field": "custom.seats", "op": "gt", "value": 5}
    sequence = create(account, steps=[{"text": "Hello", "condition": condition}])
    create(account, name="Not copied")
    client = browser(tenants.member(Role.ADMIN))
    assert page(sequence, "copy") in client.get(page(sequence)).content.decode()
    found = []
    for text in ("Hello", "Hello", "Changed"):
        if text == "Changed":
            publish(sequence, account, steps=[{"text": text, "condition": condition}])
        answer = client.post(page(sequence, "copy"), follow=True)
        assert answer.request["PATH_INFO"] == page(sequence)
        found.append((messages_of(answer), sequences_of_twin(tenants)))
    assert found == [
        (
            ["The sequence is created in test mode, as a draft. Custom fields: 1 created."],
            [("Welcome", "draft", ["Hello"])],
        ),
        (
            ["The sequence is unchanged in test mode: it was the same already. Custom fields: 1 unchanged."],
            [("Welcome", "draft", ["Hello"])],
        ),
        (
            ["The sequence is updated in test mode. Custom fields: 1 unchanged."],
            [("Welcome", "draft", ["Changed"])],
        ),
    ]
    sandbox = Account.objects.for_workspace(tenants.twin).get()
    copied = Sequence.objects.for_workspace(tenants.twin).get()
    assert saved(copied).account_ids == (sandbox.pk,)
    assert (saved(sequence).account_ids, Sequence.objects.for_workspace(tenants.workspace).count()) == (
        (account.pk,),
        2,
    )


def test_a_copy_that_the_test_workspace_cannot_have_is_refused_with_the_reason(
    tenants: Tenants, account: Account
) -> None:
    create_custom_field(tenants.actor(), key="seats", label="Seats", type="number")
    create_custom_field(tenants.actor(tenants.twin), key="seats", label="Seats", type="text")
    sequence = create(account)
    answer = browser(tenants.owner).post(page(sequence, "copy"), follow=True)
    assert messages_of(answer) == ["custom_fields[0].type: the type of seats is text and cannot be changed."]
    assert sequences_of_twin(tenants) == []


def test_only_admins_and_owners_copy_to_test_and_not_in_test_mode(tenants: Tenants, account: Account) -> None:
    live, test = create(account), create(tenants.sandbox(tenants.twin), name="In test mode")
    browsers = [(browser(tenants.member(Role.AGENT)), live), (browser(tenants.owner, tenants.twin), test)]
    for client, sequence in browsers:
        text = client.get(page(sequence)).content.decode()
        assert f"{sequence.pk}/edit/" in text and f"{sequence.pk}/copy/" not in text
        assert client.post(page(sequence, "copy")).status_code == 403
    assert [name for name, _, _ in sequences_of_twin(tenants)] == ["In test mode"]


# --- List and preview -----------------------------------------------------------------------------------------------
def test_the_list_counts_the_people_of_each_sequence(tenants: Tenants, account: Account) -> None:
    first, second = create(account), create(account, name="Second")
    people = [contact(tenants.workspace, f"person{number}") for number in range(4)]
    enrollments = [enroll(first, who) for who in people]
    by = tenants.actor()
    services.pause_enrollment(by, enrollments[0].pk)
    services.stop_enrollment(by, enrollments[1].pk)
    enroll(second, people[0])
    rows = {row.name: row.people for row in browser(tenants.owner).get(LIST).context["cl"].result_list}
    assert rows == {"Welcome": {"active": 2, "paused": 1, "stopped": 1}, "Second": {"active": 1}}
    text = re.sub(r"\s+", " ", browser(tenants.owner).get(LIST).content.decode())
    columns = ("in_it", "failed")
    cells = {name: re.findall(rf"<td[^>]*\bfield-{name}\b[^>]*>(.*?)</td>", text) for name in columns}
    numbers = {name: [re.sub(r"<[^>]*>| ", "", each) for each in found] for name, found in cells.items()}
    assert numbers == {"in_it": ["1", "3"], "failed": ["", ""]}


def test_the_list_says_how_many_replied_and_when_the_next_message_is_due(
    tenants: Tenants, account: Account, time: Clock
) -> None:
    sequence = create(account)
    create(account, name="Empty")
    for name in ("alice", "robert", "carla"):
        enroll(sequence, contact(tenants.workspace, name))
    work()
    write_in(account, contact(tenants.workspace, "robert"))
    work()
    client = browser(tenants.owner)

    def shown() -> dict[str, tuple[str, Any]]:
        rows = client.get(LIST).context["cl"].result_list
        return {row.name: (row.replied_text, row.next_run_at) for row in rows}

    assert shown() == {"Welcome": ("33%", clock.now() + timedelta(days=1)), "Empty": ("", None)}
    services.pause_sequence(tenants.actor(), sequence.pk)
    assert shown()["Welcome"] == ("33%", None)
    time.move(days=31)
    assert shown()["Welcome"] == ("", None)


def test_the_number_of_people_in_a_sequence_leads_to_exactly_these(tenants: Tenants, account: Account) -> None:
    first, second, client = create(account), create(account, name="Second"), browser(tenants.owner)
    people = [contact(tenants.workspace, f"person{number}") for number in range(3)]
    active, paused, stopped = (enroll(first, who) for who in people)
    services.pause_enrollment(tenants.actor(), paused.pk)
    services.stop_enrollment(tenants.actor(), stopped.pk)
    enroll(second, people[0])
    [address] = re.findall(rf'href="([^"]*{first.pk}&amp;[^"]*)">2</a>', client.get(LIST).content.decode())
    listed = client.get(html.unescape(address)).context["cl"].result_list
    assert {each.pk for each in listed} == {active.pk, paused.pk}


def test_a_longer_list_needs_no_more_queries(tenants: Tenants, account: Account) -> None:
    client, counts = browser(tenants.owner), []
    for rows in (1, 10):
        for number in range(rows):
            sequence = create(account, name=f"Sequence {rows} {number}")
            enroll(sequence, contact(tenants.workspace))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- What they get --------------------------------------------------------------------------------------------------
VIP = {"field": "tag", "op": "is", "value": "vip"}


def typed(client: Client, address: str, data: dict[str, Any], **headers: str) -> Any:
    """What the page answers to a script that follows the typing."""
    answer = client.post(address, data | {"do": "preview"}, headers={"HX-Target": "preview", **headers})
    assert answer.status_code == 200
    return answer


def bubbles(answer: Any) -> list[tuple[Any, str, str]]:
    return [(each["at"], each["text"] or "", each["problem"]) for each in answer.context["bubbles"]]


def test_builder_shows_what_somebody_gets_and_when_on_their_clock(
    tenants: Tenants, account: Account, time: Clock
) -> None:
    steps = [
        {"id": "hello", "text": "Hello {first_name}"},
        {"id": "vip", "text": "For you", "condition": VIP},
        {"id": "again", "text": "Again", "delay": "P1D"},
        {"id": "last", "text": "For you", "condition": VIP, "if_not": "stop"},
        {"id": "never", "text": "Never"},
    ]
    sequence, client = create(account, steps=steps), browser(tenants.member(Role.AGENT))
    who = contact(tenants.workspace, time_zone="Europe/Madrid", email="alice@example.com")
    for words_of in ("@alice", "Alice", "alice@example.com", who.pk, ""):
        shown = client.get(page(sequence, "edit"), {"for": words_of})
        assert (shown.context["person"], shown.context["place"]) == (who, "in Madrid")
        assert bubbles(shown) == [
            ("Mon 1 Jun, 12:00", "", "They lack a value that the text needs, so it waits."),
            (None, "", "Left out: they do not meet its condition."),
            ("Tue 2 Jun, 12:00", "Again", ""),
            (None, "", "They do not meet its condition, so the sequence ends here for them."),
        ]
    for words_of in ("@robert", "robert@example.com", "con_1", "?", "a" * 500):
        answer = client.get(page(sequence, "edit"), {"for": words_of})
        assert answer.context["person"] is None and "Nobody has this name" in answer.content.decode()
    assert not Enrollment.unscoped.exists()


def test_preview_follows_what_is_typed_and_stores_nothing(tenants: Tenants, account: Account, time: Clock) -> None:
    contact(tenants.workspace, "alice", name="Alice Bell")
    steps = [step(0, "Hello {first_name}"), step(1, "", number=2), step(2, "Bye {nobody}"), step(3, "Bye", number=999)]
    data = form(account, *steps, name="", days=["tue"], opens="09:30", closes="18:00", stop_stages=["won"])
    client = browser(tenants.owner)
    answer = typed(client, ADD, data)
    unknown = "there is no contact field for {nobody}"
    assert [(at, text, problem.partition(";")[0]) for at, text, problem in bubbles(answer)] == [
        ("Tue 2 Jun, 09:30", "Hello Alice", ""),
        ("Tue 9 Jun, 09:30", "", "Nothing is written here yet."),
        ("Tue 9 Jun, 09:30", "", unknown),
        ("Tue 9 Jun, 09:30", "", "a duration is at most 366 days"),
    ]
    text = words(answer)
    assert "<html" not in text and "Times are within the sending hours. A reply on any day stops the rest." in text
    said = {word.name: word.text for word in answer.context["says"].values()}
    assert said["days"] == "Tue" and said["hours"] == "between 09:30 and 18:00" and said["stages"] == "Won"
    assert '<span id="say-wait-2" hx-swap-oob="true">2 days</span>' in text
    assert '<span class="cs-var">First name</span>' in text
    with CaptureQueriesContext(connection) as queries:
        typed(client, ADD, data | {"time_zone": "Mars", "opens": "9"})
    assert not [each["sql"] for each in queries if re.match("INSERT|UPDATE|DELETE", each["sql"])]
    assert not Sequence.unscoped.exists()


def test_preview_has_the_times_that_the_saved_sequence_will_have(tenants: Tenants, account: Account) -> None:
    """The random delay is one of the step's key, which a new step gets when it is saved."""
    who, client = contact(tenants.workspace), browser(tenants.owner)
    sequence = create(account, start=False, jitter="P7D")
    data = form(account, step(0, "Before", number=1), step(1, "Hello", id="hello"), jitter_number=7, jitter_unit="days")
    before = bubbles(typed(client, page(sequence, "edit"), data))
    client.post(page(sequence, "edit"), data)
    assert saved(sequence).steps[0].text == "Before"
    assert bubbles(client.get(page(sequence, "edit"), {"for": who.pk})) == before


def test_nobody_who_opted_out_is_previewed(tenants: Tenants, account: Account) -> None:
    sequence, client = create(account), browser(tenants.owner)
    contact(tenants.workspace, "alice", opted_out=True)
    assert "There is no contact yet" in client.get(page(sequence, "edit")).content.decode()
    answer = client.get(page(sequence, "edit"), {"for": "@alice"})
    assert "asked for no more messages" in answer.content.decode() and "bubbles" not in answer.context


def test_days_without_hours_are_whole_days_and_hours_without_days_those_of_each(
    tenants: Tenants, account: Account
) -> None:
    client = browser(tenants.owner)
    client.post(ADD, form(account, step(0, "Hello"), days=["mon"]))
    assert saved().as_json()["window"] == {"days": ["mon"], "from": "00:00", "to": "24:00"}
    client.post(ADD, form(account, step(0, "Hello"), name="Second", opens="09:00", closes="10:00"))
    window = saved(Sequence.unscoped.get(name="Second")).as_json()["window"]
    assert window == {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "09:00", "to": "10:00"}


def test_button_that_starts_saves_first_or_does_neither(tenants: Tenants, account: Account) -> None:
    client = browser(tenants.member(Role.AGENT))
    refused = client.post(ADD, form(account, step(0, "Hello"), account_ids=[], do="start"))
    assert "account_ids" in errors_of(refused) and not Sequence.unscoped.exists()
    answer = client.post(ADD, form(account, step(0, "Hello"), do="start"), follow=True)
    assert messages_of(answer) == ["The sequence is started. Contacts can be enrolled now."]
    sequence = Sequence.unscoped.get()
    assert (sequence.status, answer.request["PATH_INFO"]) == ("active", page(sequence))
    draft = create(account, name="Second", start=False)
    client.post(page(draft, "edit"), form(account, step(0, "Hi", id="hello"), name="Third", do="start"))
    draft.refresh_from_db()
    assert (draft.status, draft.name, saved(draft).steps[0].text) == ("active", "Third", "Hi")


# --- Who may do what ------------------------------------------------------------------------------------------------
PAGES = ("edit", "rehearse")
BUTTONS = ("edit", "publish", "start", "pause", "resume", "copy")


def assert_read_only(client: Client, sequence: Sequence) -> None:
    """The pages can be read and offer nothing, and what would change something is refused."""
    before = Sequence.unscoped.values().get(pk=sequence.pk)
    assert client.get(LIST).status_code == 200
    text = client.get(page(sequence)).content.decode()
    assert "Hello again" in text
    assert [name for name in (*PAGES, *BUTTONS) if page(sequence, name) in text] == []
    assert [client.get(page(sequence, name)).status_code for name in PAGES] == [403, 403]
    assert [client.post(page(sequence, name)).status_code for name in BUTTONS] == [403] * len(BUTTONS)
    assert client.post(ADD, {}).status_code == 403
    assert (Sequence.unscoped.values().get(pk=sequence.pk), Sequence.unscoped.count()) == (before, 1)


def test_viewers_read_only(tenants: Tenants, account: Account) -> None:
    assert_read_only(browser(tenants.member(Role.VIEWER)), create(account))


def test_without_a_plan_the_pages_are_read_only(tenants: Tenants, account: Account) -> None:
    sequence = create(account)
    Workspace.objects.filter(pk=tenants.workspace.pk).update(plan="expired")
    assert_read_only(browser(tenants.owner), sequence)


def test_the_accounts_and_contacts_of_another_workspace_are_not_offered(tenants: Tenants, account: Account) -> None:
    tenants.sandbox(tenants.other, name="Their account")
    contact(tenants.other, "robert")
    client = browser(tenants.owner)
    assert "Their account" not in client.get(ADD).content.decode()
    assert client.get(page(create(account), "edit"), {"for": "@robert"}).context["person"] is None
