"""Home: who waits for an answer, what needs a hand, what happens today and what runs, and the team.

Each member sees what they can act on. Every query reads an index, and no more rows than a constant of this module or
those beside it says, so the page opens as fast for millions of rows as for ten.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from crmsolid.core import clock
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.context import PanelContext
from crmsolid.panel.components.template_tags import duration_words
from crmsolid.panel.pages.first_steps import first_steps
from crmsolid.panel.pages.home_day import agenda, running
from crmsolid.panel.pages.home_figures import figures
from crmsolid.panel.pages.home_hands import needs_a_hand
from crmsolid.workspaces.actor import OWNERS, WRITERS, Actor
from crmsolid.workspaces.models import Membership, Plan, Workspace
from messaging.models import Message, Thread
from messaging.panel.words import preview_of
from messaging.querysets import newest_messages, waiting_threads
from messaging.threads.state import ASSIGNABLE

SHOWN = 5
TEAM_SHOWN = 8
# Of more who wait, those who have waited longest are counted.
MAX_WAITING = 1_000

# Assignee, since when, id and customer of the conversations whose customer waits, the longest wait first.
Queue = Sequence[tuple[Any, Any, str, str]]


@dataclass(frozen=True, slots=True)
class Customers:
    """Who waits for an answer: ``count`` up to ``MAX_WAITING``, which is then the text; how long the first one has;
    ``mine`` and ``nobodys`` of them are assigned to the member and to nobody."""

    count: int
    text: str
    mine: int
    nobodys: int
    longest: str
    link: str


@dataclass(frozen=True, slots=True)
class Teammate:
    """A member who may answer, and the customers who wait for them; ``since`` is None if none does."""

    name: str
    user_id: int
    is_reader: bool
    count: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation whose customer waits, with what they wrote last."""

    thread: Thread
    preview: Any


def home_context(panel: PanelContext, actor: Actor) -> dict[str, Any]:
    """What the home page shows to this member, who is ``actor``."""
    may_act = panel.has_role(WRITERS)
    queue: Queue = list(
        waiting_threads(panel.workspace).values_list("assignee_id", "waiting_since", "pk", "contact_id")[
            : MAX_WAITING + 1
        ]
    )
    customers, steps = _customers(queue, panel.membership.user_id), first_steps(panel)
    happens = {
        "hands": needs_a_hand(panel),
        "agenda": agenda(panel),
        "running": running(panel.workspace) if may_act else [],
    }
    return {
        **happens,
        "today": timezone.localtime(clock.now()),
        "customers": customers,
        "figures": figures(actor),
        "is_mine": bool(customers.mine),
        "rows": _rows(panel, only_mine=bool(customers.mine))
        if may_act and (customers.mine or customers.nobodys)
        else [],
        "team": _team(panel, queue),
        "steps": steps,
        "next_step": next((step for step in steps if not step.is_done), None),
        "steps_done": sum(step.is_done for step in steps),
        # Somebody new is shown the first steps, and no figures of zero.
        "is_fresh": bool(steps) and not (any(happens.values()) or _has_threads(panel.workspace)),
        "trial_days": _trial_days(panel.live),
        "may_choose_plan": panel.has_role(OWNERS),
        "may_act": may_act,
    }


def _has_threads(workspace: Workspace) -> bool:
    return Thread.objects.for_workspace(workspace).exists()


def _trial_days(live: Workspace) -> int | None:
    """The days that are left of a trial, the one that has begun included; None for another plan."""
    if live.current_plan != Plan.TRIAL or live.trial_ends_at is None:
        return None
    return ceil((live.trial_ends_at - clock.now()) / timedelta(days=1))


def _customers(queue: Queue, user_id: int) -> Customers:
    # One who waits in conversations with several accounts is one customer.
    customers = {customer for *_, customer in queue}
    return Customers(
        count=len(customers),
        text=f"{len(customers):,}" if len(queue) <= MAX_WAITING else f"{MAX_WAITING:,}+",
        mine=len({customer for assignee, *_, customer in queue if assignee == user_id}),
        nobodys=len({customer for assignee, *_, customer in queue if assignee is None}),
        longest=duration_words(int((clock.now() - queue[0][1]).total_seconds() // 60)) if queue else "",
        link=panel_url("inbox_thread", queue[0][2], query={"view": "waiting"}) if queue else "",
    )


def _rows(panel: PanelContext, *, only_mine: bool) -> list[Row]:
    """The longest waits of the member's own conversations, else of those that nobody looks after."""
    assignee = panel.membership.user_id if only_mine else None
    found: QuerySet[Thread] = waiting_threads(panel.workspace).filter(assignee=assignee)
    threads = list(found.select_related("contact")[:SHOWN])
    newest: dict[str, Message] = newest_messages(panel.workspace, threads, direction="in")
    return [Row(thread, preview_of(newest.get(thread.pk))) for thread in threads]


def _team(panel: PanelContext, queue: Queue) -> list[Teammate]:
    """Whoever has the longest wait first, then by name. Nobody if the member is alone."""
    members: QuerySet[Membership] = Membership.objects.for_workspace(panel.live).filter(role__in=ASSIGNABLE)
    waits: defaultdict[int | None, list[datetime]] = defaultdict(list)
    for assignee, since, *_ in queue:
        waits[assignee].append(since)
    team = [
        Teammate(
            name=member.user.shown_name,
            user_id=member.user_id,
            is_reader=member.user_id == panel.membership.user_id,
            count=len(waits[member.user_id]),
            since=waits[member.user_id][0] if waits[member.user_id] else None,
        )
        for member in members.select_related("user").order_by("user__name", "user__email")[:MAX_WAITING]
    ]
    team.sort(key=lambda each: (each.since is None, each.since or clock.now()))
    return team[:TEAM_SHOWN] if len(team) > 1 else []
