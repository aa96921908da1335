"""Automation > Enrollments in the panel, and enrolling from the page of a contact and from the list of contacts."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Contact
from crmsolid.panel.pages.audit_log import describe
from crmsolid.workspaces.models import AuditEntry, Role, Workspace
from messaging.models import Account, Message, Thread
from sequences import services
from sequences.models import Enrollment, Sequence, StepRun
from tests.panel import browser, flash_messages
from tests.sequences.helpers import Clock, contact, create, enroll, publish, state, work, write_in
from tests.sequences.panel import messages_of
from tests.tenants import Tenants

LIST = reverse("admin:sequences_enrollment_changelist")
ENROLL = reverse("admin:sequences_enrollment_enroll")
CONTACTS = reverse("admin:contacts_contact_changelist")


def page(enrollment: Enrollment, name: str = "change") -> str:
    return reverse(f"admin:sequences_enrollment_{name}", args=[enrollment.pk])


def enroll_page(who: Contact) -> str:
    return f"{ENROLL}?contact={who.pk}"


def rows_of(answer: Any) -> list[dict[str, str]]:
    """The cells of the list by their columns, as text."""
    rows = re.findall(r"<tr[^>]*>(?:(?!</tr>).)*?field-who.*?</tr>", answer.content.decode(), re.S)
    found = []
    for row in rows:
        cells = re.findall(r"<t[hd][^>]*\bfield-(\w+)[^>]*>(.*?)</t[hd]>", row, re.S)
        found.append({name: " ".join(re.sub(r"<[^>]*>", " ", text).split()) for name, text in cells})
    return found


# --- The list and the page of one -----------------------------------------------------------------------------------
def test_the_list_says_who_is_at_which_step_and_why_they_wait(tenants: Tenants, account: Account, time: Clock) -> None:
    sequence = create(account)
    enroll(sequence, contact(tenants.workspace))
    work()
    client = browser(tenants.member(Role.VIEWER))
    [row] = rows_of(client.get(LIST))
    assert row == {
        "who": "@alice",
        "in_sequence": "Welcome (version 1)",
        "status_label": "Active",
        "step": "Step 2: Hello again",
        "next_time": "2 Jun 2026 10:00",
        "why": "Waits until its next step is due",
        "enrolled": "1 Jun 2026 10:00",
    }
    services.pause_sequence(tenants.actor(), sequence.pk)
    [row] = rows_of(client.get(LIST))
    assert (row["next_time"], row["why"]) == ("", "The sequence is paused")


def test_the_fields_in_a_text_have_their_names(tenants: Tenants, account: Account) -> None:
    sequence = create(account, steps=[{"text": "Hi {first_name|there}"}])
    enrollment, client = enroll(sequence, contact(tenants.workspace)), browser(tenants.owner)
    answer = client.get(f"{LIST}?sequence__id__exact={sequence.pk}")
    assert rows_of(answer)[0]["step"] == "Step 1: Hi [First name]" and "{first_name" not in answer.content.decode()
    [step] = client.get(page(enrollment)).context["coming"]
    assert step["marked"] == 'Hi <span class="cs-var">First name, or “there”</span>'


def test_the_list_is_filtered_by_sequence_status_and_contact(tenants: Tenants, account: Account) -> None:
    first, second = create(account), create(account, name="Second")
    alice, robert = contact(tenants.workspace), contact(tenants.workspace, "robert")
    for sequence, who in [(first, alice), (first, robert), (second, alice)]:
        enroll(sequence, who)
    services.stop_enrollment(tenants.actor(), enroll(second, robert).pk)
    client = browser(tenants.owner)
    found = {
        query: [(row["who"], row["in_sequence"]) for row in rows_of(client.get(f"{LIST}?{query}"))]
        for query in (f"sequence__id__exact={first.pk}", "status=stopped", "q=alice")
    }
    assert found == {
        f"sequence__id__exact={first.pk}": [("@robert", "Welcome (version 1)"), ("@alice", "Welcome (version 1)")],
        "status=stopped": [("@robert", "Second (version 1)")],
        "q=alice": [("@alice", "Second (version 1)"), ("@alice", "Welcome (version 1)")],
    }


def test_a_longer_list_needs_no_more_queries(tenants: Tenants, account: Account) -> None:
    client, counts = browser(tenants.owner), []
    for number in (1, 20):
        sequence = create(account, name=f"Sequence {number}")
        for each in range(number):
            enroll(sequence, contact(tenants.workspace, f"person{each}"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] and counts[1] <= 11


def test_the_page_of_one_shows_its_steps_with_their_messages(tenants: Tenants, account: Account, time: Clock) -> None:
    enrollment = enroll(create(account), contact(tenants.workspace))
    client = browser(tenants.member(Role.VIEWER))
    work()
    answer = client.get(page(enrollment))
    shown = [(each["number"], each["marked"], each["label"]["text"]) for each in answer.context["runs"]]
    assert shown == [(1, "Hello", "Sent")]
    assert [(each["number"], each["marked"], each["wait"]) for each in answer.context["coming"]] == [
        (2, "Hello again", "1 day later")
    ]
    text = answer.content.decode()
    assert reverse("admin:messaging_message_change", args=[Message.unscoped.get().pk]) in text
    assert "Waits until its next step is due" in text and "Hello again" in text
    assert f'<dt>Account</dt><dd dir="auto">Sandbox (#{account.pk})</dd>' in text


def test_a_message_that_failed_is_explained_without_advice_to_send_it_again(tenants: Tenants, account: Account) -> None:
    enrollment = enroll(create(account, steps=[{"text": "Hello {email}"}]), contact(tenants.workspace))
    StepRun.unscoped.create(
        workspace=tenants.workspace,
        enrollment=enrollment,
        version_id=enrollment.version_id,
        step_key=enrollment.step_key,
        outcome="failed",
        error="template_unresolved",
        handled=True,
    )
    [run] = browser(tenants.owner).get(page(enrollment)).context["runs"]
    assert run["why"] == "A value for the text is missing."


def test_a_step_has_the_number_that_it_had_in_the_version_of_its_time(
    tenants: Tenants, account: Account, time: Clock
) -> None:
    sequence, client = create(account), browser(tenants.owner)
    enrollment = enroll(sequence, contact(tenants.workspace))
    work()
    steps = [
        {"id": "first", "text": "First"},
        {"id": "hello", "text": "Hello"},
        {"id": "again", "delay": "P1D", "text": "Hello again"},
    ]
    publish(sequence, account, move_people=True, steps=steps)
    shown = client.get(page(enrollment)).context
    assert [(each["number"], each["marked"]) for each in shown["runs"]] == [(1, "Hello")]
    assert [(each["number"], each["marked"]) for each in shown["coming"]] == [(3, "Hello again")]
    assert rows_of(client.get(LIST))[0]["step"] == "Step 3: Hello again"


def test_an_erased_contact_is_named_so(tenants: Tenants, account: Account) -> None:
    enrollment = enroll(create(account), contact(tenants.workspace))
    services.stop_enrollment(tenants.actor(), enrollment.pk)
    Enrollment.unscoped.filter(pk=enrollment.pk).update(contact=None)
    client = browser(tenants.owner)
    assert rows_of(client.get(LIST))[0]["who"] == "Erased contact"
    assert "Erased contact in Welcome" in client.get(page(enrollment)).content.decode()


def test_pause_resume_and_stop(tenants: Tenants, account: Account, time: Clock) -> None:
    enrollment, client = enroll(create(account), contact(tenants.workspace)), browser(tenants.member(Role.AGENT))
    found = []
    for button, data in [("pause", {}), ("resume", {"mode": "keep_dates"}), ("stop", {}), ("stop", {})]:
        [shown] = messages_of(client.post(page(enrollment, button), data, follow=True))
        found.append((shown, *state(enrollment)[:2]))
    assert found == [
        ("Paused. Nothing of the sequence is sent to this contact until it is resumed.", "paused", ""),
        ("Resumed. The contact gets the rest of the sequence.", "active", ""),
        ("Stopped. The contact can be enrolled again.", "stopped", "manual"),
        ("The enrollment is stopped already.", "stopped", "manual"),
    ]
    entries = AuditEntry.unscoped.filter(target=enrollment.contact_id).order_by("at", "id")
    assert [each.action.removeprefix("contact.enrollment_") for each in entries] == ["paused", "resumed", "stopped"]
    assert describe(entries)[2].plain.endswith("stopped the sequence Welcome for alice")


def test_resuming_one_asks_about_the_dates_of_this_contact(tenants: Tenants, account: Account) -> None:
    sequence, client = create(account), browser(tenants.owner)
    enrollment = enroll(sequence, contact(tenants.workspace))
    services.pause_enrollment(tenants.actor(), enrollment.pk)
    shown = client.get(page(enrollment)).content.decode()
    assert (
        "What happens to the dates of this contact?" in shown
        and "One person waits and gets the next message at about " in shown
    )
    services.pause_sequence(tenants.actor(), sequence.pk)
    of_sequence = reverse("admin:sequences_sequence_change", args=[sequence.pk])
    assert "What happens to the dates of those who wait?" in client.get(of_sequence).content.decode()


# --- The page of a contact ------------------------------------------------------------------------------------------
def contact_page(who: Contact) -> str:
    return reverse("admin:contacts_contact_change", args=[who.pk])


def sequences_on(answer: Any) -> list[tuple[str, str]]:
    """The sequences that a contact's page lists, as the address of the enrollment and the text of the row."""
    rows = re.findall(r'<p class="cs-mini">(?:(?!<p class="cs-mini">).)*', answer.content.decode(), re.S)
    found = []
    for row in rows:
        address = re.search(r'href="([^"]*/enrollment/[^"]*)"', row)
        if address is None:  # conversations look like it
            continue
        found.append((address[1], " ".join(re.sub(r"<[^>]*>", " ", row.partition("</section>")[0]).split())))
    return found


def test_the_page_of_a_contact_lists_the_sequences_it_is_or_was_in(
    tenants: Tenants, account: Account, time: Clock
) -> None:
    who, other = contact(tenants.workspace), contact(tenants.workspace, "robert")
    ended = enroll(create(account, name="Ended"), who)
    services.stop_enrollment(tenants.actor(), ended.pk)
    time.move(minutes=1)
    steps = [{"id": "later", "delay": "P1D", "text": "Hello"}]
    running = enroll(create(account, steps=steps), who)
    enroll(create(account, name="Of another contact"), other)
    assert sequences_on(browser(tenants.member(Role.VIEWER)).get(contact_page(who))) == [
        (page(running), "Welcome Active Waits until its next step is due"),
        (page(ended), "Ended Stopped Stopped by hand"),
    ]


def test_the_page_of_a_contact_lists_its_latest_10_with_as_many_queries_as_one(
    tenants: Tenants, account: Account, time: Clock
) -> None:
    who, client, counts = contact(tenants.workspace), browser(tenants.owner), []
    client.get(contact_page(who))  # the first page of a session costs a query more
    for number in range(11):
        enroll(create(account, name=f"Sequence {number}"), who)
        time.move(minutes=1)
        with CaptureQueriesContext(connection) as queries:
            shown = sequences_on(client.get(contact_page(who)))
        counts.append(len(queries))
    assert [text.split()[1] for _, text in shown] == [str(number) for number in range(10, 0, -1)]
    assert counts[0] == counts[-1]


def test_the_page_of_a_contact_in_no_sequence_has_no_such_list(tenants: Tenants) -> None:
    answer = browser(tenants.owner).get(contact_page(contact(tenants.workspace)))
    assert sequences_on(answer) == [] and "<h2>Sequences</h2>" not in answer.content.decode()


# --- Enrolling ------------------------------------------------------------------------------------------------------
def test_a_contact_is_enrolled_from_its_page(tenants: Tenants, account: Account) -> None:
    active, who = create(account), contact(tenants.workspace)
    create(account, name="A draft", start=False)
    client = browser(tenants.member(Role.AGENT))
    assert enroll_page(who) in client.get(contact_page(who)).content.decode()
    offered = client.get(enroll_page(who)).context["form"]
    assert offered.fields["sequence"].choices == [(active.pk, "Welcome")]
    answer = client.post(enroll_page(who), {"sequence": active.pk}, follow=True)
    assert messages_of(answer) == ["One contact is enrolled."]
    enrollment = Enrollment.unscoped.get()
    assert (enrollment.contact, enrollment.sequence) == (who, active)
    assert answer.request["PATH_INFO"] == page(enrollment)


def test_a_contact_who_cannot_be_enrolled_is_named_with_the_reason(tenants: Tenants, account: Account) -> None:
    sequence, client = create(account), browser(tenants.member(Role.AGENT))
    who, out = contact(tenants.workspace), contact(tenants.workspace, "silent", opted_out=True)
    answers = [client.post(enroll_page(each), {"sequence": sequence.pk}, follow=True) for each in (who, who, out)]
    assert [messages_of(answer) for answer in answers] == [
        ["One contact is enrolled."],
        ["Not enrolled: 1 in the sequence already."],
        ["Not enrolled: 1 opted out."],
    ]
    assert list(Enrollment.unscoped.values_list("contact", flat=True)) == [who.pk]
    entries = AuditEntry.unscoped.filter(action="contact.enrolled")
    assert [entry.plain.rpartition("enrolled ")[2] for entry in describe(entries)] == ["alice in the sequence Welcome"]


@pytest.mark.parametrize("choice", ["", "seq_1", "draft", "theirs"])
def test_only_an_active_sequence_of_the_workspace_can_be_chosen(
    tenants: Tenants, account: Account, choice: str
) -> None:
    who = contact(tenants.workspace)
    rows = {
        "draft": create(account, name="A draft", start=False).pk,
        "theirs": create(tenants.sandbox(tenants.other), name="Theirs").pk,
    }
    answer = browser(tenants.owner).post(enroll_page(who), {"sequence": rows.get(choice, choice)})
    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["sequence"])
    assert not Enrollment.unscoped.exists()


# --- Who may do what ------------------------------------------------------------------------------------------------
BUTTONS = ("pause", "resume", "stop")


def assert_read_only(client: Client, enrollment: Enrollment, sequence: Sequence, who: Contact) -> None:
    before = Enrollment.unscoped.values().get()
    text = client.get(page(enrollment)).content.decode()
    assert "Hello" in text and [name for name in BUTTONS if page(enrollment, name) in text] == []
    assert [client.post(page(enrollment, name)).status_code for name in BUTTONS] == [403] * 3
    assert client.get(enroll_page(who)).status_code == 403
    assert client.post(enroll_page(who), {"sequence": sequence.pk}).status_code == 403
    text = client.get(contact_page(who)).content.decode()
    assert ENROLL not in text and "sequences_enrollment_enroll" not in client.get(CONTACTS).content.decode()
    assert Enrollment.unscoped.values().get() == before


def test_viewers_read_only(tenants: Tenants, account: Account) -> None:
    sequence, who = create(account), contact(tenants.workspace)
    enrollment = enroll(sequence, who)
    assert_read_only(browser(tenants.member(Role.VIEWER)), enrollment, sequence, who)


def test_without_a_plan_the_pages_are_read_only(tenants: Tenants, account: Account) -> None:
    sequence, who = create(account), contact(tenants.workspace)
    enrollment = enroll(sequence, who)
    Workspace.objects.filter(pk=tenants.workspace.pk).update(plan="expired")
    assert_read_only(browser(tenants.owner), enrollment, sequence, who)


def test_a_contact_of_another_workspace_cannot_be_enrolled(tenants: Tenants, account: Account) -> None:
    stranger, client = contact(tenants.other, "stranger"), browser(tenants.owner)
    for address in (enroll_page(stranger), ENROLL, f"{ENROLL}?contact=%00"):
        assert client.get(address).status_code == 404
    assert client.post(enroll_page(stranger), {"sequence": create(account).pk}).status_code == 404
    assert not Enrollment.unscoped.exists()


# --- Beside a conversation --------------------------------------------------------------------------------------------
def test_contact_is_enrolled_beside_the_conversation(tenants: Tenants, account: Account, time: Clock) -> None:
    client, who = browser(tenants.owner), contact(tenants.workspace)
    write_in(account, who)
    address = reverse("admin:inbox_thread", args=[Thread.unscoped.get().pk])
    assert "No sequence is active." in client.get(address).content.decode()
    create(account, name="Paused", start=False)
    create(tenants.sandbox(tenants.other), name="Theirs")
    sequence = create(account)
    shown = client.get(address).content.decode()
    assert f'<option value="{sequence.pk}">Welcome</option>' in shown
    assert "Paused</option>" not in shown and "Theirs</option>" not in shown and ENROLL not in shown
    assert "Enroll in a sequence" not in browser(tenants.member(Role.VIEWER)).get(address).content.decode()
    button = {"action": "sequences_enrollment_enroll"}
    answer = client.post(address, {**button, "choice": sequence.pk})
    assert (answer["Location"], flash_messages(answer)) == (f"{address}?pane=contact", ["Enrolled in Welcome."])
    enrollment = Enrollment.unscoped.get()
    assert (enrollment.contact_id, enrollment.sequence_id) == (who.pk, sequence.pk)
    assert page(enrollment) in client.get(address).content.decode()
    refused = client.post(address, {**button, "choice": sequence.pk}, follow=True)
    assert messages_of(refused) == [
        "The contact is in this sequence already. Stop that enrollment first to begin again."
    ]
    unchosen = client.post(address, {**button, "choice": ""}, follow=True)
    assert messages_of(unchosen) == ["Choose a sequence."]
    assert Enrollment.unscoped.count() == 1


def test_sequence_of_another_workspace_cannot_be_chosen_beside_the_conversation(
    tenants: Tenants, account: Account, time: Clock
) -> None:
    write_in(account, contact(tenants.workspace))
    theirs = create(tenants.sandbox(tenants.other))
    address = reverse("admin:inbox_thread", args=[Thread.unscoped.get().pk])
    browser(tenants.owner).post(address, {"action": "sequences_enrollment_enroll", "choice": theirs.pk})
    assert not Enrollment.unscoped.exists()
