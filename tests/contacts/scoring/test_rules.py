"""Rules: what they may be, in a configuration and in the services; what a change of them does to the scores."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from contacts import services as contacts
from contacts.models import Contact, CustomField, ScoreEntry, ScoringRule, StageChange
from contacts.scoring import ledger, rescoring, services
from contacts.scoring.definition import MAX_RULES, read_definition
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.events.models import Event
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.configuration import apply_configuration, dump_configuration
from messaging.models import Account
from messaging.sending import dispatch
from messaging.services import send_message
from tests.contacts.helpers import published_events
from tests.contacts.scoring.helpers import NOON, change, ledger_of, receive, rule, run_jobs, score_of
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db

SCORING = [
    {"name": "Reply", "on": "reply", "points": 5, "times": "each", "daily_cap": 10, "half_life": "P30D"},
    {"name": "VIP", "on": "tag", "value": " VIP", "points": 20},
    {"name": "Seats", "on": "field", "value": "seats = 5.0", "points": 1},
    {"name": "Silent", "on": "silence", "value": "P1W", "points": -10},
    {"name": "Won", "on": "stage", "value": "won", "points": 50},
    {"name": "Done", "on": "sequence_completed", "value": "Welcome", "points": 3},
]


def scored_events() -> list[tuple[str, int, int]]:
    return [
        (data["contact"]["username"], data["old_score"], data["new_score"])
        for type, data in published_events()
        if type == "lead.scored"
    ]


def test_configuration_is_its_own_inverse_and_starts_one_job(tenants: Tenants, custom_fields: None) -> None:
    actor = tenants.actor()
    changes = apply_configuration(actor, {"scoring": SCORING})
    assert {change.action for change in changes} == {"created"}
    assert Job.unscoped.filter(kind="contacts.score").count() == 1
    dumped = dump_configuration(actor)["scoring"]
    assert {each["name"]: each["value"] for each in dumped} == {
        "Reply": "",
        "VIP": "VIP",
        "Seats": "seats=5",
        "Silent": "P7D",
        "Won": "won",
        "Done": "Welcome",
    }
    runner.run_due()
    again = apply_configuration(actor, {"scoring": dumped})
    assert {change.action for change in again} == {"unchanged"}
    assert Job.unscoped.filter(kind="contacts.score").count() == 1
    changed = [{**dumped[0], "points": 7}, {**dumped[1], "half_life": "PT12H"}]
    assert {change.action for change in apply_configuration(actor, {"scoring": changed})} == {"updated"}
    assert Job.unscoped.filter(kind="contacts.score").count() == 2
    assert ScoringRule.unscoped.filter(version=2).count() == 2


def test_a_document_with_wrong_rules_names_each_wrong_part_and_changes_nothing(
    tenants: Tenants, custom_fields: None
) -> None:
    wrong: list[dict[str, Any]] = [
        {"name": "a", "on": "visit", "points": 1},
        {"name": "b", "on": "reply", "value": "hello", "points": 1},
        {"name": "c", "on": "stage", "value": "new", "points": 0},
        {"name": "d", "on": "silence", "value": "PT1S", "points": 101},
        {"name": "e", "on": "field", "value": "colour=red", "points": 1, "half_life": "soon"},
        {"name": "f", "on": "field", "value": "seats=many", "points": 1},
        {"name": "g", "on": "silence", "points": 1, "cap": 3},
        {"name": "h", "on": "silence", "points": 1},
    ]
    with pytest.raises(DomainError) as refused:
        apply_configuration(tenants.actor(), {"scoring": wrong})
    assert [(each.field, each.code) for each in refused.value.errors] == [
        ("scoring[0].on", "invalid_choice"),
        ("scoring[1].value", "invalid"),
        ("scoring[2].value", "invalid_choice"),
        ("scoring[2].points", "invalid"),
        ("scoring[3].points", "max_value"),
        ("scoring[4].value", "unknown_field"),
        ("scoring[4].half_life", "invalid"),
        ("scoring[5].value", "invalid"),
        ("scoring[6].cap", "unknown_field"),
        ("scoring[7].value", "invalid"),
    ]
    assert not ScoringRule.unscoped.exists() and not Job.unscoped.exists()


def test_names_are_unique_among_rules_in_force_and_there_are_at_most_so_many(actor: Actor) -> None:
    first = rule(actor, "Reply", "reply")
    with pytest.raises(DomainError, match="already"):
        rule(actor, "Reply", "tag")
    services.archive_rule(actor, first.pk)
    for number in range(MAX_RULES - 1):
        rule(actor, f"Tag {number}", "tag", f"t{number}")
    rule(actor, "Reply", "reply")
    with pytest.raises(DomainError, match=f"at most {MAX_RULES}"):
        rule(actor, "One more", "reply")


def test_a_change_of_rules_scores_what_is_known_and_takes_back_what_earlier_versions_gave(
    actor: Actor, account: Account, custom_fields: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescoring, "BATCH", 1)
    contacts.upsert_contact(actor, {"username": "anna", "tags": ["vip"], "custom_fields": {"company": "Acme"}})
    contacts.upsert_contact(actor, {"username": "bert", "stage": "won"})
    receive(account, "anna")
    receive(account, "anna", "Stop!")
    Event.unscoped.all().delete()
    vip = rule(actor, "VIP", "tag", "vip", 20)
    rule(actor, "Acme", "field", "company=ACME", 5)
    rule(actor, "Reply", "reply", points=2, times="each")
    rule(actor, "Won", "stage", "won", 30)
    run_jobs()
    assert (score_of("anna"), score_of("bert")) == (27, 30)
    assert scored_events() == [("anna", 0, 27), ("bert", 0, 30)]
    change(actor, vip, points=50)
    run_jobs()
    services.archive_rule(actor, vip.pk)
    run_jobs()
    assert (score_of("anna"), score_of("bert")) == (7, 30)
    assert scored_events()[2:] == [("anna", 27, 57), ("anna", 57, 7)]
    of_vip = [(points, cause) for name, points, cause in ledger_of("anna") if name == "VIP"]
    assert of_vip == [(20, "tag vip"), (-20, "rules changed"), (50, "tag vip"), (-50, "rules changed")]


def test_a_job_that_dies_between_two_chunks_goes_on_and_gives_nothing_twice(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescoring, "BATCH", 1)
    for name in ("anna", "bert", "carl"):
        contacts.upsert_contact(actor, {"username": name, "tags": ["vip"]})
    vip = rule(actor, "VIP", "tag", "vip")
    runner.run_due(seconds=0)
    after_change = ledger.after_change

    def breaking(*arguments: Any) -> Any:
        after_change(*arguments)
        raise RuntimeError("the worker dies")

    with monkeypatch.context() as broken:
        broken.setattr(ledger, "after_change", breaking)
        runner.run_due()
    assert ScoreEntry.unscoped.count() == 1
    Job.unscoped.update(next_run_at=Job.unscoped.get().created_at)
    change(actor, vip, points=15)  # while the first job is at work
    run_jobs()
    assert [score_of(name) for name in ("anna", "bert", "carl")] == [15, 15, 15]
    assert [len(ledger_of(name)) for name in ("anna", "bert", "carl")] == [3, 1, 1]


def test_chunks_that_fail_get_smaller_and_a_job_that_failed_is_followed_by_another(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"user{number}" for number in range(8)]
    for name in names:
        contacts.upsert_contact(actor, {"username": name, "tags": ["vip"]})
    with clock.simulated(NOON) as time:
        monkeypatch.setattr(rescoring, "BATCH", 16)
        rules = [rule(actor, name, "tag", "vip", 1) for name in ("One", "Two")]
        sizes: list[int] = []
        after_change = ledger.after_change

        def limited(people: Any, *arguments: Any) -> Any:
            sizes.append(len(people))
            if len(people) > limit:
                raise RuntimeError("the transaction takes too long")
            return after_change(people, *arguments)

        monkeypatch.setattr(ledger, "after_change", limited)
        limit = 2
        for _ in range(4):
            runner.run_due(seconds=0)
            time.now += timedelta(minutes=10)
        assert sizes == [8, 4, 2, 2]
        limit = 0
        for _ in range(runner.MAX_FAILURES):
            runner.run_due(seconds=0)
            time.now += timedelta(minutes=10)
        failed, following = Job.unscoped.order_by("created_at")
        assert (failed.state, failed.done, following.state, following.total) == ("failed", 4, "queued", 4)
        assert failed.finished_at is not None
        assert following.next_run_at == failed.finished_at + timedelta(hours=1)
        limit = 8
        change(actor, rules[0], points=5)  # not left to the job that waits
        run_jobs()
        assert [score_of(name) for name in names] == [6, 6, 6, 6, 5, 5, 5, 5]
        time.now += timedelta(hours=1)
        run_jobs()
        assert [score_of(name) for name in names] == [6] * 8


def test_stages_that_messages_lead_to_give_the_same_points_at_once_and_after_a_change(
    actor: Actor, account: Account
) -> None:
    with clock.simulated(NOON) as time:
        for on in ("contacted", "replied"):
            rule(actor, on, "stage", on, 10)
        run_jobs()
        receive(account, "anna", "stop")
        receive(account, "bert", at=NOON - timedelta(days=1))
        send_message(replace(actor, request_id="req-1"), account_id=account.pk, to="carl", text="Hello")
        time.now += timedelta(minutes=1)
        dispatch.dispatch()
        scores = [score_of(name) for name in ("anna", "bert", "carl")]
        assert scores == [0, 10, 10]
        of_bert = StageChange.unscoped.filter(contact__username_key="bert").exclude(cause="implied")
        assert list(of_bert.values_list("at", flat=True)) == [NOON, NOON]
        carl = Contact.unscoped.get(username="carl")
        assert Event.unscoped.get(type="lead.scored", contact_id=carl.pk).request_id == "req-1"
        entries = ScoreEntry.unscoped.count()
        for each in ScoringRule.unscoped.all():
            rescoring.start(actor, each)
        run_jobs()
        assert [score_of(name) for name in ("anna", "bert", "carl")] == scores
        assert ScoreEntry.unscoped.count() == entries


@pytest.mark.parametrize("number", [1, 12])
def test_scoring_again_takes_as_many_queries_for_any_number_of_contacts(
    actor: Actor, account: Account, django_assert_num_queries: Any, number: int
) -> None:
    for index in range(number):
        contacts.upsert_contact(actor, {"username": f"user{index}", "tags": ["vip"], "stage": "won"})
    for on in ("tag", "reply", "stage", "sequence_completed"):
        rule(actor, on, on, half_life="P1D")
    rule(actor, "silence", "silence", "P1D")
    with django_assert_num_queries(30):
        runner.run_due(seconds=0)


def test_preview_counts_whom_a_rule_would_move_and_changes_nothing(actor: Actor) -> None:
    for name, tags in (("anna", ["vip"]), ("bert", ["vip"]), ("carl", [])):
        contacts.upsert_contact(actor, {"username": name, "tags": tags})
    vip = rule(actor, "VIP", "tag", "vip", 20)
    run_jobs()
    services.adjust_score(actor, Contact.unscoped.get(username="bert").pk, points=-5)
    entries = ScoreEntry.unscoped.count()

    def preview(data: dict[str, Any], **options: Any) -> dict[str, Any]:
        definition = read_definition(actor.workspace, {"name": "VIP", "on": "tag", "points": 20, **data})
        job = services.preview_rule(actor, definition, **options)
        runner.run_due()
        job.refresh_from_db()
        return job.result

    assert preview({"value": "vip", "points": 30}, rule_id=vip.pk) == {"moved": 2, "up": 2, "down": 0}
    assert preview({"value": "vip", "points": -1}, rule_id=vip.pk) == {"moved": 2, "up": 0, "down": 2}
    assert preview({"value": "vip"}, rule_id=vip.pk) == {"moved": 0, "up": 0, "down": 0}
    assert preview({"value": "vip"}, rule_id=vip.pk, archive=True) == {"moved": 2, "up": 0, "down": 2}
    assert preview({"name": "Other", "value": ""}) == {"moved": 2, "up": 2, "down": 0}
    last = Job.unscoped.order_by("-created_at", "-pk")[0]
    bert = Contact.unscoped.get(username="bert")
    assert {"contact_id": bert.pk, "old_score": 15, "new_score": 35} in last.params["sample"]
    assert ScoreEntry.unscoped.count() == entries
    assert CustomField.unscoped.count() == 0
    contacts.erase_contact(actor, bert.pk)
    last.refresh_from_db()
    assert [each["new_score"] for each in last.params["sample"]] == [40]
    assert not any(bert.pk in str(job.params) for job in Job.unscoped.all())
