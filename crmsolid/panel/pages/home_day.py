"""What happens in the rest of the day, and what runs now, for Home."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from contacts.models import ContactImport
from crmsolid.core import clock
from crmsolid.core.periods import start_of_day
from crmsolid.jobs.kinds import label_of
from crmsolid.jobs.models import Job
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.context import PanelContext
from crmsolid.panel.pages.home_hands import open_jobs
from crmsolid.workspaces.models import Workspace
from messaging.broadcasts.models import Broadcast, BroadcastStatus
from messaging.broadcasts.querysets import load_waits, that_wait_for_somebody, waiting_text
from messaging.models import Account, Message, Status, Thread, WaitingFor
from sequences.querysets import due_until

SHOWN = 5
AGENDA = 8
MAX_DUE = 1_000


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the agenda: ``before`` and ``after`` stand around the link. ``at`` is None for what has no time."""

    at: datetime | None
    before: str
    title: str
    after: str
    link: str


@dataclass(frozen=True, slots=True)
class Run:
    """Long work that goes on. ``total`` is None as long as nobody knows it; ``ends_at`` is an estimate."""

    title: str
    waits: str
    ends_at: datetime | None
    done: int
    total: int | None
    link: str

    @property
    def done_text(self) -> str:
        return f"{self.done:,} done" if self.total is None else f"{self.done:,} of {self.total:,}"


def agenda(panel: PanelContext) -> list[Event]:
    """What happens until midnight where the reader is: what has a time first, in its order."""
    now = clock.now()
    zone = timezone.get_current_timezone()
    midnight = start_of_day(timezone.localdate(now) + timedelta(days=1), zone)
    until = (now, midnight)
    timed = [*_planned(panel.workspace, until), *_snoozed(panel.workspace, until), *_broadcasts(panel.workspace, until)]
    timed.sort(key=lambda event: event.at or now)
    return [*timed[:AGENDA], *_steps(panel.workspace, midnight)]


def _planned(workspace: Workspace, until: tuple[datetime, datetime]) -> list[Event]:
    """Messages that members have planned. One that waits for the gap between two sends is not planned."""
    rows = Message.objects.for_workspace(workspace).filter(
        # With the accounts, the index message_due finds them.
        account__in=list(Account.objects.for_workspace(workspace).values_list("pk", flat=True)),
        status=Status.QUEUED,
        source="direct",
        attempts=0,
        eta__range=until,
    )
    rows = rows.exclude(delayed_by=WaitingFor.GAP).select_related("contact").order_by("eta", "id")
    return [
        Event(each.eta, "Planned: a message to", str(each.contact), "", panel_url("inbox_thread", each.thread_id))
        for each in rows[:SHOWN]
    ]


def _snoozed(workspace: Workspace, until: tuple[datetime, datetime]) -> list[Event]:
    # ``active_at`` of a snoozed thread is the end of its snooze.
    rows = Thread.objects.for_workspace(workspace).filter(
        closed_at=None, active_at__range=until, snoozed_until__isnull=False
    )
    threads = rows.select_related("contact").order_by("active_at", "id")[:SHOWN]
    return [
        Event(each.snoozed_until, "Snoozed:", str(each.contact), "comes back", panel_url("inbox_thread", each.pk))
        for each in threads
    ]


def _broadcasts(workspace: Workspace, until: tuple[datetime, datetime]) -> list[Event]:
    rows = Broadcast.objects.for_workspace(workspace).filter(status=BroadcastStatus.SCHEDULED, starts_at__range=until)
    return [
        Event(each.starts_at, "Broadcast", each.name, "starts", panel_url("messaging_broadcast_change", each.pk))
        for each in rows.order_by("starts_at", "id")[:SHOWN]
    ]


def _steps(workspace: Workspace, midnight: datetime) -> list[Event]:
    """How many people have a step due today, by sequence; those due already are about to be worked on."""
    due = due_until(workspace, midnight)[:MAX_DUE]
    counts: Counter[tuple[str, str]] = Counter(due.values_list("sequence_id", "sequence__name"))
    events = []
    for (sequence_id, name), number in counts.most_common(SHOWN):
        number_text = f"{number:,}+" if number == MAX_DUE else f"{number:,}"
        text = f"has {number_text} {'step' if number == 1 else 'steps'} due"
        events.append(Event(None, "", name, text, panel_url("sequences_sequence_change", sequence_id)))
    return events


def running(workspace: Workspace) -> list[Run]:
    """Long work that goes on by itself: without the broadcasts that wait for somebody."""
    jobs = open_jobs(workspace)
    waiting = that_wait_for_somebody(workspace, jobs).values("pk")
    shown = list(jobs.exclude(object_id__in=waiting).order_by("created_at", "id")[:SHOWN])
    ids = [job.object_id for job in shown]
    broadcasts = Broadcast.objects.for_workspace(workspace).in_bulk(ids)
    imports = ContactImport.objects.for_workspace(workspace).only("id", "name", "workspace").in_bulk(ids)
    load_waits(workspace, list(broadcasts.values()))
    return [_run(job, broadcasts.get(job.object_id), imports.get(job.object_id)) for job in shown]


def _run(job: Job, broadcast: Broadcast | None, imported: ContactImport | None) -> Run:
    title, link = label_of(job), panel_url("workspaces_job_change", job.pk)
    if imported is not None and imported.name:
        title = f"Import: {imported.name}"
    if broadcast is None:
        return Run(title, "", None, job.done, job.total, link)
    waits = waiting_text(broadcast)
    link = panel_url("messaging_broadcast_change", broadcast.pk)
    return Run(f"Broadcast: {broadcast.name}", waits, broadcast.finishes_at, job.done, job.total, link)
