"""The figures on a sequence's page, the lists that they lead to, and the rehearsal."""

import html
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crmsolid.workspaces.models import Role
from messaging.files.services import upload
from messaging.models import Account, File, Message
from sequences import services
from sequences.models import Enrollment, Sequence
from tests.browser.media import picture
from tests.panel import browser
from tests.sequences.helpers import Clock, contact, create, enroll, publish, work, write_in
from tests.tenants import Tenants

CONDITION = {"field": "tag", "op": "is", "value": "vip"}


def page(sequence: Sequence, name: str = "change") -> str:
    return reverse(f"admin:sequences_sequence_{name}", args=[sequence.pk])


def figures(answer: Any, step: int) -> dict[str, int]:
    return {each["title"]: each["number"] for each in answer.context["steps"][step]["figures"]}


@pytest.fixture
def sequence(tenants: Tenants, account: Account, time: Clock) -> Sequence:
    """Two steps. One contact waits for the second, one replied and was stopped by hand, one opted out, and to
    one nothing could be sent."""
    sequence = create(account)
    names = ("alice", "robert", "carla", "fail_privacy_dora")
    _, robert, _, _ = (enroll(sequence, contact(tenants.workspace, name)) for name in names)
    work()
    time.move(minutes=5)
    write_in(account, contact(tenants.workspace, "robert"))
    write_in(account, contact(tenants.workspace, "carla"), "/stop")
    services.stop_enrollment(tenants.actor(), robert.pk)
    work()
    return sequence


def test_each_step_has_its_figures_and_each_figure_leads_to_exactly_these_contacts(
    tenants: Tenants, sequence: Sequence
) -> None:
    client = browser(tenants.member(Role.VIEWER))
    shown = client.get(page(sequence))
    assert figures(shown, 0) == {"sent": 3, "failed": 1, "replied": 2, "opted out": 1}
    assert figures(shown, 1) == {"here now": 1}
    assert [step["wait"] for step in shown.context["steps"]] == ["At once", "1 day later"]
    for step in shown.context["steps"]:
        for each in step["figures"]:
            assert html.escape(each["address"]) in shown.content.decode()
            assert len(client.get(each["address"]).context["cl"].result_list) == each["number"]
    assert "<b>67%</b> replied" in shown.content.decode()


def test_people_are_listed_by_step_status_and_reason_with_links_to_exactly_these(
    tenants: Tenants, sequence: Sequence
) -> None:
    client = browser(tenants.owner)
    rows = client.get(page(sequence)).context["groups"]
    assert {(row["step"], row["label"]["text"], row["reason"], row["number"]) for row in rows} == {
        ("Step 2", "Active", "Waits until its next step is due", 1),
        ("Step 2", "Stopped", "Stopped by hand", 1),
        ("Step 2", "Stopped", "The contact opted out", 1),
        ("Step 1", "Failed", "A message could not be sent", 1),
    }
    assert rows[0]["label"]["text"] == "Active"
    listed = [[each.pk for each in client.get(row["address"]).context["cl"].result_list] for row in rows]
    assert [len(each) for each in listed] == [1] * 4
    assert {pk for each in listed for pk in each} == set(Enrollment.unscoped.values_list("pk", flat=True))


def test_people_at_a_step_that_was_removed_are_listed_with_its_text(
    tenants: Tenants, account: Account, sequence: Sequence
) -> None:
    publish(sequence, account, steps=[{"id": "hello", "text": "Hello"}, {"id": "other", "text": "Other"}])
    client = browser(tenants.owner)
    row = next(row for row in client.get(page(sequence)).context["groups"] if row["label"]["text"] == "Active")
    assert (row["step"], row["number"]) == ("Step 2 (removed): Hello again", 1)
    shown = client.get(row["address"]).content.decode()
    assert all(label in shown for label in ("Step 1: Hello", "Step 2: Other", "Step 2: Hello again"))


def test_a_paused_sequence_says_so_for_everybody_who_waits(tenants: Tenants, sequence: Sequence) -> None:
    services.pause_sequence(tenants.actor(), sequence.pk)
    client = browser(tenants.owner)
    row = client.get(page(sequence)).context["groups"][0]
    assert (row["reason"], row["number"]) == ("The sequence is paused", 1)
    [listed] = client.get(row["address"]).context["cl"].result_list
    assert listed.contact.username == "alice"


def test_more_people_and_steps_need_no_more_queries(tenants: Tenants, account: Account) -> None:
    client, counts = browser(tenants.owner), []
    for number in (1, 6):
        steps = [{"text": f"Text {each}", "delay": "P1D", "condition": CONDITION} for each in range(number)]
        sequence = create(account, name=f"Sequence {number}", steps=steps)
        for each in range(number):
            enroll(sequence, contact(tenants.workspace, f"person{each}"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page(sequence)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- Rehearsal ------------------------------------------------------------------------------------------------------
def test_a_rehearsal_plays_every_step_with_its_time_and_leaves_nothing(tenants: Tenants, account: Account) -> None:
    steps = [
        {"text": "Hello {first_name}"},
        {"text": "For you", "condition": CONDITION},
        {"text": "Bye", "delay": "P2D"},
    ]
    sequence, client = create(account, start=False, steps=steps), browser(tenants.member(Role.AGENT))
    assert client.get(page(sequence, "rehearse")).context["played"] == []
    answer = client.post(page(sequence, "rehearse"), {"contact": ""})
    played = [(each["label"]["text"], each["step"], each["text"]) for each in answer.context["played"]]
    assert [each for each in played if each[0] != "Waits"] == [
        ("Sent", "Step 1", "Hello Alex"),
        ("Left out", "Step 2", ""),
        ("Sent", "Step 3", "Bye"),
        ("Completed", "", ""),
    ]
    times = [each["at"] for each in answer.context["played"] if each["label"]["text"] == "Sent"]
    assert times[1] - times[0] == timedelta(days=2)
    assert "For you" not in answer.content.decode() and "Hello Alex" in answer.content.decode()
    assert not Enrollment.unscoped.exists() and not Message.unscoped.exists()


def test_a_rehearsal_shows_texts_with_their_formatting(tenants: Tenants, account: Account) -> None:
    steps = [{"text": "Hi **{first_name}** <b>\n> ||Soon||", "format": "markdown"}]
    sequence, client = create(account, steps=steps), browser(tenants.owner)
    contact(tenants.workspace, "alice", first_name="<i>Alice")
    html = client.post(page(sequence, "rehearse"), {"contact": "@alice"}).content.decode()
    bubble = html.partition('<div class="cs-bubble cs-kept" dir="auto">')[2].partition("</div>")[0]
    assert bubble.startswith('Hi <b>&lt;i&gt;Alice</b> &lt;b&gt;\n<blockquote><label class="cs-spoiler">')
    assert bubble.endswith("<span>Soon</span></label></blockquote>")


def test_files_of_steps_are_shown_small(tenants: Tenants, account: Account) -> None:
    contact(tenants.workspace, "alice")
    client = browser(tenants.owner)
    photo, plan = (
        upload(tenants.actor(), BytesIO(content), name).pk
        for content, name in ((picture(30, 20), "photo.jpg"), (b"%PDF-1.4", "plan.pdf"))
    )
    sequence = create(account, steps=[{"text": "Look", "attachments": [photo]}, {"attachments": [plan]}])
    image = f'<img src="/panel/live/files/{photo}/"'
    bubbles = client.get(page(sequence, "edit")).context["bubbles"]
    assert [each["problem"] for each in bubbles] == ["", ""]
    played = client.post(page(sequence, "rehearse"), {"contact": "@alice"}).context["played"]
    for shown, key in (
        (client.get(page(sequence)).context["steps"], "marked"),
        (bubbles, "text"),
        ([each for each in played if each["label"]["text"] == "Sent"], "text"),
    ):
        first, second = (each[key] for each in shown)
        assert image in first and first.endswith("Look")
        assert "plan.pdf" in second
    File.unscoped.filter(pk=plan).delete()
    assert client.get(page(sequence)).context["steps"][1]["marked"] == ""


def test_a_rehearsal_is_for_a_contact_of_this_workspace(tenants: Tenants, account: Account) -> None:
    sequence, client = create(account), browser(tenants.owner)
    contact(tenants.workspace, "alice", first_name="Alice", opted_out=False)
    contact(tenants.other, "robert")
    played = client.post(page(sequence, "rehearse"), {"contact": "@alice"})
    assert played.context["contact"].username == "alice" and played.context["played"]
    for name in ("@robert", "?"):
        answer = client.post(page(sequence, "rehearse"), {"contact": name})
        assert "There is no such contact." in answer.content.decode()
    contact(tenants.workspace, "alice", opted_out=True)
    assert (
        "asked for no more messages" in client.post(page(sequence, "rehearse"), {"contact": "@alice"}).content.decode()
    )
