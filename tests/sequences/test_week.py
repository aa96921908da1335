"""Random weeks of a sequence: what people got, and how their enrollments stand, is what a model of the rules says.

A week is a list of what happens. After each of it the runner and the sender do everything that is due, or the runner
works alone, so that messages wait to be claimed meanwhile. The clock moves by a second before each, by hours, and to
the instant at which a step is due.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, note
from hypothesis import strategies as st

from contacts.models import Contact
from contacts.services import erase_contact
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from messaging.models import Message
from messaging.sending import dispatch
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from sequences import services
from sequences.models import Enrollment
from sequences.running import runner
from sequences.running.schedule import Window, window_to_json
from tests.fuzzing import examples
from tests.sequences import helpers
from tests.sequences.week_model import CONDITION_TAG, STOP_TAG, Model, Person, Stay, Step, Version
from tests.tenants import Tenants

# Thursdays before the nights in which the clocks of Berlin change.
STARTS = [datetime(2026, 3, 26, 6, tzinfo=UTC), datetime(2026, 10, 22, 6, tzinfo=UTC)]
PEOPLE = {"alice": None, "boris": "America/New_York", "carol": "Australia/Lord_Howe"}
MODES = st.sampled_from(["keep_dates", "restart_delay", "only_active_time"])

windows = st.sampled_from(
    [
        None,
        None,
        None,
        Window(frozenset(range(5)), time(9), time(18)),
        Window(frozenset(range(7)), time(22), time(2, 30)),
        Window(frozenset({6}), time(2), time(3)),  # an hour that Berlin skips in spring and repeats in autumn
        Window(frozenset({5, 6}), time(0), time(0)),
    ]
)
hours = st.sampled_from([0, 0, 1, 6, 24, 48])
steps = st.builds(
    Step,
    st.sampled_from("abcd"),
    hours.map(lambda each: timedelta(hours=each)),
    st.sampled_from(["", "", "", "skip", "stop"]),
    st.sampled_from("12"),
)
versions = st.builds(
    Version,
    st.lists(steps, min_size=1, max_size=4, unique_by=lambda step: step.key).map(tuple),
    windows,
    st.sampled_from(["UTC", "Europe/Berlin"]),
    st.sampled_from([timedelta(0), timedelta(0), timedelta(minutes=40)]),
)
people = st.sampled_from(sorted(PEOPLE))
# Whether the runner or the sender comes first after something has happened; or the runner works alone, so that messages
# stay queued until the next time.
FIRST = st.sampled_from(["runner", "sender", "sender", "runner only", "runner only"])
MAY_STAY_QUEUED = {"wait", "wait_until_due", "enroll", "reply", "tag", "opt_out"}
happenings = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 30)),
    st.tuples(st.just("wait_until_due"), st.just(timedelta(0))),
    st.tuples(st.just("wait_until_due"), st.just(timedelta(0))),
    st.tuples(st.just("wait_until_due"), st.just(-timedelta(microseconds=1))),
    st.tuples(st.just("enroll"), people),
    st.tuples(st.just("enroll"), people),
    st.tuples(st.sampled_from(["reply", "opt_out", "erase", "pause_one", "stop_one"]), people),
    st.tuples(st.just("tag"), people, st.sampled_from([STOP_TAG, CONDITION_TAG])),
    st.tuples(st.just("pause")),
    st.tuples(st.just("resume"), MODES),
    st.tuples(st.just("resume"), MODES),
    st.tuples(st.just("resume_one"), people, MODES),
    st.tuples(st.just("publish"), versions, st.booleans()),
)


class Week:
    """Does everything twice: in the product, and in the model. Whatever is not allowed must be refused."""

    def __init__(self, tenants: Tenants, version: Version, time: clock.SimulatedClock) -> None:
        self.time = time
        # More than anybody can need, for who waits for a slot is another matter.
        self.account = tenants.sandbox(daily_limit=10_000)
        self.by = helpers.actor(tenants.workspace)
        self.sequence = helpers.create(self.account, **self._members(version))
        self.model = Model(version)
        self.persons = {name: self._person(name) for name in PEOPLE}
        self.seen: set[str] = set()
        self.sent: list[tuple[str, str]] = []
        self.received = 0

    def _members(self, version: Version) -> dict[str, Any]:
        condition = {"field": "tag", "op": "is", "value": CONDITION_TAG}
        return {
            "stop_on": ["reply", f"tag:{STOP_TAG}"],
            "time_zone": version.zone,
            "window": window_to_json(version.window),
            "jitter": f"PT{version.jitter // timedelta(minutes=1)}M",
            "steps": [
                {
                    "id": step.key,
                    "delay": f"PT{step.delay // timedelta(hours=1)}H",
                    "text": f"{step.key} {step.text}",
                    "condition": condition if step.if_not else None,
                    "if_not": step.if_not or "skip",
                }
                for step in version.steps
            ],
        }

    def _person(self, name: str) -> Person:
        zone = PEOPLE[name]
        contact = helpers.contact(self.by.workspace, name, **({"time_zone": zone} if zone else {}))
        return Person(name, contact.pk, zone)

    def do(self, name: str, *arguments: Any, first: str = "runner") -> None:
        self.time.now += timedelta(seconds=1)
        # There is nothing to do with those who are erased.
        if arguments and (person := self.persons.get(str(arguments[0]))) is not None:
            if not person.erased:
                getattr(self, name)(person, *arguments[1:])
        else:
            getattr(self, name)(*arguments)
        if first == "runner only" and name in MAY_STAY_QUEUED:
            runner.run_due()
            self.model.make_messages(self.time.now)
        else:
            # A message that waits must be refused at its claim alike, which comes before the runner then.
            if first == "sender":
                dispatch.dispatch()
            helpers.work()
            self.model.work(self.time.now)
        self.check()

    def refused(self, code: str, service: Any, *arguments: Any, **options: Any) -> None:
        before = list(Enrollment.unscoped.order_by("pk").values())
        with pytest.raises(DomainError) as refusal, transaction.atomic():
            service(self.by, *arguments, **options)
        assert refusal.value.code == code
        assert list(Enrollment.unscoped.order_by("pk").values()) == before

    # --- What happens -----------------------------------------------------------------------------------------------
    def wait(self, hours: int) -> None:
        self.time.now += timedelta(hours=hours)

    def wait_until_due(self, offset: timedelta) -> None:
        """Until the next step of somebody is due, or a moment before that."""
        due_at = self.model.next_due_at(self.time.now)
        if due_at is not None:
            self.time.now = max(self.time.now, due_at + offset)

    def enroll(self, person: Person) -> None:
        call = (services.enroll_contact, self.sequence.pk)
        if self.model.paused_at is not None:
            self.refused("sequence_not_active", *call, contact_id=person.id)
        elif person.opted_out:
            self.refused("contact_opted_out", *call, contact_id=person.id)
        elif self.model.open_stay(person) is not None:
            self.refused("already_enrolled", *call, contact_id=person.id)
        else:
            enrollment = services.enroll_contact(self.by, self.sequence.pk, contact_id=person.id)
            self.model.enroll(person, self.time.now).id = enrollment.pk

    def reply(self, person: Person) -> None:
        self.received += 1
        receive(self.account, Incoming(self.received, f"Hello {self.received}", self.time.now, username=person.name))
        person.last_in = self.time.now
        self.model.changed(person)

    def opt_out(self, person: Person) -> None:
        helpers.edit(Contact.unscoped.get(pk=person.id), opted_out=True)
        if not person.opted_out:
            person.opted_out = True
            self.model.changed(person)

    def tag(self, person: Person, tag: str) -> None:
        helpers.tag(Contact.unscoped.get(pk=person.id), tag)
        if tag not in person.tags:
            person.tags.add(tag)
            self.model.changed(person)

    def erase(self, person: Person) -> None:
        erase_contact(self.by, person.id)
        self.model.erase(person)

    def pause(self) -> None:
        if self.model.paused_at is not None:
            self.refused("invalid_state", services.pause_sequence, self.sequence.pk)
            return
        services.pause_sequence(self.by, self.sequence.pk)
        self.model.paused_at = self.time.now

    def resume(self, mode: str) -> None:
        if self.model.paused_at is None:
            self.refused("invalid_state", services.resume_sequence, self.sequence.pk, mode=mode)
            return
        services.resume_sequence(self.by, self.sequence.pk, mode=mode)
        self.model.resume(mode, self.time.now)

    def pause_one(self, person: Person) -> None:
        stay = self.model.open_stay(person)
        if stay is None:
            return
        if stay.status == "paused":
            self.refused("invalid_state", services.pause_enrollment, stay.id)
            return
        services.pause_enrollment(self.by, stay.id)
        stay.status, stay.paused_at = "paused", self.time.now

    def resume_one(self, person: Person, mode: str) -> None:
        stay = self.model.open_stay(person)
        if stay is None:
            return
        if stay.status == "active":
            self.refused("invalid_state", services.resume_enrollment, stay.id, mode=mode)
            return
        services.resume_enrollment(self.by, stay.id, mode=mode)
        self.model.resume_stay(stay, mode, self.time.now)

    def stop_one(self, person: Person) -> None:
        stay = self.model.open_stay(person)
        if stay is not None:
            services.stop_enrollment(self.by, stay.id)
            stay.end("stopped", "manual")

    def publish(self, version: Version, move: bool) -> None:
        helpers.publish(self.sequence, self.account, move_people=move, **self._members(version))
        self.model.publish(version, move=move)

    # --- What must be true ------------------------------------------------------------------------------------------
    def check(self) -> None:
        """The product has sent what the model has, to the same people, and the enrollments stand where they stand."""
        rows = Message.unscoped.filter(direction="out", status="sent").exclude(pk__in=self.seen)
        for message in rows.select_related("contact").order_by("sent_at", "id"):
            assert message.contact is not None
            self.seen.add(message.pk)
            self.sent.append((message.contact.username, message.text))
        assert sorted(self.sent) == sorted(self.model.sent)
        enrollments = Enrollment.unscoped.in_bulk([stay.id for stay in self.model.stays])
        assert len(enrollments) == Enrollment.unscoped.count()
        for stay in self.model.stays:
            assert standing(enrollments[stay.id]) == expected(stay), stay

    def finish(self) -> None:
        """Everything goes on, for as long as the longest sequence and window take: nobody is left in it."""
        if self.model.paused_at is not None:
            self.do("resume", "keep_dates")
        for name, person in self.persons.items():
            stay = self.model.open_stay(person)
            if stay is not None and stay.status == "paused":
                self.do("resume_one", name, "keep_dates")
        for _ in range(len(self.model.stays) * 8):
            if not any(stay.is_open for stay in self.model.stays):
                break
            self.do("wait_until_due", timedelta(0))
        assert Enrollment.unscoped.filter(status__in=["active", "paused"]).count() == 0


def standing(row: Enrollment) -> tuple[str, str, str]:
    """Status, where the enrollment has got to, and why it ended."""
    return row.status, row.step_key if row.ended_at is None else "", row.reason if row.ended_at is not None else ""


def expected(stay: Stay) -> tuple[str, str, str]:
    return stay.status, (stay.step or "") if stay.is_open else "", stay.reason


@pytest.fixture
def errors(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The runner logs an enrollment that it cannot work on and goes on with the others: here that is a failure."""
    with caplog.at_level(logging.ERROR):
        yield
    assert [record.getMessage() for record in caplog.records if record.name.startswith("crmsolid")] == []


@pytest.mark.django_db
@pytest.mark.usefixtures("errors")
@examples(15)
@given(
    start=st.sampled_from(STARTS),
    version=versions,
    week=st.lists(st.tuples(FIRST, happenings), min_size=8, max_size=40),
)
def test_everybody_gets_each_step_once_at_its_time_and_nothing_after_a_stop(
    tenants: Tenants, start: datetime, version: Version, week: list[tuple[str, tuple[Any, ...]]]
) -> None:
    with transaction.atomic(), clock.simulated(start) as time:
        played = Week(tenants, version, time)
        for name in PEOPLE:
            played.do("enroll", name, first="runner only")
        for first, happening in week:
            note(f"{time.now:%a %H:%M:%S} {first}: {happening}")
            played.do(*happening, first=first)
        played.finish()
        transaction.set_rollback(True)
