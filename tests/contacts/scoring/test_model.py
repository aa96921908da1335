"""Whatever happens in whatever order, scores are what the rules give for it, once."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from contacts import services as contacts
from contacts.models import Contact, ScoreEntry, ScoringRule
from contacts.scoring import points, rescoring, services, sweep
from contacts.scoring.models import EntryKind
from crmsolid.core import clock
from crmsolid.jobs import runner
from messaging.models import Account
from tests.contacts.scoring.helpers import NOON, change, receive, rule, run_jobs, sums
from tests.fuzzing import examples
from tests.tenants import Tenants

PEOPLE = ("anna", "bert")
TAGS = ("a", "b", "c", "d")
STAGES = ("qualified", "won")

person, tag, stage = st.sampled_from(PEOPLE), st.sampled_from(TAGS), st.sampled_from(STAGES)
size = st.sampled_from([5, -30, 40])
names, times = st.sampled_from(["t", "s", "r"]), st.sampled_from(["each", "once"])
caps, half_lives = st.sampled_from([7, None, 50]), st.sampled_from([None, "P1D"])
actions = st.one_of(
    st.tuples(st.just("tag"), person, tag),
    st.tuples(st.just("stage"), person, stage),
    st.tuples(st.just("reply"), person),
    st.tuples(st.just("manual"), person, size),
    st.tuples(st.just("change"), names, size, times, caps, half_lives),
    st.tuples(st.just("archive"), names),
    st.tuples(st.just("chunk")),
    st.tuples(st.just("sweep")),
    st.tuples(st.just("wait"), st.sampled_from([1, 30])),
)
TRIGGERS = {"t": ("tag", ""), "s": ("stage", ""), "r": ("reply", "")}

# What happened: the trigger, who, what tells it apart, when.
Happened = set[tuple[str, str, str, date]]


class World:
    """Does what the actions say, and notes what happened."""

    def __init__(self, tenants: Tenants, account: Account, time: clock.SimulatedClock) -> None:
        self.actor, self.account, self.time = tenants.actor(), account, time
        self.happened: Happened = set()
        self.ids = {name: contacts.upsert_contact(self.actor, {"username": name}).contact.id for name in PEOPLE}

    def note(self, trigger: str, name: str) -> None:
        self.happened.add((trigger, name, str(clock.now()), clock.now().date()))

    def do(self, action: str, *arguments: Any) -> None:
        self.time.now += timedelta(seconds=1)
        getattr(self, action)(*arguments)

    def tag(self, name: str, tag: str) -> None:
        before = contacts.get_contact(self.actor, self.ids[name])
        contacts.tag_contact(self.actor, self.ids[name], add=[tag])
        if tag not in before.tags:
            self.note("t", name)

    def stage(self, name: str, stage: str) -> None:
        before = contacts.get_contact(self.actor, self.ids[name]).contact.stage
        contacts.update_contact(self.actor, self.ids[name], {"stage": stage})
        if before != stage:
            self.note("s", name)

    def reply(self, name: str) -> None:
        before = contacts.get_contact(self.actor, self.ids[name]).contact.stage
        receive(self.account, name)
        self.note("r", name)
        if before in ("new", "contacted"):
            self.note("s", name)

    def manual(self, name: str, points: int) -> None:
        services.adjust_score(self.actor, self.ids[name], points=points)

    def change(self, name: str, points: int, times: str, daily_cap: int | None, half_life: str | None) -> None:
        on, value = TRIGGERS[name]
        more: dict[str, Any] = {"points": points, "times": times, "daily_cap": daily_cap, "half_life": half_life}
        existing = ScoringRule.unscoped.filter(name=name, archived_at=None).first()
        if existing is None:
            rule(self.actor, name, on, value, **more)
        else:
            change(self.actor, existing, **more)

    def archive(self, name: str) -> None:
        existing = ScoringRule.unscoped.filter(name=name, archived_at=None).first()
        if existing is not None:
            services.archive_rule(self.actor, existing.pk)

    def chunk(self) -> None:
        runner.run_due(seconds=0)

    def sweep(self) -> None:
        sweep.run_due()

    def wait(self, hours: int) -> None:
        self.time.now += timedelta(hours=hours)

    def expected(self, scored_by: ScoringRule, name: str) -> int:
        """What the rule gives this person, by a model of its own: of each day at most the cap."""
        days = sorted(day for trigger, who, _, day in self.happened if (trigger, who) == (scored_by.name, name))
        days = days[:1] if scored_by.times == "once" else days
        cap = scored_by.daily_cap or 10_000
        total = sum(min(cap, days.count(day) * abs(scored_by.points)) for day in set(days))
        return total if scored_by.points > 0 else -total


def given_by(scored_by: ScoringRule, contact_id: str, *kinds: EntryKind) -> list[ScoreEntry]:
    rows = ScoreEntry.unscoped.filter(rule=scored_by, contact_id=contact_id, kind__in=kinds)
    return list(rows.filter(rule_version=scored_by.version))


def check(world: World) -> None:
    for scored_by in ScoringRule.unscoped.all():
        for name, contact_id in world.ids.items():
            awards = given_by(scored_by, contact_id, EntryKind.AWARD)
            entries = given_by(scored_by, contact_id, *EntryKind)
            of_all_versions = ScoreEntry.unscoped.filter(rule=scored_by, contact_id=contact_id)
            assert sum(each.points for each in of_all_versions) == sum(each.points for each in entries)
            if scored_by.archived_at is not None:
                assert entries == []
                continue
            assert sum(each.points for each in awards) == world.expected(scored_by, name)
            left = [
                each.points
                if scored_by.half_life is None
                else points.decayed(each.points, each.occurred_at, scored_by.half_life, clock.now())
                for each in awards
            ]
            assert sum(each.points for each in entries) == sum(left)
    assert dict(Contact.unscoped.values_list("username_key", "score")) == sums(PEOPLE)


@pytest.mark.django_db
@examples(15)
@given(
    rules=st.tuples(*(st.tuples(st.just("change"), st.just(name), size, times, caps, half_lives) for name in TRIGGERS)),
    plan=st.lists(actions, min_size=15, max_size=30),
)
def test_scores_are_what_the_rules_give_however_calls_jobs_and_sweeps_interleave(
    tenants: Tenants, monkeypatch: pytest.MonkeyPatch, rules: tuple[Any, ...], plan: list[tuple[Any, ...]]
) -> None:
    monkeypatch.setattr(rescoring, "BATCH", 1)
    with transaction.atomic(), clock.simulated(NOON) as time:
        world = World(tenants, tenants.sandbox(), time)
        for action in (*rules, *plan):
            world.do(*action)
            scores = dict(Contact.unscoped.values_list("username_key", "score"))
            assert scores == sums(PEOPLE)
        time.now += timedelta(minutes=1)
        run_jobs()
        sweep.run_due()
        check(world)
        entries = ScoreEntry.unscoped.count()
        for each in ScoringRule.unscoped.all():
            rescoring.start(world.actor, each)
        run_jobs()
        sweep.run_due()
        assert ScoreEntry.unscoped.count() == entries
        transaction.set_rollback(True)
