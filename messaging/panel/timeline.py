"""What a contact's page shows of its conversations: who waits, and their messages in the timeline, where those of one
conversation on one day are one entry."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Max, Min
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator

from contacts import timeline
from contacts.models import Contact
from contacts.panel.actions import Conversation
from contacts.timeline import Entry, Line, Older, Source
from crmsolid.panel.components.addresses import panel_url
from messaging.authors import of_message
from messaging.models import Direction, Message, Status, Thread
from messaging.panel.media import files_of, small_files, with_files
from messaging.panel.words import address_of, media_text

# So many of its last messages an entry shows, and so many characters of each.
SHOWN = 3
LENGTH = 300
MAX_CONVERSATIONS = 5
# Status to type of label, for what is worth telling of a message.
_LABELS = {Status.FAILED: "danger", Status.QUEUED: "info", Status.SENDING: "info", Status.CANCELED: ""}


def conversations(contact: Contact, older: Older, limit: int) -> Iterable[Entry]:
    """The days of each conversation, by the time of their last message. Their ids are those of the threads."""
    messages = contact.messages.all()
    if older.position is not None:
        messages = messages.filter(created_at__lt=_end_of_day(older.position.at))
    day = TruncDate("created_at", tzinfo=timezone.get_current_timezone())
    days = messages.annotate(day=day).values("thread_id", "day")
    days = days.annotate(count=Count("pk"), began=Min("created_at"), ended=Max("created_at"))
    found = list(days.filter(older.than("ended", key="thread_id")).order_by("-ended", "-thread_id")[:limit])
    threads = contact.threads.select_related("account").in_bulk({each["thread_id"] for each in found})
    latest = _latest(contact, found)
    for each in found:
        thread, shown = threads[each["thread_id"]], latest[each["thread_id"], each["day"]]
        messages_text = "1 message" if each["count"] == 1 else f"{each['count']:,} messages"
        yield Entry(
            each["ended"],
            thread.pk,
            format_html("<b>Conversation</b> by <bdi>{}</bdi>, <b>{}</b>", thread.account, messages_text),
            began=each["began"],
            lines=tuple(_line(contact, message) for message in shown),
            link=("Open at the last message", address_of(shown[-1])),
        )


def _end_of_day(at: datetime) -> datetime:
    """The end of the day in the time zone of whoever reads the page: no later message is of the same day."""
    local = timezone.localtime(at)
    return datetime.combine(local.date() + timedelta(days=1), time(), tzinfo=local.tzinfo)


def _latest(contact: Contact, days: Sequence[Any]) -> dict[tuple[str, date], list[Message]]:
    """The last messages of each day of a conversation, oldest first, by one query."""
    found: dict[tuple[str, date], list[Message]] = defaultdict(list)
    # With all columns, making the statement would take most of the time of the page.
    columns = ("contact_id", "thread_id", "created_at", "direction", "status", "kind", "text")
    messages = contact.messages.only(*columns, "author_kind", "author_ref", "author_name")
    queries = [
        messages.filter(
            thread=each["thread_id"], created_at__gte=each["began"], created_at__lte=each["ended"]
        ).order_by("-created_at", "-pk")[:SHOWN]
        for each in days
    ]
    rows = queries[0].union(*queries[1:], all=True) if queries else ()
    for message in sorted(with_files(rows), key=lambda row: (row.created_at, row.pk)):
        found[message.thread_id, timezone.localtime(message.created_at).date()].append(message)
    return found


def _line(contact: Contact, message: Message) -> Line:
    kind = _LABELS.get(Status(message.status))
    files = files_of(message)
    text = Truncator(message.text).chars(LENGTH)
    return Line(
        who=contact.first_name or str(contact) if message.direction == Direction.IN else _author(message),
        text=text if text or files else media_text(message),
        files=small_files(files, address_of(message)),
        label=None if kind is None else (kind, message.get_status_display()),
    )


def _author(message: Message) -> str:
    author = of_message(message)
    return (author.is_person and author.name) or "We"


def conversations_with(contact: Contact) -> list[Conversation]:
    """The contact's latest conversations."""
    rows = Thread.objects.for_workspace(contact.workspace_id).filter(contact=contact)
    threads = rows.select_related("account", "assignee").order_by("-last_message_at", "-id")[:MAX_CONVERSATIONS]
    return [
        Conversation(
            id=each.pk,
            account=str(each.account),
            address=panel_url("inbox_thread", each.pk),
            last_at=each.last_message_at,
            waiting_since=each.waiting_since if each.closed_at is None else None,
            is_open=each.closed_at is None,
            assignee="" if each.assignee is None else each.assignee.shown_name,
        )
        for each in threads
    ]


TIMELINE = Source("message", timeline.MESSAGES, "message-circle", conversations)
