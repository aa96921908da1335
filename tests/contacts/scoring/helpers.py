"""What the tests of scoring share."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.db.models import Sum

from contacts.models import Contact, ScoreEntry, ScoringRule
from contacts.scoring import services
from contacts.scoring.definition import definition_of, read_definition
from crmsolid.core import clock
from crmsolid.jobs import runner
from crmsolid.workspaces.actor import Actor
from messaging.models import Account
from messaging.threads import received
from messaging.threads.incoming import Incoming

NOON = datetime(2026, 6, 4, 12, tzinfo=UTC)

_message_ids = count(1, 2)  # odd: those of what a sandbox account sends are even


def rule(actor: Actor, name: str, on: str, value: str = "", points: int = 10, **more: Any) -> ScoringRule:
    """A new rule; the job that it starts has not run yet."""
    data = {"name": name, "on": on, "value": value, "points": points, **more}
    return services.create_rule(actor, read_definition(actor.workspace, data))


def change(actor: Actor, existing: ScoringRule, **changes: Any) -> None:
    """Change these members of a rule."""
    existing.refresh_from_db()
    data = {**definition_of(existing).as_json(), **changes}
    services.update_rule(actor, existing.pk, read_definition(actor.workspace, data))


def receive(account: Account, username: str, text: str = "hello", at: datetime | None = None) -> None:
    """This person writes to the account, now if no time is given."""
    incoming = Incoming(
        next(_message_ids), text, at or clock.now(), username=username, telegram_id=sum(username.encode())
    )
    received.receive(account, incoming)


def run_jobs() -> None:
    runner.run_due()


def score_of(username: str) -> int:
    return Contact.unscoped.values_list("score", flat=True).get(username_key=username)


def ledger_of(username: str) -> list[tuple[str | None, int, str]]:
    """Rule, points and cause of each entry, oldest first."""
    rows = ScoreEntry.unscoped.filter(contact__username_key=username).order_by("pk")
    return list(rows.values_list("rule__name", "points", "cause"))


def sums(usernames: Sequence[str]) -> dict[str, int]:
    """The sum of each ledger, between 0 and 100."""
    rows = ScoreEntry.unscoped.values("contact__username_key").annotate(total=Sum("points"))
    totals = {row["contact__username_key"]: row["total"] for row in rows}
    return {name: min(100, max(0, totals.get(name, 0))) for name in usernames}
