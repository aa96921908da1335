"""Two months of conversations, stages and a sequence for the reports of the demo: rows, without the services."""

import random
from datetime import datetime, timedelta
from typing import Any

FIRST = (
    "Nora",
    "Lukas",
    "Meera",
    "Paulo",
    "Ingrid",
    "Tariq",
    "Elise",
    "Hugo",
    "Sofia",
    "Aiko",
    "Ivan",
    "Carmen",
    "Felix",
)
LAST = ["Almeida", "Berg", "Chandra", "Duarte", "Ekström", "Farouk"]
# How many of a hundred customers write in an hour of a working day, from 7:00 on.
HOURS = (3, 9, 22, 26, 30, 16, 14, 20, 27, 22, 14, 8, 6, 4, 2)
DAYS = 60
# By member: how many minutes the median answer takes.
PACE = (5, 7, 16)
STAGES = ("new", "contacted", "replied", "qualified", "won")
SHARE_OF_STAGE = (1, 0.85, 0.5, 0.45, 0.3)


def fill_months(workspace: Any, accounts: list[Any], team: list[Any], sequence_id: str) -> None:
    chance = random.Random(7)
    now = _now()
    contacts = _contacts(workspace, now, chance)
    threads = _threads(workspace, accounts, contacts)
    _conversations(workspace, threads, team, now, chance)
    _stages(workspace, contacts, chance)
    _enrollments(workspace, accounts[0], sequence_id, threads, chance)


def _now() -> datetime:
    from crmsolid.core import clock

    return clock.now()


def _contacts(workspace: Any, now: datetime, chance: random.Random) -> list[Any]:
    from contacts.models import Contact

    names = [f"{first} {last}" for last in LAST for first in FIRST]
    rows = []
    for number, name in enumerate(names):
        # More of them in the second month.
        at = now - timedelta(days=DAYS * (1 - (number / len(names)) ** 0.8), minutes=chance.randrange(600))
        username = name.lower().replace(" ", "_").replace("ö", "o")
        columns = {"name": name, "username": username, "username_key": username, "search": f"{name} {username}".lower()}
        rows.append(Contact(workspace=workspace, **columns, created_at=at, updated_at=at))
    return Contact.unscoped.bulk_create(rows)


def _threads(workspace: Any, accounts: list[Any], contacts: list[Any]) -> list[Any]:
    from messaging.models import Thread

    return Thread.unscoped.bulk_create(
        Thread(
            workspace=workspace,
            account=accounts[number % len(accounts)],
            contact=contact,
            created_at=contact.created_at,
            last_message_at=contact.created_at,
            closed_at=contact.created_at,
        )
        for number, contact in enumerate(contacts)
    )


def _conversations(workspace: Any, threads: list[Any], team: list[Any], now: datetime, chance: random.Random) -> None:
    """A question and its answer, again and again."""
    from messaging.models import Episode, Message, WrittenMessage

    messages, written, episodes, known = [], [], [], set()
    for day in range(DAYS, -1, -1):
        midnight = (now - timedelta(days=day)).replace(hour=0, minute=0, second=0, microsecond=0)
        is_weekend = midnight.weekday() > 4
        for hour, share in enumerate(HOURS, 7):
            for _ in range(round(share * (0.2 if is_weekend else 1) * chance.uniform(0.05, 0.2) * (1.2 - day / 150))):
                at = midnight + timedelta(hours=hour, seconds=chance.randrange(3600))
                thread = chance.choice(threads)
                if not thread.created_at < at < now - timedelta(hours=3):
                    continue
                common = {"workspace": workspace, "account_id": thread.account_id, "thread": thread}
                common |= {"contact_id": thread.contact_id, "rendered": True}
                asked = {"direction": "in", "status": "received", "text": "Could you help me with this?"}
                messages.append(Message(**common, **asked, created_at=at, sent_at=at))
                member = chance.choice((0, 0, 1, 1, 2))
                waited = timedelta(minutes=PACE[member] * chance.lognormvariate(0, 0.9) * (1 + day / 90))
                then = {"created_at": at + waited, "sent_at": at + waited, "eta": at + waited}
                answer = Message(**common, **then, direction="out", status="sent", text="Of course, here is how.")
                messages.append(answer)
                seconds = round(waited.total_seconds())
                row = {"message": answer, "author": team[member], "via": "panel", "at": at + waited, "waited": seconds}
                closed = at + waited + timedelta(minutes=20 * chance.lognormvariate(0, 1))
                episode = Episode(
                    workspace=workspace,
                    thread=thread,
                    account_id=thread.account_id,
                    is_first=thread.pk not in known,
                    opened_at=at,
                    first_answer_at=at + waited,
                    first_answer_by=team[member],
                    first_answer_via="panel",
                    closed_at=closed,
                    closed_by=team[member],
                )
                known.add(thread.pk)
                episodes.append(episode)
                written.append(WrittenMessage(workspace=workspace, episode=episode, **row))
    Message.unscoped.bulk_create(messages)
    Episode.unscoped.bulk_create(episodes)
    WrittenMessage.unscoped.bulk_create(written)


def _stages(workspace: Any, contacts: list[Any], chance: random.Random) -> None:
    from contacts.models import Contact, StageChange

    changes = []
    for contact in contacts:
        at, before = contact.created_at, ""
        for stage, share in zip(STAGES, SHARE_OF_STAGE, strict=True):
            if chance.random() > share or at > _now():
                break
            row = {"contact": contact, "from_stage": before, "stage": stage, "is_first": True, "cause": "panel"}
            changes.append(StageChange(workspace=workspace, **row, entered_at=contact.created_at, at=at))
            contact.stage = before = stage
            at += timedelta(hours=chance.randrange(2, 90))
    StageChange.unscoped.bulk_create(changes)
    Contact.unscoped.bulk_update(contacts, ["stage"])


def _enrollments(workspace: Any, account: Any, sequence_id: str, threads: list[Any], chance: random.Random) -> None:
    """Most contacts were in the sequence a day after they were added, and a third has answered its first message."""
    from messaging.models import Message
    from sequences.models import Enrollment, Sequence, StepRun

    version = Sequence.unscoped.get(pk=sequence_id).versions.get()
    steps = list(version.steps.all())
    enrollments, messages, runs = [], [], []
    for thread in threads:
        at = thread.created_at + timedelta(days=1)
        if chance.random() < 0.2 or at > _now() - timedelta(days=8):
            continue
        replied = chance.random() < 0.35
        ended = {"status": "stopped", "reason": "reply"} if replied else {"status": "completed"}
        enrollment = Enrollment(
            workspace=workspace,
            sequence_id=sequence_id,
            version=version,
            contact_id=thread.contact_id,
            account=account,
            anchor_at=at,
            ended_at=at + timedelta(days=7),
            created_at=at,
            **ended,
        )
        enrollments.append(enrollment)
        for number, step in enumerate(steps[:1] if replied else steps):
            sent = at + timedelta(days=3 * number)
            common = {"workspace": workspace, "account_id": thread.account_id, "thread": thread, "source": "sequence"}
            common |= {"contact_id": thread.contact_id, "rendered": True, "text": step.text, "eta": sent}
            message = Message(**common, direction="out", status="sent", created_at=sent, sent_at=sent)
            messages.append(message)
            answered = sent + timedelta(hours=chance.randrange(1, 30)) if replied else None
            run = {"enrollment": enrollment, "version": version, "step_key": step.key, "message": message}
            run |= {"outcome": "sent", "handled": True, "created_at": sent, "settled_at": sent, "replied_at": answered}
            runs.append(StepRun(workspace=workspace, **run))
    Enrollment.unscoped.bulk_create(enrollments)
    Message.unscoped.bulk_create(messages)
    StepRun.unscoped.bulk_create(runs)
