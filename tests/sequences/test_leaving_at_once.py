"""People opt out, write back and are erased while many threads enroll them and run their steps."""

import itertools
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from threading import Event
from typing import Any

import pytest

from contacts.erasing.finding import find
from contacts.models import Contact
from crmsolid.core import clock
from crmsolid.events.positions import assign_positions
from messaging.models import Account, Message, SandboxDelivery
from messaging.sending import dispatch
from sequences.models import Enrollment, StepRun
from sequences.running import runner
from tests.sequences.helpers import contact, create, work, write_in
from tests.tenants import Api, Tenants
from tests.threads import run_together
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = [{"id": step, "text": f"{{name}}, {step}"} for step in ("hello", "again", "last")]
# Of each of these, so many.
PEOPLE = 10


@pytest.fixture
def no_errors(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing is logged as an error, which is what the engine and the API do with a deadlock."""
    yield
    assert [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.ERROR] == []


class Crowd:
    """Threads that call the API about the same people at once. ``statuses`` are what the calls were answered, ``left``
    is when the answer to somebody's opt-out or erasure was there."""

    def __init__(self, tenants: Tenants, account: Account) -> None:
        self.tenants, self.account = tenants, account
        self.sequences = [create(account, name=name, steps=STEPS) for name in ("Welcome", "News")]
        names = [f"{number:03}" for number in range(4 * PEOPLE)]
        self.people = [contact(account.workspace, f"zebra{name}", name=f"Quagga{name}") for name in names]
        self.staying, self.opting_out, self.stopping, self.erased = (self.people[first::4] for first in range(4))
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.left: dict[str, datetime] = {}
        self.ended = Event()

    def _call(self, api: Api, method: str, path: str, body: Any = None) -> int:
        answer = getattr(api, method)(path, body) if method != "delete" else api.delete(path)
        self.statuses[f"{method} {path.split('/')[2]}", answer.status_code] += 1
        return int(answer.status_code)

    def enroll(self, sequence: int, step: int) -> None:
        """Enroll everybody, again and again, until all who leave have left."""
        api, path = Api(self.tenants.key()), f"/v1/sequences/{self.sequences[sequence].pk}/enroll"
        while not self.ended.is_set():
            for person in self.people[::step]:
                self._call(api, "post", path, {"contact_id": person.pk})

    def change(self) -> None:
        """Change people, which wakes their enrollments."""
        api = Api(self.tenants.key())
        for number in itertools.count():
            for person in self.people:
                if self.ended.is_set():
                    return
                self._call(api, "patch", f"/v1/contacts/{person.pk}", {"stage": ("new", "won")[number % 2]})

    def _in_turn(self, people: list[Contact]) -> Iterator[Contact]:
        """These people; each other one once there is a message for them, which is then claimed, sent or settled."""
        for number, person in enumerate(people):
            if number % 2:
                wait_until(partial(self._has_a_message, person), "somebody has a message")
            yield person

    def _has_a_message(self, person: Contact) -> bool:
        is_there = Contact.unscoped.filter(pk=person.pk).exists()
        return not is_there or Message.unscoped.filter(contact=person).exists()

    def opt_out(self) -> None:
        api = Api(self.tenants.key())
        for person in self._in_turn(self.opting_out):
            assert self._call(api, "patch", f"/v1/contacts/{person.pk}", {"opted_out": True}) == 200
            self.left[person.pk] = clock.now()

    def write_stop(self) -> None:
        for person in self._in_turn(self.stopping):
            write_in(self.account, person, "STOP")
            self.left[person.pk] = clock.now()

    def erase(self, people: list[Contact]) -> None:
        api = Api(self.tenants.key())
        for person in self._in_turn(people):
            assert self._call(api, "delete", f"/v1/contacts/{person.pk}") in (204, 404)
            self.left.setdefault(person.pk, clock.now())

    def work(self) -> None:
        while not self.ended.is_set():
            runner.run_due(seconds=1)
            dispatch.dispatch(seconds=1)
            assign_positions()

    def until_all_have_left(self, calls: list[Callable[[], None]]) -> Callable[[], None]:
        def run() -> None:
            try:
                run_together(calls)
            finally:
                self.ended.set()

        return run


def test_nobody_who_left_is_written_to_and_nothing_of_the_erased_is_left(tenants: Tenants, no_errors: None) -> None:
    crowd = Crowd(tenants, tenants.sandbox(daily_limit=10_000))
    erasing = [partial(crowd.erase, people) for people in (crowd.erased, crowd.erased[::-1])]
    leaving: list[Callable[[], None]] = [crowd.opt_out, crowd.write_stop, *erasing]
    enrolling = [partial(crowd.enroll, sequence, step) for sequence in (0, 1) for step in (1, -1)]
    others: list[Callable[[], None]] = [*enrolling, crowd.change, crowd.work, crowd.work, crowd.work]
    run_together([crowd.until_all_have_left(leaving), *others])
    work()
    assert [key for key in crowd.statuses if key[1] >= 500] == []
    made = Message.unscoped.filter(direction="out", contact__in=crowd.left).values_list("contact_id", "created_at")
    assert [contact_id for contact_id, at in made if at > crowd.left[contact_id]] == []
    open_for = Enrollment.unscoped.filter(status__in=("active", "paused"))
    assert not open_for.filter(contact__in=crowd.left).exists() and not open_for.filter(contact=None).exists()
    for person in crowd.erased:
        for identity in (f"@{person.username}", person.name):  # rows that stay have the id alone
            assert [(identity, hit.table, hit.column) for hit in find(identity).found] == []
    assert_counts_agree(crowd)


def assert_counts_agree(crowd: Crowd) -> None:
    """Each message is of one step, each step of an enrollment went out once, and who stays has got all of them as often
    as they completed a sequence."""
    sent = Message.unscoped.filter(direction="out", status="sent")
    steps_sent = StepRun.unscoped.filter(outcome="sent", message__isnull=False)
    assert SandboxDelivery.unscoped.count() == sent.count() == steps_sent.count()
    keys = list(StepRun.unscoped.values_list("enrollment_id", "step_key"))
    assert len(keys) == len(set(keys))
    assert Enrollment.unscoped.count() == crowd.statuses["post sequences", 201]
    for person in crowd.staying:
        statuses = Counter(Enrollment.unscoped.filter(contact=person).values_list("status", flat=True))
        assert set(statuses) <= {"completed"}
        assert sent.filter(contact=person).count() == len(STEPS) * statuses["completed"]
