"""Tags and filters of the panel's templates; they need no ``{% load %}``."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from django import template
from django.contrib.messages import SUCCESS
from django.contrib.messages.storage.base import Message
from django.forms import BoundField
from django.forms.utils import flatatt
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator, capfirst

from crmsolid.core import clock
from crmsolid.panel.components import comboboxes
from crmsolid.panel.components.toasts import undo_of

register = template.Library()
register.filter(undo_of)

# The number of seconds from which the next unit is used, and how many seconds one of it has.
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60))

_STAGE_DOTS = {"new": 1, "contacted": 4, "replied": 2, "qualified": 3, "won": 5, "lost": 6}
_ANSWER_AIM_MINUTES = 15

# An address in a text of a stranger. It ends before white space, quotes, brackets of markup, an ellipsis, and
# characters that show nothing or turn the direction of what follows.
_ADDRESS = re.compile(
    r"(?<![\w@./-])(?:https?://|t\.me/)[^\s<>\"“”«»…\x00-\x1f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+",
    re.IGNORECASE,
)
_BRACKETS = {")": "(", "]": "[", "}": "{"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative icon of ``icons.svg``; readers of a screen reader do not hear it."""
    return format_html(
        '<svg class="cs-icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("panel/icons.svg"), name
    )


@register.simple_tag
def avatar(name: str, of: str, size: str = "", kind: str = "") -> SafeString:
    """The initials of somebody beside whom the name stands, in one of eight colours that the id ``of`` decides.

    ``size``: s (20 px), m (28), empty (36), l (56). ``kind``: ``member`` or ``bot`` is a square, a contact a circle.
    """
    classes = f"cs-av cs-face-{crc32(str(of).encode()) % 8 + 1}"
    classes += f" is-{size}" if size else ""
    classes += f" is-{kind}" if kind else ""
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, _initials(str(name)))


def _initials(name: str) -> str:
    """The first letters of the first two words of a name."""
    words = [word for word in re.split(r"[\W_]+", name) if word][:2]
    return "".join(word[0] for word in words).upper() or "?"


@register.simple_tag
def stage(value: str) -> SafeString:
    """The stage of a contact: a dot and a word, so that thirty of them in a column stay quiet."""
    return format_html(
        '<span class="cs-stage"><i class="cs-dot is-{}"></i>{}</span>', _STAGE_DOTS.get(value, 6), capfirst(value)
    )


@register.simple_tag(takes_context=True)
def wait(context: Context, since: datetime | None) -> SafeString | str:
    """How long a customer has waited for an answer: plain below half of the workspace's aim, marked from there, and
    solid once it is past. Empty for None."""
    if since is None:
        return ""
    aim = getattr(getattr(context.get("panel"), "live", None), "answer_aim_minutes", _ANSWER_AIM_MINUTES)
    minutes = max(int((clock.now() - since).total_seconds() // 60), 0)
    state = "is-late" if minutes >= aim else "is-due" if minutes * 2 >= aim else ""
    local = timezone.localtime(since)
    return format_html(
        '<span class="cs-wait {}" title="Waits since {}">{}<span class="cs-hidden">Waits: </span>{}</span>',
        state,
        f"{local:%-d %b %Y %H:%M %Z}",
        icon("clock"),
        duration_words(minutes),
    )


def duration_words(minutes: int) -> str:
    """``now``, ``18 min``, ``1 h 40`` or ``2 d``."""
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02}" if hours < 24 else f"{hours // 24} d"


@register.simple_tag
def shown_if(field: BoundField, value: str) -> SafeString:
    """The attributes of what is shown while ``field`` has this value; without a script it is shown always."""
    off = "" if field.value() == value else mark_safe(" data-off")
    return format_html('data-shown-if="{}:{}"{}', field.html_name, value, off)


@register.simple_tag
def combobox(kind: str) -> SafeString:
    """The attributes of a field with suggestions; ``comboboxes`` has the kinds."""
    return flatatt(comboboxes.attributes(kind))


@register.simple_tag(name="label")
def label_tag(kind: str, text: Any) -> SafeString:
    return label(kind, text)


def label(kind: str, text: Any) -> SafeString:
    """A coloured word, such as a status. ``kind``: success, info, warning, danger, primary, or empty for grey."""
    return format_html('<span class="cs-label cs-label-{}">{}</span>', kind or "default", text)


@register.filter
def confirmations(said: Iterable[Message]) -> list[Message]:
    """The messages that say that something was done, which are toasts."""
    return [each for each in said or () if each.level == SUCCESS]


@register.filter
def notices(said: Iterable[Message]) -> list[Message]:
    """The other messages, such as errors, which stay on the page."""
    return [each for each in said or () if each.level != SUCCESS]


@register.filter
def column_title(name: str) -> str:
    """The title of a field in words: "created at" is "Created", and "at" is "Time"."""
    return str(capfirst("time" if name == "at" else name.removesuffix(" at")))


@register.filter
def with_labels(cells: Iterable[str], headers: Iterable[Mapping[str, str]]) -> list[SafeString]:
    """The cells of a row of Django's changelist, each with its column's title, which phones show before the value, and
    in the direction of what it says."""
    labelled = []
    for cell, header in zip(cells, headers, strict=True):
        if "action-checkbox" in header.get("class_attrib", ""):
            labelled.append(mark_safe(cell))
            continue
        title = escape(capfirst(header["text"]))
        # Django made the cell and escaped what is in it; only its first tag gets attributes.
        label = f' data-label="{title}"' if cell.startswith("<td") else ""
        cell = cell.replace(">", f'{label} dir="auto">', 1)
        labelled.append(mark_safe(cell))
    return labelled


@register.filter
def moment(at: datetime | None) -> SafeString | str:
    """The time to the minute, in the time zone of whoever reads the page; empty for None."""
    return _time(at, "%-d %b %Y %H:%M")


@register.filter
def moment_seconds(at: datetime | None) -> SafeString | str:
    """The time to the second."""
    return _time(at, "%-d %b %Y %H:%M:%S")


@register.filter
def day(at: datetime | None) -> SafeString | str:
    """The date alone."""
    return _time(at, "%-d %b %Y")


@register.filter
def hour_and_minute(at: datetime | None) -> SafeString | str:
    """The time of day alone, where the day stands above."""
    return _time(at, "%H:%M")


@register.filter
def ago(at: datetime | None) -> SafeString | str:
    """How long ago it was, such as "5 min ago", and the date once that is a week or more."""
    if at is None:
        return ""
    seconds = (clock.now() - at).total_seconds()
    text = f"{timezone.localtime(at):%-d %b %Y}"
    if seconds < 7 * 86_400:
        text = next((f"{int(seconds // size)} {unit} ago" for unit, size in _UNITS if seconds >= size), "now")
    return _element(at, text)


@register.filter
def moment_text(at: datetime | None) -> str:
    """:func:`moment` for sentences without markup, which have no title to say the time zone."""
    return f"{timezone.localtime(at):%-d %b %Y %H:%M %Z}" if at else ""


def _time(at: datetime | None, text_format: str) -> SafeString | str:
    return _element(at, timezone.localtime(at).strftime(text_format)) if at else ""


def _element(at: datetime, text: str) -> SafeString:
    local = timezone.localtime(at)
    title = f"{local:%-d %b %Y %H:%M:%S %Z}"
    return format_html(
        '<time class="cs-nowrap" datetime="{}" title="{}">{}</time>', at.isoformat(timespec="seconds"), title, text
    )


@register.filter
def linked(text: str, limit: int | None = None) -> SafeString:
    """The text with its web addresses as links, escaped. It may be anybody's: an address is what is written, with http,
    https or t.me alone, never another scheme, nor one with a name before "@" that looks like its host. Django's
    ``urlize`` would also link names of files that look like hosts, and e-mail addresses.

    What is longer than ``limit`` characters is cut off; an address that is cut is no link.
    """
    if isinstance(text, SafeString):  # what stands for a message without text
        return text
    shown = text if limit is None else Truncator(text).chars(limit)
    parts, end = [], 0
    for start, address in _addresses(shown, cut_at=None if shown == text else len(shown) - 1):
        href = address if "://" in address else f"https://{address}"
        link = '<a class="cs-link" href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>'
        parts += [escape(shown[end:start]), format_html(link, href, address)]
        end = start + len(address)
    return mark_safe("".join([*parts, escape(shown[end:])]))


def _addresses(text: str, *, cut_at: int | None) -> Iterator[tuple[int, str]]:
    """Where each address begins, and the address without the punctuation of its sentence."""
    for match in _ADDRESS.finditer(text):
        address = match[0]
        while address and (address[-1] in ".,:;!?'’*_~`" or _is_unmatched(address)):
            address = address[:-1]
        try:
            parts = urlsplit(address if "://" in address else f"https://{address}")
        except ValueError:  # brackets that are no IPv6 address
            continue
        has_target = bool(parts.hostname) and (parts.hostname != "t.me" or len(parts.path) > 1)
        if has_target and "@" not in parts.netloc and "\\" not in parts.netloc and match.end() != cut_at:
            yield match.start(), address


def _is_unmatched(address: str) -> bool:
    """Whether the address ends with a bracket that opens before it."""
    opening = _BRACKETS.get(address[-1])
    return opening is not None and address.count(address[-1]) > address.count(opening)
