"""What writes of messages and conversations say of themselves where they may have to wait for an approval, and what
makes their proposals stale: :mod:`crmsolid.limits.checks`. For everybody else each function returns at once."""

import re
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from contacts.models import Contact
from crmsolid.limits import checks
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Workspace
from messaging.formatting.entities import EntityKind
from messaging.models import Direction, Format, Message, Status, Thread
from messaging.sending import message_text

# A text with more names of hosts is not compared: its links count as new.
MAX_HOSTS = 30
_TOP_LEVEL = r"(?:xn--[a-z0-9-]{1,59}|[^\W\d_]{2,63})"
_HOST = rf"(?:[\w-]{{1,63}}\.){{1,10}}{_TOP_LEVEL}|\d{{1,3}}(?:\.\d{{1,3}}){{3}}"
# An address with its scheme; an e-mail address or a name with a top level domain, and what follows it; @username. Each
# part has a greatest length, so that no text takes longer than in proportion to its length.
_LINK = re.compile(
    rf"(?i)(?<!\w)[a-z][a-z0-9+.-]{{0,20}}://\S+"
    rf"|(?<![\w-])(?:[\w.+-]{{1,64}}@)?(?:{_HOST})(?![\w-])(?::\d+)?(?:[/?#]\S*)?"
    rf"|(?<![\w@/])@[a-z]\w{{3,31}}"
)
_ENDS_SENTENCE = ".,;:!?)]}'\"»”’…"
_TELEGRAM = re.compile(r"(?:t|telegram)\.(?:me|dog)/@?(\w+)/?", re.IGNORECASE)


def normal_link(link: str) -> str:
    """One spelling of an address: without the scheme of a web page, ``www.`` and a slash at the end, the host in lower
    case. ``@name`` is the address of that name at Telegram."""
    link = link.rstrip(_ENDS_SENTENCE)
    if link.startswith("@"):
        return f"t.me/{link[1:].lower()}"
    link = re.sub(r"^(?:https?://|mailto:)?(?:www\.)?", "", link, flags=re.IGNORECASE)
    if telegram := _TELEGRAM.fullmatch(link):
        return f"t.me/{telegram[1].lower()}"
    host = re.match(r"[^/?#]*", link)
    end = host.end() if host is not None else 0
    return (link[:end].lower() + link[end:]).removesuffix("/")


def links_in(text: str, addresses: Iterable[str] = ()) -> set[str]:
    """The addresses in a text and those that its formatted links lead to, each as :func:`normal_link`."""
    return {normal_link(link) for link in [*_LINK.findall(text), *addresses]} - {""}


def new_links(workspace: Workspace, contact: Contact, text: str, format: str = Format.PLAIN) -> set[str]:
    """The links of a text, as the contact would get it, that no message of theirs has in full, of those that the
    workspace shows. The contact's own username is none. What a field of the contact puts into the text counts as any
    other."""
    return _not_in_conversation(workspace, contact, _links_for(contact, text, format))


def new_links_by_values(workspace: Workspace, contact: Contact, texts: Iterable[tuple[str, str]]) -> set[str]:
    """As :func:`new_links` for these texts and their formats, which the team has written: without the links that stand
    in them whatever the contact's fields are."""
    wanted: set[str] = set()
    for text, format in texts:
        written = (links_in(each.text, _addresses(each.entities)) for each in message_text.written_in(text, format))
        wanted |= _links_for(contact, text, format).difference(*written)
    return _not_in_conversation(workspace, contact, wanted)


def new_links_by_change(actor: Actor, before: Contact, after: Contact) -> set[str]:
    """The links that a change of the contact's fields puts into texts, and that no message of theirs has: those in the
    new values, and those that get into messages which are accepted and not rendered yet."""
    old, new = message_text.values_of(before), message_text.values_of(after)
    if old == new:
        return set()
    wanted = links_in("\n".join(value for name, value in new.items() if value and value != old.get(name)))
    rows = Message.objects.for_workspace(actor.workspace).filter(contact_id=before.id, status=Status.QUEUED)
    texts = rows.filter(rendered=False, text__contains="{").values_list("text", "format")
    return _not_in_conversation(actor.workspace, before, wanted) | new_links_of_texts(
        actor.workspace, before, after, texts
    )


def new_links_of_texts(
    workspace: Workspace, before: Contact, after: Contact, texts: Iterable[tuple[str, str]]
) -> set[str]:
    """The links that these texts, each with its format, get by a change of the contact, and that no message of theirs
    has."""
    if message_text.values_of(before) == message_text.values_of(after):
        return set()
    links = (_links_for(after, text, format) - _links_for(before, text, format) for text, format in texts)
    return _not_in_conversation(workspace, before, set[str]().union(*links))


def _links_for(contact: Contact, text: str, format: str) -> set[str]:
    try:
        shown = message_text.render_for(contact, text, format, caption=True)
    except ValueError:  # a value is missing; then it is not sent either
        return links_in(text)
    return links_in(shown.text, _addresses(shown.entities))


def _not_in_conversation(workspace: Workspace, contact: Contact, links: set[str]) -> set[str]:
    wanted = links - {f"t.me/{contact.username.lower()}"}
    hosts = {re.split(r"[/?#]", link)[0] for link in wanted}
    if not wanted or len(hosts) > MAX_HOSTS:
        return wanted
    # The name of somebody at Telegram may stand there as @name.
    hosts |= {link.removeprefix("t.me/") for link in wanted if link.startswith("t.me/")}
    has_one = reduce(or_, (Q(text__icontains=host) | Q(entities__icontains=host) for host in sorted(hosts)))
    rows = Message.objects.for_workspace(workspace).filter(has_one, contact_id=contact.id)
    for known, entities in rows.values_list("text", "entities"):
        wanted -= links_in(known, [each["url"] for each in entities if each.get("url")])
    return wanted


def _addresses(entities: Iterable[Any]) -> list[str]:
    return [each.url for each in entities if each.kind == EntityKind.LINK]


def check_message(actor: Actor, contact: Contact, text: str, format: str) -> None:
    """Say that the write sends this text to the contact, who is locked or was made by the write."""
    if actor.review is None:
        return
    is_new = contact._state.adding
    state: dict[str, Any] = {"the contact": None if is_new else contact.id, **last_message(contact)}
    if not is_new:
        state |= address_of(contact)
    checks.write_about(
        actor,
        checks.NEW_CONTACT if is_new else contact.id,
        state=state | _text_for(contact, text, format),
        new_links=() if is_new else new_links(actor.workspace, contact, text, format),
        reaches=True,
        sends=1,
    )


def check_change(actor: Actor, message: Message, *, text: str = "", format: str = "", reaches: bool = False) -> None:
    """Say that the write changes the message, which is locked; ``text``: to this. ``reaches``: the contact sees it."""
    if actor.review is None:
        return
    seen = (message.status, message.text, message.change, message.reactions, message.deleted_at, message.edited_at)
    links = new_links(actor.workspace, message.contact, text, format) if text else ()
    state: dict[str, Any] = {"the message": checks.digest(*seen)}
    if text:
        state |= last_message(message.contact) | _text_for(message.contact, text, format)
    if reaches:
        state |= address_of(message.contact)
    checks.write_about(actor, message.contact_id, state=state, new_links=links, reaches=reaches)


def check_thread(actor: Actor, thread: Thread, *, is_read: bool = False) -> None:
    """Say that the write changes the conversation, which is locked. ``is_read``: it says that all was read."""
    if actor.review is None:
        return
    state: dict[str, Any] = {
        "the state of the conversation": [thread.state, checks.digest(thread.snoozed_until)],
        "who looks after the conversation": thread.assignee_id,
    }
    checks.write_about(actor, thread.contact_id, state=last_message(thread.contact) if is_read else state)


# What is compared of a text, in words for people.
RENDERED_TEXT = "the text with the values of the contact"


def _text_for(contact: Contact, text: str, format: str) -> dict[str, Any]:
    """The text as the contact would get it: another value of a field makes it another."""
    try:
        shown = message_text.render_for(contact, text, format, caption=True)
    except ValueError:
        return {RENDERED_TEXT: None}
    return {RENDERED_TEXT: checks.digest(shown.text, _addresses(shown.entities))}


def address_of(contact: Contact) -> dict[str, Any]:
    """Whom messages to the contact reach."""
    return {"how messages reach the contact": checks.digest(contact.username, contact.telegram_id, contact.phone)}


def last_message(contact: Contact) -> dict[str, Any]:
    """What somebody who approves a message has read: the latest that the contact wrote, to any account."""
    rows = Message.objects.for_workspace(contact.workspace_id).filter(contact_id=contact.id, direction=Direction.IN)
    latest = rows.order_by("-created_at", "-id").values_list("pk", "edited_at").first()
    seen = None if latest is None else [latest[0], checks.digest(latest[1])]
    return {"the last message of the contact": seen, "the opt-out": contact.opted_out}
