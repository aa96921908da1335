"""Every report is what a plain count of what happened says, before and after contacts are erased."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from hypothesis import given
from hypothesis import strategies as st

from contacts import stages
from contacts.models import Contact, Stage, StageChange
from contacts.services import erase_contact
from crmsolid.core.clock import rfc3339
from crmsolid.core.sql.bulk import run
from crmsolid.workspaces.services import update_workspace
from messaging.broadcasts.models import Broadcast, Recipient
from messaging.models import Account, Message, Thread
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from sequences.models import Enrollment, Sequence, SequenceVersion, Step, StepRun
from tests.fuzzing import examples
from tests.tenants import Api, Tenants

# Around the change to summer time in Europe and to that in America, in whole hours: so many of them are boundaries.
START = datetime(2026, 3, 6, 20, tzinfo=UTC)
HOURS = 24 * 30
ZONES = ("UTC", "Europe/Berlin", "America/New_York")
CONTACTS, ACCOUNTS = 3, 2
STEPS = ("hello", "again")


def hour(number: int) -> datetime:
    return START + timedelta(hours=number)


@dataclass(frozen=True)
class Sent:
    """A message of one of these accounts to one of the contacts, settled in this hour, and the answers to it: hours
    after it, whether a machine wrote it, whether it opts out. ``source`` is the step, ``broadcast`` or ``direct``."""

    account: int
    contact: int
    source: str
    status: str
    at: int
    answers: tuple[tuple[int, bool, bool], ...]


answers = st.tuples(st.integers(1, 200), st.booleans(), st.booleans())
messages = st.builds(
    Sent,
    account=st.integers(0, ACCOUNTS - 1),
    contact=st.integers(0, CONTACTS - 1),
    source=st.sampled_from(["direct", "broadcast", *STEPS]),
    status=st.sampled_from(["sent", "sent", "sent", "failed", "canceled"]),
    at=st.integers(0, HOURS),
    answers=st.lists(answers, max_size=2, unique_by=lambda answer: answer[0]).map(tuple),
)


class World:
    """The rows of these messages, as the product would have written them."""

    def __init__(self, tenants: Tenants, sent: list[Sent]) -> None:
        self.workspace = tenants.workspace
        common = {"workspace": self.workspace}
        self.accounts = [tenants.sandbox(name=f"Account {number}") for number in range(ACCOUNTS)]
        self.contacts = [
            Contact.unscoped.create(**common, username=f"user_{number}", username_key=f"user_{number}")
            for number in range(CONTACTS)
        ]
        self.sequence = Sequence.unscoped.create(**common, name="Welcome", status="active", version=1)
        self.version = SequenceVersion.unscoped.create(**common, sequence=self.sequence, number=1)
        for position, key in enumerate(STEPS):
            step = Step(**common, version=self.version, position=position, key=key, delay=timedelta(0), text="Hello")
            step.save()
        self.broadcasts: dict[int, str] = {}
        for number, each in enumerate(sent):
            self._add(number, each)

    def _add(self, number: int, each: Sent) -> None:
        account, contact, at = self.accounts[each.account], self.contacts[each.contact], hour(each.at)
        common = {"workspace": self.workspace}
        thread, _ = Thread.unscoped.get_or_create(account=account, contact=contact, defaults=common)
        source = "sequence" if each.source in STEPS else each.source
        message = Message(**common, account=account, contact=contact, thread=thread, direction="out", source=source)
        message.status, message.eta, message.created_at = each.status, at, at
        if each.status == "sent":
            message.sent_at, message.telegram_message_id = at, 1000 * (number + 1)
        message.save()
        if source == "sequence":
            enrollment = Enrollment(**common, sequence=self.sequence, version=self.version, contact=contact)
            enrollment.status, enrollment.anchor_at, enrollment.ended_at = "completed", at, at
            enrollment.save()
            run = StepRun(**common, enrollment=enrollment, version=self.version, step_key=each.source, message=message)
            run.outcome, run.settled_at, run.handled = each.status, at, True
            run.save()
        if source == "broadcast":
            broadcast = Broadcast.unscoped.create(**common, name=f"News {number}", text="News", status="draft")
            self.broadcasts[number] = broadcast.pk
            row = Recipient(**common, broadcast=broadcast, contact=contact, account=account, message=message)
            row.status, row.settled_at = each.status, at
            row.save()
        for hours, automatic, opts_out in each.answers if each.status == "sent" else ():
            self._answer(account, contact, message, at + timedelta(hours=hours), automatic, opts_out)

    def add_stage_changes(self, added: list[tuple[int, str]], moves: list[tuple[int, str, int]]) -> None:
        """Contacts are added in these hours and stages, and come to stages so many hours later."""
        StageChange.unscoped.all().delete()  # of the messages, which came at the real time
        for contact, (at, stage) in zip(self.contacts, added, strict=False):
            contact.created_at, contact.stage = hour(at), stage
            contact.save()
            stages.added([contact], "rest")
        for number, stage, hours in moves:
            if number < len(added):
                contact = self.contacts[number]
                contact.stage = stage
                stages.changed([(contact, "new", hour(added[number][0] + hours))], "rest")

    def _answer(
        self, account: Account, contact: Contact, message: Message, at: datetime, automatic: bool, opts_out: bool
    ) -> None:
        assert message.telegram_message_id is not None
        self.incoming = getattr(self, "incoming", 0) + 1
        incoming = Incoming(
            telegram_message_id=1_000_000 + self.incoming,
            text="Stop!" if opts_out else "Hi",
            at=at,
            username=contact.username,
            reply_to=message.telegram_message_id,
            is_automatic=automatic,
        )
        assert receive(account, incoming) is not None


def outcomes(rows: list[Sent]) -> dict[str, Any]:
    """What came of these messages."""
    sent = [each for each in rows if each.status == "sent"]
    replied = sum(any(not automatic for _, automatic, _ in each.answers) for each in sent)
    quotient = replied / len(sent) if sent else None
    of = "messages sent in the period"
    return {
        "sent": len(sent),
        "failed": sum(each.status == "failed" for each in rows),
        "replied": replied,
        "auto_replied": sum(any(automatic for _, automatic, _ in each.answers) for each in sent),
        "opted_out": sum(any(opts_out for _, _, opts_out in each.answers) for each in sent),
        "reply_rate": {"numerator": replied, "denominator": len(sent), "rate": quotient, "of": of},
    }


def expected(world: World, sent: list[Sent], begins: datetime, ends: datetime) -> dict[str, list[dict[str, Any]]]:
    """The reports of the time from ``begins`` on until before ``ends``."""
    inside = [each for each in sent if begins <= hour(each.at) < ends and each.status != "canceled"]
    sequence = {"sequence_id": world.sequence.pk, "name": "Welcome", "version": 1}
    steps = [{**outcomes([each for each in inside if each.source == key]), "step": key} for key in STEPS]
    has_steps = any(each.source in STEPS for each in inside)
    broadcasts = [
        {**outcomes([each]), "broadcast_id": world.broadcasts[number], "name": f"News {number}"}
        for number, each in enumerate(sent)
        if each in inside and number in world.broadcasts
    ]
    accounts = []
    for number, account in enumerate(world.accounts):
        statuses = Counter(each.status for each in inside if each.account == number)
        came = Counter(
            automatic
            for each in sent
            if each.account == number and each.status == "sent"
            for hours, automatic, _ in each.answers
            if begins <= hour(each.at + hours) < ends
        )
        figures = {"sent": statuses["sent"], "failed": statuses["failed"]}
        answered = {"replies": came[False], "auto_replies": came[True]}
        answered["received"] = came[False]
        about = {"account_id": account.pk, "name": account.name, "used_today": 0, "daily_limit": 50}
        accounts.append({**about, **figures, **answered})
    return {
        "sequences": [{**sequence, "steps": steps}] if has_steps else [],
        "broadcasts": broadcasts[::-1],
        "accounts": accounts,
    }


def reached(stage: str) -> list[str]:
    """The stages that somebody who comes to this one has reached."""
    order = ["new", "contacted", "replied", "qualified", "won"]
    return ["new", "lost"] if stage == "lost" else order[: order.index(stage) + 1]


def funnel(
    added: list[tuple[int, str]], moves: list[tuple[int, str, int]], begins: datetime, ends: datetime
) -> list[Any]:
    """The funnel of the time from ``begins`` on until before ``ends``."""
    first: dict[tuple[int, str], int] = {}
    for number, stage, hours in [*((number, stage, 0) for number, (_, stage) in enumerate(added)), *moves]:
        for each in reached(stage) if number < len(added) else ():
            first.setdefault((number, each), hours)
    inside = [number for number, (at, _) in enumerate(added) if begins <= hour(at) < ends]
    stages = []
    for stage in Stage.values:
        came = [added[number][0] + hours for (number, name), hours in first.items() if name == stage]
        taken = sorted(hours for (number, name), hours in first.items() if name == stage and number in inside)
        conversion = {"numerator": len(taken), "denominator": len(inside), "of": "contacts added in the period"}
        middle = taken[(len(taken) - 1) // 2 : len(taken) // 2 + 1]
        stages.append(
            {
                "stage": stage,
                "count": sum(begins <= hour(at) < ends for at in came),
                "conversion": {**conversion, "rate": len(taken) / len(inside) if inside else None},
                "median_days": round(sum(middle) / len(middle) / 24, 2) if middle else None,
            }
        )
    return stages


def check_that_migrations_find_the_answers() -> None:
    """They write the times of the answers into rows that are older than these columns."""
    migrations: dict[Any, str] = {
        StepRun: "sequences.migrations.0005_statistics",
        Recipient: "messaging.migrations.0010_statistics",
    }
    for model, migration in migrations.items():
        rows: QuerySet[Any] = model.unscoped.order_by("pk")
        before = list(rows.values_list("replied_at", "auto_replied_at"))
        rows.update(replied_at=None, auto_replied_at=None)
        run(import_module(migration).FILL)
        assert list(rows.values_list("replied_at", "auto_replied_at")) == before


def boundaries(begins: datetime, ends: datetime, interval: str, zone: ZoneInfo) -> list[datetime]:
    """Where the periods begin: each whole hour is looked at. The end follows."""

    def is_first(at: datetime) -> bool:
        local, before = at.astimezone(zone), (at - timedelta(hours=1)).astimezone(zone)
        new_day = local.date() != before.date()
        return new_day and (interval != "week" or local.weekday() == 0) and (interval != "month" or local.day == 1)

    inside = [begins + timedelta(hours=number) for number in range(1, int((ends - begins) / timedelta(hours=1)))]
    return [begins, *(at for at in inside if is_first(at)), ends]


@examples(12)
@given(
    sent=st.lists(messages, max_size=12),
    span=st.tuples(st.integers(0, HOURS), st.integers(1, HOURS)),
    interval=st.sampled_from(["day", "week", "month"]),
    zone=st.sampled_from(ZONES),
    added=st.lists(st.tuples(st.integers(0, HOURS), st.sampled_from(Stage.values)), max_size=CONTACTS),
    moves=st.lists(
        st.tuples(st.integers(0, CONTACTS - 1), st.sampled_from(Stage.values), st.integers(0, 400)), max_size=8
    ),
    erased=st.sets(st.integers(0, CONTACTS - 1)),
)
def test_reports_are_those_of_a_plain_count_and_outlast_an_erasure(
    tenants: Tenants,
    sent: list[Sent],
    span: tuple[int, int],
    interval: str,
    zone: str,
    added: list[tuple[int, str]],
    moves: list[tuple[int, str, int]],
    erased: set[int],
) -> None:
    with transaction.atomic():
        world = World(tenants, sent)
        world.add_stage_changes(added, moves)
        check_that_migrations_find_the_answers()
        update_workspace(tenants.actor(), name="Acme", time_zone=zone)
        client = Api(tenants.key())
        begins, ends = hour(span[0]), hour(span[0] + span[1])
        limits = boundaries(begins, ends, interval, ZoneInfo(zone))
        for after_erasure in (False, True):
            if after_erasure:
                for number in erased:
                    erase_contact(tenants.actor(), world.contacts[number].pk)
            query = {"from": rfc3339(begins), "to": rfc3339(ends), "interval": interval}
            answer = client.get("/v1/analytics/funnel", query).json()
            assert answer["stages"] == funnel(added, moves, begins, ends)
            assert [(each["from"], each["stages"]) for each in answer["series"]] == [
                (rfc3339(start), funnel(added, moves, start, end))
                for start, end in zip(limits, limits[1:], strict=False)
            ]
            for report in ("sequences", "broadcasts", "accounts"):
                answer = client.get(f"/v1/analytics/{report}", query).json()
                assert answer["data"] == expected(world, sent, begins, ends)[report]
                assert answer["series"] == [
                    {"from": rfc3339(start), "to": rfc3339(end), "data": expected(world, sent, start, end)[report]}
                    for start, end in zip(limits, limits[1:], strict=False)
                ]
        transaction.set_rollback(True)
