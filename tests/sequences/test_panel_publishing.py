"""Automation > Sequences in the panel: a sequence is edited, and published with or over the people in it."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.custom_fields import create_custom_field
from crmsolid.workspaces.models import Role
from messaging.models import Account
from sequences.models import SequenceVersion
from sequences.panel.words import changes
from tests.page_forms import form_with
from tests.panel import browser, words
from tests.sequences.helpers import Clock, contact, create, enroll, publish, stored, texts, work
from tests.sequences.panel import IS_NEW, errors_of, form, in_flight, messages_of, page, posted, saved, step
from tests.tenants import Tenants
from tests.threads import run_together


def test_saving_the_form_as_it_is_changes_nothing(tenants: Tenants, account: Account) -> None:
    second = tenants.sandbox(name="Another")
    members: dict[str, Any] = {
        "account_ids": [second.pk, account.pk],
        "stop_on": ["stage:won", "tag:vip", "reply"],
        "window": {"days": ["mon"], "from": "09:00", "to": "24:00"},
        "jitter": "PT90S",
        "steps": [
            {"id": "hello", "text": "Hello", "delay": "PT5S"},
            {"id": "again", "text": "a\nb", "delay": "P1DT1H", "condition": {"any": []}, "if_not": "stop"},
            {"id": "last", "text": "c", "condition": {"all": [IS_NEW]}},
            {"id": "none", "text": "d", "condition": {"not": {"all": [IS_NEW, {"any": [IS_NEW]}]}}},
        ],
    }
    sequence = create(account, **members)
    before = saved(sequence)
    client = browser(tenants.owner)
    answer = client.post(page(sequence, "edit"), posted(client.get(page(sequence, "edit"))), follow=True)
    assert messages_of(answer) == ["Nothing was changed."]
    assert (saved(sequence), SequenceVersion.unscoped.count()) == (before, 1)


def test_a_change_is_published_directly_when_nobody_is_in_it(tenants: Tenants, account: Account) -> None:
    sequence, client = create(account), browser(tenants.owner)
    data = posted(client.get(page(sequence, "edit"))) | {"step-0-text": "Hi", "name": "Greeting"}
    answer = client.post(page(sequence, "edit"), data, follow=True)
    assert messages_of(answer) == ["Published. People who are enrolled from now on get the new steps."]
    assert [(each.key, each.text) for each in saved(sequence).steps] == [("hello", "Hi"), ("again", "Hello again")]
    assert saved(sequence).name == "Greeting"


def test_a_step_that_is_added_in_the_place_of_a_removed_one_is_a_new_step(tenants: Tenants, account: Account) -> None:
    sequence, client = create(account), browser(tenants.owner)
    data = posted(client.get(page(sequence, "edit")))
    data |= step(1, "Something else")
    client.post(page(sequence, "edit"), data)
    assert [each.key for each in saved(sequence).steps] == ["hello", "step-1"]


def test_an_edit_of_an_older_version_is_refused(tenants: Tenants, account: Account) -> None:
    sequence, client = create(account), browser(tenants.owner)
    data = posted(client.get(page(sequence, "edit")))
    client.post(page(sequence, "edit"), data | {"step-0-text": "First"})
    answer = client.post(page(sequence, "edit"), data | {"step-0-text": "Second"})
    said = "Step 1: The text “Hello” becomes “First”."
    error = f"The steps were changed meanwhile. {said} Save again to replace them with yours."
    assert errors_of(answer)["__all__"] == [error]
    assert saved(sequence).steps[0].text == "First"
    client.post(page(sequence, "edit"), form_with(answer, "step-0-text").filled(do="save"))
    assert saved(sequence).steps[0].text == "Second"


@pytest.mark.django_db(transaction=True)
def test_of_two_edits_at_once_one_is_refused(tenants: Tenants, account: Account) -> None:
    sequence, client = create(account), browser(tenants.owner)
    data = posted(client.get(page(sequence, "edit")))
    other = browser(tenants.member(Role.AGENT))
    posts = [
        partial(each.post, page(sequence, "edit"), data | {"step-0-text": text}, follow=True)
        for each, text in ((client, "One"), (other, "Two"))
    ]
    answers = run_together(posts)
    refused = [b"The steps were changed meanwhile." in answer.content for answer in answers]
    assert sorted(refused) == [False, True]
    assert SequenceVersion.unscoped.count() == 2


@pytest.mark.parametrize(
    ("choice", "version", "text", "said"),
    [
        ("stay", 1, "Hello again", "Published. People who are enrolled from now on get the new steps."),
        ("move", 2, "Changed", "Published. Everybody in the sequence goes on with the new steps."),
    ],
)
def test_a_change_with_people_in_it_asks_who_stays_and_who_moves(
    tenants: Tenants, account: Account, time: Clock, choice: str, version: int, text: str, said: str
) -> None:
    sequence, enrollment, client = in_flight(tenants, account)
    asked = client.post(page(sequence, "edit"), posted(client.get(page(sequence, "edit"))) | {"step-1-text": "Changed"})
    assert saved(sequence).steps[1].text == "Hello again"  # nothing is published yet
    [row] = asked.context["rows"]
    assert (row["now"], row["people"], row["goes_on"]) == ("Step 2: Hello again", 1, "Step 2: Changed")
    assert asked.context["changes"] == [("Step 2", ["The text “Hello again” becomes “Changed”."])]
    shown = words(asked)
    assert "1 person is in Welcome" in shown and 'value="stay" checked' in shown
    assert 'data-guards="changed"' in shown  # whoever leaves the page is asked first: the changes are only here
    data = {"definition": asked.context["definition"], "version": 1, "people": choice}
    answer = client.post(page(sequence, "publish"), data, follow=True)
    assert messages_of(answer) == [said]
    assert stored(enrollment).version.number == version
    time.move(days=1)
    work()
    assert [sent for _, sent in texts(contact(tenants.workspace))] == ["Hello", text]


def test_a_new_name_alone_is_saved_without_a_question(tenants: Tenants, account: Account, time: Clock) -> None:
    sequence, enrollment, client = in_flight(tenants, account)
    data = posted(client.get(page(sequence, "edit"))) | {"name": "Greeting"}
    assert messages_of(client.post(page(sequence, "edit"), data, follow=True)) == ["The name is saved."]
    assert (saved(sequence).name, stored(enrollment).version.number) == ("Greeting", 1)
    assert SequenceVersion.unscoped.count() == 1


def test_the_way_back_from_the_question_keeps_the_changes(tenants: Tenants, account: Account, time: Clock) -> None:
    sequence, _, client = in_flight(tenants, account)
    asked = client.post(page(sequence, "edit"), posted(client.get(page(sequence, "edit"))) | {"step-1-text": "Changed"})
    back = client.post(page(sequence, "edit"), {"definition": asked.context["definition"]})
    assert posted(back)["step-1-text"] == "Changed"
    assert saved(sequence).steps[1].text == "Hello again"


@pytest.mark.parametrize(
    "change",
    [{"version": ""}, {"people": ""}, {"people": "all"}, {"definition": "{"}, {"definition": "{}"}],
)
def test_a_wrong_answer_to_the_question_publishes_nothing(
    tenants: Tenants, account: Account, time: Clock, change: dict[str, Any]
) -> None:
    sequence, enrollment, client = in_flight(tenants, account)
    asked = client.post(page(sequence, "edit"), posted(client.get(page(sequence, "edit"))) | {"step-1-text": "Changed"})
    data = {"definition": asked.context["definition"], "version": 1, "people": "move", **change}
    answer = client.post(page(sequence, "publish"), data, follow=True)
    assert answer.request["PATH_INFO"] == page(sequence, "edit")
    assert len(messages_of(answer)) == 1
    assert (SequenceVersion.unscoped.count(), stored(enrollment).version.number) == (1, 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"step-0-text": "Hi"}, "Step 1: The text “Hello” becomes “Hi”."),
        ({"name": "Greeting"}, "Its name is Greeting now."),
    ],
)
def test_answer_to_the_question_about_an_older_version_is_asked_again(
    tenants: Tenants, account: Account, time: Clock, change: dict[str, str], said: str
) -> None:
    sequence, _, client = in_flight(tenants, account)
    opened = form_with(client.get(page(sequence, "edit")), "step-0-text")
    ours = form_with(client.post(page(sequence, "edit"), opened.filled(**{"step-1-text": "Ours"}, do="save")), "people")
    theirs = client.post(page(sequence, "edit"), opened.filled(**change, do="save"))
    if theirs.status_code == 200:
        client.post(page(sequence, "publish"), form_with(theirs, "people").values)
    now = saved(sequence)
    refused = client.post(ours.action, ours.values)
    text = f"Nothing was published: the sequence was changed meanwhile. {said} Publish again to replace it with yours."
    assert (messages_of(refused)[-1], saved(sequence)) == (text, now)
    client.post(page(sequence, "publish"), form_with(refused, "people").values)
    after = saved(sequence)
    assert (after.name, [step.text for step in after.steps]) == ("Welcome", ["Hello", "Ours"])


def test_form_that_comes_back_from_the_question_still_belongs_to_its_version(
    tenants: Tenants, account: Account, time: Clock
) -> None:
    sequence, _, client = in_flight(tenants, account)
    opened = form_with(client.get(page(sequence, "edit")), "step-0-text")
    asked = client.post(page(sequence, "edit"), opened.filled(**{"step-1-text": "Ours"}, do="save"))
    publish(sequence, account, steps=[{"id": "hello", "text": "Hi"}, {"id": "again", "text": "Hello again"}])
    back = client.post(page(sequence, "edit"), form_with(asked, "people").values)
    answer = client.post(page(sequence, "edit"), form_with(back, "step-0-text").filled(do="save"))
    assert errors_of(answer)["__all__"][0].startswith("The steps were changed meanwhile. Step 1:")
    assert [step.text for step in saved(sequence).steps] == ["Hi", "Hello again"]


def test_settings_that_others_have_published_stay_beside_new_steps(tenants: Tenants, account: Account) -> None:
    sequence, client = create(account), browser(tenants.owner)
    opened = form_with(client.get(page(sequence, "edit")), "step-0-text")
    client.post(
        page(sequence, "edit"), opened.filled(stop_tags="vip", days=["mon"], opens="09:00", closes="18:00", do="save")
    )
    client.post(page(sequence, "edit"), opened.filled(**{"step-0-text": "Ours"}, name="Greeting", do="save"))
    now = saved(sequence)
    assert (now.name, now.steps[0].text, now.stop_on) == ("Greeting", "Ours", ("tag:vip",))
    assert now.as_json()["window"] == {"days": ["mon"], "from": "09:00", "to": "18:00"}


def test_the_question_says_where_those_at_a_removed_step_go_on(tenants: Tenants, account: Account, time: Clock) -> None:
    sequence, _, client = in_flight(tenants, account)
    data = posted(client.get(page(sequence, "edit"))) | {"steps": 1}
    asked = client.post(page(sequence, "edit"), data)
    [row] = asked.context["rows"]
    assert row["goes_on"] == "Nothing: they are done"
    assert asked.context["changes"] == [("Step 2 until now", ["Removed: “Hello again”"])]
    assert asked.context["choices"][1][2] == "Nothing is left for them, so the sequence ends at once."


def test_the_question_shows_a_text_whole_that_changes_at_its_end(
    tenants: Tenants, account: Account, time: Clock
) -> None:
    long = "A long text. " * 20
    sequence, client = create(account, steps=[{"id": "a", "text": f"{long}Old"}]), browser(tenants.owner)
    enroll(sequence, contact(tenants.workspace))
    changed = form(account, step(0, f"{long}New", number=0, id="a"), version=1)
    asked = client.post(page(sequence, "edit"), changed)
    assert dict(asked.context["changes"])["Step 1"] == [f"The text “{long}Old” becomes “{long}New”."]


def test_the_question_says_that_the_time_zone_changes(tenants: Tenants, account: Account, time: Clock) -> None:
    sequence, _, client = in_flight(tenants, account)
    data = posted(client.get(page(sequence, "edit"))) | {"time_zone": "Europe/Berlin"}
    asked = client.post(page(sequence, "edit"), data)
    assert asked.context["changes"] == [("Time zone", ["Europe/Berlin. Until now: UTC."])]


def test_the_question_needs_no_more_queries_for_more_conditions_on_custom_fields(
    tenants: Tenants, account: Account, time: Clock
) -> None:
    create_custom_field(tenants.actor(), key="seats", label="Seats", type="number")
    condition = {"field": "custom.seats", "op": "gte", "value": 5}
    counts = []
    for number in (1, 4):
        steps = [{"id": f"s{each}", "text": "Old", "condition": condition} for each in range(number)]
        sequence = create(account, name=f"Sequence {number}", steps=steps)
        enroll(sequence, contact(tenants.workspace, f"person{number}"))
        old = saved(sequence)
        new = replace(old, steps=tuple(replace(each, text="New") for each in old.steps))
        with CaptureQueriesContext(connection) as queries:
            assert len(changes(tenants.workspace, old, new)) == number
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_question_lists_versions_and_steps_in_their_order(tenants: Tenants, account: Account, time: Clock) -> None:
    steps = [{"id": key, "text": f"Text {key}", "delay": "P1D"} for key in ("z", "m", "a")]
    sequence, client = create(account, steps=steps), browser(tenants.owner)
    for days, name in [(1, "robert"), (1, "carla"), (0, "alice")]:
        enroll(sequence, contact(tenants.workspace, name))
        time.move(days=days)
        work()
    publish(sequence, account, steps=steps[1:])
    enroll(sequence, contact(tenants.workspace, "dora_"))
    shown = client.post(page(sequence, "edit"), posted(client.get(page(sequence, "edit"))) | {"steps": 1})
    assert [(row["version"], row["now"], row["people"], row["goes_on"]) for row in shown.context["rows"]] == [
        (1, "Step 1: Text z", 1, "Step 1: Text m"),
        (1, "Step 2: Text m", 1, "Step 1: Text m"),
        (1, "Step 3: Text a", 1, "Nothing: they are done"),
        (2, "Step 1: Text m", 1, "Step 1: Text m"),
    ]


def test_the_question_says_in_words_what_changes(tenants: Tenants, account: Account, time: Clock) -> None:
    steps = [{"id": key, "text": f"Text {key}", "delay": "P1D"} for key in ("a", "b", "c")]
    sequence, client = create(account, steps=steps), browser(tenants.owner)
    enroll(sequence, contact(tenants.workspace))
    changed = [
        step(0, "Text b", number=2, id="b"),
        step(1, "Text a", number=1, id="a", condition=IS_NEW, if_not="stop"),
        step(2, "Wholly new", number=3, unit="hours"),
    ]
    asked = client.post(page(sequence, "edit"), form(account, *changed, version=1, stop_on_reply="", stop_tags="vip"))
    assert asked.context["changes"] == [
        ("Step 1", ["It was step 2 until now.", "The wait before it is 2 days instead of 1 day."]),
        (
            "Step 2",
            [
                "It was step 1 until now.",
                "It is sent only if stage is new (all others leave the sequence) instead of to everybody.",
            ],
        ),
        ("Step 3", ["New, sent 3 hours later: “Wholly new”"]),
        ("Step 3 until now", ["Removed: “Text c”"]),
        ("Stops at", ["Tag vip. Until now: Nothing."]),
    ]
