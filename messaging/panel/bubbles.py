"""The messages of a conversation as bubbles, with days and what members did between them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.safestring import SafeString

from contacts.panel.notes import ShownNote
from crmsolid.core import clock
from crmsolid.workspaces.authors import AuthorKind
from crmsolid.workspaces.models import Workspace
from messaging.authors import of_message
from messaging.changes.services import EDIT_WITHIN, WITHOUT_TEXT
from messaging.formatting.entities import from_json
from messaging.models import Direction, Message, Status, Thread, WaitingFor
from messaging.panel import media, words
from messaging.panel.formatted import html_of, source_of
from messaging.panel.media import Shown
from messaging.sending.waiting import waiting_for
from messaging.threads.services import answering
from messaging.threads.services.actions import Deed

# So many characters of a message are shown where another one quotes it.
QUOTED = 140
# A message that is sent at once is sent within this time.
SENT_WITHIN = timedelta(seconds=5)
AT_ONCE = (WaitingFor.WORKER, WaitingFor.EARLIER_MESSAGE)
# What stands beside the name of an author that is no member.
AUTHORS: dict[str, str] = {AuthorKind.KEY: "API", AuthorKind.ASSISTANT: "Assistant"}


@dataclass(frozen=True, slots=True)
class Quote:
    """The message that another one quotes. ``text`` is the quoted part of it, or its beginning."""

    id: str
    author: str
    text: str
    icon: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji below a message, and who reacted with it."""

    emoji: str
    by_contact: bool
    by_us: bool

    @property
    def count(self) -> int:
        return int(self.by_contact) + int(self.by_us)


@dataclass(slots=True)
class Bubble:
    """A message as it is shown. ``label`` stands for one without text and files. ``pictures`` are shown side by side,
    ``files`` below each other. ``is_waiting`` is whether it says why it is not sent yet. ``plan`` has text and
    format of one that is planned, to change them. ``may`` names what can be done with it, ``change`` says what is being
    done or failed."""

    message: Message
    html: SafeString
    label: str
    icon: str
    pictures: list[Shown]
    files: list[Shown]
    status: SafeString | str
    failure: str
    corrections: list[tuple[str, str]]
    may_retry: bool
    is_waiting: bool
    may_cancel: bool
    plan: tuple[str, str] | None
    quote: Quote | None
    reactions: list[Reaction]
    may: str
    change: str


@dataclass(slots=True)
class Part:
    """Messages that follow each other, of one author, a note, or what a member has done with the conversation: one of
    ``bubbles``, ``note`` and ``event``. ``day`` is set on the first part of a day. ``author_id`` is that of the member
    who wrote the messages, None for anybody else."""

    key: str
    day: str
    author: str = ""
    author_id: int | None = None
    is_out: bool = False
    source: str = ""
    bubbles: list[Bubble] = field(default_factory=list)
    event: str = ""
    icon: str = ""
    at: datetime | None = None
    note: ShownNote | None = None

    def goes_on_with(self, other: "Part") -> bool:
        """Whether a message that would begin ``other`` is one of these."""
        mine, theirs = ((each.is_out, each.author_id, each.author, each.source) for each in (self, other))
        is_no_message = other.day or self.event or other.event or self.note or other.note
        return mine == theirs and not is_no_message


class Drawing:
    """Draws the messages of a thread, oldest first; reads what stands in other tables once for all of them."""

    def __init__(self, workspace: Workspace, thread: Thread, rows: Sequence[Message]) -> None:
        self._thread = thread
        self._rows = media.with_files(rows)
        self._retryable = answering.find_retryable(workspace, rows)
        ids = {row.reply_to_id for row in rows if row.reply_to_id}
        quoted = Message.objects.for_workspace(workspace).filter(pk__in=ids, thread=thread) if ids else ()
        self._quoted: Mapping[str, Message] = {row.pk: row for row in media.with_files(quoted)}

    def parts(self, deeds: Sequence[Deed], notes: Sequence[ShownNote] = ()) -> Iterator[Part]:
        """The messages, ``deeds`` and ``notes`` in the order of their times."""
        timed: list[tuple[datetime, Message | Deed | ShownNote]] = [(each.created_at, each) for each in self._rows]
        timed += [(each.at, each) for each in deeds]
        timed += [(each.note.created_at, each) for each in notes]
        day: date | None = None
        current: Part | None = None
        for at, row in sorted(timed, key=lambda each: each[0]):
            today = timezone.localtime(at).date()
            title = "" if today == day else day_text(today)
            day = today
            part = self._part(row, title)
            if current is None or not current.goes_on_with(part):
                current = part
                yield part
            if isinstance(row, Message):
                current.bubbles.append(self._bubble(row))

    def _part(self, row: Message | Deed | ShownNote, day: str) -> Part:
        if isinstance(row, ShownNote):
            return Part(row.note.pk, day, note=row)
        if isinstance(row, Deed):
            return Part(row.key, day, event=row.text, icon=row.icon, at=row.at)
        is_out, author = row.direction == Direction.OUT, of_message(row)
        name = str(self._thread.account if is_out else self._thread.contact)
        if author.is_person:
            name = author.name or name
        author_id = int(author.ref) if author.kind == AuthorKind.MEMBER and author.ref else None
        source = words.SOURCES.get(row.source, "") or AUTHORS.get(author.kind, "")
        source = "Automatic reply" if row.auto_reply else source
        return Part(row.pk, day, name, author_id, is_out, source)

    def _bubble(self, message: Message) -> Bubble:
        files = media.files_of(message)
        pictures = [each for each in files if each.look in ("image", "video")]
        is_bare = not message.text and not files
        is_waiting = _is_waiting(message)
        return Bubble(
            message,
            html=html_of(message.text, from_json(message.entities)),
            label=words.media_text(message) if is_bare or message.kind in words.NAMED else "",
            icon=words.KIND_ICONS.get(message.kind, "") if not files else "",
            pictures=pictures,
            files=[each for each in files if each not in pictures],
            status=words.status_text(message) if message.direction == Direction.OUT else "",
            failure=words.failure_text(message),
            corrections=words.corrections(message),
            may_retry=message.pk in self._retryable,
            is_waiting=is_waiting,
            may_cancel=is_waiting and message.status == Status.QUEUED,
            plan=source_of(message) if _is_planned(message) else None,
            quote=self._quote(message),
            reactions=reactions_of(message),
            may=" ".join(_allowed(message)),
            change=words.change_text(message),
        )

    def _quote(self, message: Message) -> Quote | None:
        quoted = self._quoted.get(message.reply_to_id or "")
        if quoted is None:
            return None
        shown = words.preview_of(quoted)
        text = message.quote or " ".join(quoted.text.split()) or shown.text
        author = "You" if quoted.direction == Direction.OUT else str(self._thread.contact)
        return Quote(quoted.pk, author, text[:QUOTED], shown.icon if not quoted.text else "")


def _is_planned(message: Message) -> bool:
    """Whether its text and its time can still be changed."""
    is_untried = message.status == Status.QUEUED and not message.attempts and message.unsettled_since is None
    return is_untried and message.source == "direct" and message.delayed_by == WaitingFor.ETA


def _is_waiting(message: Message) -> bool:
    """Whether it is worth saying that it is not sent yet: one that is to be sent at once has a moment for that."""
    if message.status not in (Status.QUEUED, Status.SENDING):
        return False
    return message.created_at < clock.now() - SENT_WITHIN or waiting_for(message) not in (*AT_ONCE, None)


def _allowed(message: Message) -> Iterator[str]:
    """What can be done with a message that is at Telegram."""
    if message.deleted_at or message.status not in (Status.SENT, Status.RECEIVED):
        return
    yield from ("quote", "react")
    if message.direction == Direction.OUT:
        ends = (message.sent_at or message.created_at) + EDIT_WITHIN
        if message.kind not in WITHOUT_TEXT and clock.now() < ends:
            yield "edit"
        yield "delete"


def reactions_of(message: Message) -> list[Reaction]:
    """The reactions to a message, each emoji once, in the order of the first of it."""
    by: dict[str, set[str]] = {}
    for each in message.reactions:
        by.setdefault(each["emoji"], set()).add(each["by"])
    return [Reaction(emoji, "contact" in who, "account" in who) for emoji, who in by.items()]


def day_text(day: date) -> str:
    """The day as people say it, in the time zone of whoever reads the page."""
    today = timezone.localtime(clock.now()).date()
    names = {today: "Today", today - timedelta(days=1): "Yesterday"}
    return f"{names[day]}, {day:%-d %B}" if day in names else f"{day:%A, %-d %B %Y}"
