"""Every read and write of messages and threads that a caller of the API may ask for, with its authority.

A direct message, which a person or an API client sends, reserves a slot of its account and is queued in one
transaction.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction

from contacts import lookup, repository
from contacts.models import Contact
from contacts.normalization import IdAsUsername, InvalidUsername, parse_username
from crmsolid.api.pagination import Page, page
from crmsolid.api.preconditions import Check, unconditional
from crmsolid.core import clock, doorbell
from crmsolid.core.errors import DomainError, invalid, not_found
from crmsolid.core.sql.table import Table
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.authors import author_of
from crmsolid.workspaces.scoping import WorkspaceModel
from messaging import notices, querysets, review, searching, team
from messaging.accounts import MAX_BIGINT, account_not_found
from messaging.authors import columns_of
from messaging.changes import applying, queue
from messaging.files import albums
from messaging.files import services as file_services
from messaging.models import Account, Attachment, Direction, FileKind, Format, Message, Status, Thread, WaitingFor
from messaging.sending import attaching, automatic, message_text, quoting, slots, waiting
from messaging.sending.attaching import ToAttach
from messaging.threads import state

MAX_SEND_AT_DELAY = timedelta(days=366)
# A message that is due within this time wakes a worker when it is due. The sweep finds those that are due later.
WAKE_WORKER_WITHIN_SECONDS = 5.0
_HINT = "give a username, or the id of a contact as `contact_id`"
_HINTS = {"contact": "give it as `contact_id` in place of `to`"}
_DIGITS = re.compile(r"[1-9][0-9]{0,18}")

M = TypeVar("M", bound=WorkspaceModel)

_accounts, _messages, _attachments = Table(Account), Table(Message), Table(Attachment)


# --- Sending ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Recipient:
    """Either a username, in the spelling of the client, or a Telegram id."""

    username: str | None = None
    telegram_id: int | None = None

    def __str__(self) -> str:
        """``@username`` or the numeric id, as it is stored with the message."""
        return f"@{self.username}" if self.username else str(self.telegram_id)


@unit_of_work()
def send_message(
    actor: Actor,
    *,
    account_id: int,
    to: str | int | None = None,
    contact_id: str = "",
    text: str = "",
    format: str = Format.PLAIN,
    link_preview: bool = True,
    send_at: datetime | None = None,
    attachments: Sequence[str] = (),
    send_as: str = attaching.AUTO,
    reply_to: str = "",
    quote: str = "",
    message_id: str = "",
) -> Message:
    """Accept a direct message: reserve a slot of its account and queue the message. It is due at the slot, ``eta``.

    The recipient is ``to``, who becomes a contact if nobody of this username or Telegram id is one, or ``contact_id``.
    The text is written in ``format``; without ``link_preview`` Telegram shows no preview of an address in it.
    ``attachments`` are the ids of up to ten files, which are sent as one message: several photos and videos as an
    album. ``send_as`` is ``auto``, ``document`` or ``voice``. The text is their caption, and may be empty. ``reply_to``
    is the id of the message that it quotes, ``quote`` the part of its text.
    ``message_id`` is the id that the message gets, made by the caller. The unit of work ends with ``IntegrityError`` if
    there is a message with this id.

    Errors: ``scope_missing``, ``not_found`` (account, contact), ``validation_failed`` (recipient, text, send_at,
    attachments, as, reply_to, quote), ``contact_opted_out``, ``account_daily_limit`` with the seconds to the first free
    slot.
    """
    actor.require(Scope.WRITE_MESSAGES)
    _check_send_at(send_at)
    if not text and not attachments:
        raise invalid("text", "blank", "give a text, or attachments")
    text = message_text.check_template(actor.workspace, text, format, caption=bool(attachments))
    chosen = {} if message_id == "" else {"id": message_id}
    return queue_message(
        actor,
        account_id=account_id,
        to=to,
        contact_id=contact_id,
        text=text,
        format=format,
        link_preview=link_preview,
        send_at=send_at,
        attachments=attachments,
        send_as=send_as,
        reply_to=reply_to,
        quote=quote,
        **chosen,
    )


def queue_message(
    actor: Actor,
    *,
    account_id: int,
    to: str | int | None = None,
    contact_id: str = "",
    text: str,
    send_at: datetime | None = None,
    attachments: Sequence[str] = (),
    send_as: str = attaching.AUTO,
    reply_to: str = "",
    quote: str = "",
    **columns: Any,
) -> Message:
    """Reserve a slot and queue the message, whose text was checked. The recipient is ``to`` or the contact.
    ``columns`` are further ones of the message.

    Runs in the caller's unit of work. Errors: as :func:`messaging.services.send_message`.
    """
    recipient = None if to is None else parse_recipient(to)
    account = lock_account(actor, account_id)
    now = clock.now()
    earliest = slots.earliest_send(account, now, send_at)
    eta = slots.slot_for_direct_send(account, earliest)
    contact, address = _find_contact(actor, recipient or contact_id)
    if contact.opted_out:
        raise DomainError("contact_opted_out")
    review.check_message(actor, contact, text, columns.get("format", Format.PLAIN))
    columns |= quoting.columns_of(account, contact.id, reply_to, quote)
    is_planned = send_at is not None and send_at > now
    answered = None
    if is_planned:
        thread_id = state.record_planned_answer(account, contact, now)
    else:
        author_id, via = team.author_of(actor)
        answered = state.record_answer(account, contact, now, author_id=author_id, via=via)
        thread_id = answered.thread_id
    message = _messages.new(
        workspace_id=account.workspace_id,
        account_id=account.pk,
        contact_id=contact.pk,
        thread_id=thread_id,
        direction=Direction.OUT,
        status=Status.QUEUED,
        recipient=address,
        text=text,
        request_id=actor.request_id,
        eta=eta,
        delayed_by=_delayed_by(now, send_at, earliest, eta),
        slot_at=eta,
        created_at=now,
        **columns_of(author_of(actor)),
        **columns,
    )
    parts = _attach(actor, message, account, attachments, send_as)
    _messages.insert_later([message])
    _attachments.insert_later(parts)
    team.record_written(message, actor, None if is_planned else now, answered)
    _wake_worker(eta)
    return message


def _attach(
    actor: Actor, message: Message, account: Account, attachments: Sequence[str], send_as: str
) -> list[Attachment]:
    if not attachments:
        if send_as != attaching.AUTO:
            raise invalid("as", "no_attachments", "only files are sent as something; give attachments")
        return []
    files = file_services.usable(actor, attachments)
    parts = attaching.attach([ToAttach(message, account, files)], send_as)
    albums.check_together([FileKind(part.kind) for part in parts])
    return parts


def _find_contact(actor: Actor, who: Recipient | str) -> tuple[Contact, str]:
    """The contact that the recipient names, or that has this id, locked; and how the message is addressed to it."""
    if isinstance(who, Recipient):
        found = lookup.find_or_create(actor, username=who.username, telegram_id=who.telegram_id)
        return found, str(who)
    contact = repository.get(actor.workspace, who, lock=True).contact
    address = automatic.recipient_of(contact)
    if not address:
        raise invalid("contact_id", "no_address", "the contact has neither a username nor a Telegram id")
    return contact, address


def _delayed_by(now: datetime, send_at: datetime | None, earliest: datetime, eta: datetime) -> str:
    """Which condition moved the ``eta`` of a new message beyond ``now``; ``earliest`` is without the gap, which is
    named only if nothing else did."""
    if earliest > now:
        return WaitingFor.ETA if earliest == send_at else WaitingFor.ACCOUNT_PAUSED
    return WaitingFor.GAP if eta > earliest else ""


def lock_account(actor: Actor, account_id: int) -> Account:
    """The account under its row lock: two sends never reserve a slot of one account at the same time."""
    rows, edge = [], actor.workspace.edge
    if 0 < account_id <= MAX_BIGINT and (edge is None or edge.sees_account(account_id)):
        rows = _accounts.select("id = %s AND workspace_id = %s", [account_id, actor.workspace.pk], lock=True)
    if not rows:
        raise account_not_found(actor)
    return rows[0]


def parse_recipient(value: str | int) -> Recipient:
    """Parse ``to``; ``validation_failed`` (422) if it is neither a username nor a Telegram id, or an id of ours.

    A string of digits is a Telegram id, for no username starts with a digit.
    """
    error = invalid(
        "to", "invalid_recipient", "give a username (@name), a t.me link, or a positive numeric Telegram id"
    )
    if isinstance(value, str):
        if not _DIGITS.fullmatch(value.strip()):
            try:
                return Recipient(username=parse_username(value))
            except InvalidUsername:
                raise error from None
            except IdAsUsername as mistake:
                raise invalid("to", mistake.code, mistake.detail, hint=_HINTS.get(mistake.kind, _HINT)) from None
        value = int(value)
    # JSON's true is the int 1 to Python, and 1 is a valid id.
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_BIGINT:
        raise error
    return Recipient(telegram_id=value)


# --- Messages ---------------------------------------------------------------------------------------------------------
@unit_of_work()
def cancel_message(actor: Actor, message_id: str) -> Message:
    """Cancel a queued message and free its slot.

    An attempt whose result is unknown still counts against the daily limit, so a message that may have arrived keeps
    its slot. Errors: ``scope_missing``, ``not_found``, ``invalid_state`` (409) unless the message is queued, and if
    Telegram has told that it was sent.
    """
    actor.require(Scope.WRITE_MESSAGES)
    message = _get(Message, actor, message_id, lock=True)
    if message.status != Status.QUEUED:
        raise DomainError("invalid_state", f"the message is {message.status}; only a queued one can be canceled")
    if attaching.has_arrived(message, attaching.outgoing_files([message]).get(message.pk, ())):
        raise DomainError("invalid_state", "the message was sent; only one that was not can be canceled")
    review.check_change(actor, message)
    automatic.cancel([message], message.error)
    audit.record(actor, "message.canceled", message.pk)
    notices.tell_changed(message.workspace_id, message.thread_id)
    if message.source == "direct":
        state.find_waiting([message.thread_id])
    return message


@unit_of_work()
def change_planned(
    actor: Actor,
    message_id: str,
    *,
    text: str,
    format: str = Format.PLAIN,
    send_at: datetime,
    check: Check = unconditional,
) -> Message:
    """Give a message that is planned for a time another text and another time; a time that has passed sends it now.

    Errors: ``scope_missing``, ``not_found``, ``validation_failed`` and ``account_daily_limit`` as for a message that is
    sent, ``invalid_state`` unless somebody has planned the message and it was never tried; whatever ``check`` raises.
    """
    actor.require(Scope.WRITE_MESSAGES)
    _check_send_at(send_at)
    before = _get(Message, actor, message_id)
    account = lock_account(actor, before.account_id)
    message = applying.lock_message(Message.objects.for_workspace(actor.workspace).filter(pk=message_id))
    if message is None:
        raise not_found("message")
    check(message)
    # What sequences and broadcasts have put off for a window says the same.
    is_answer = message.source == "direct" and message.delayed_by == WaitingFor.ETA
    if not is_answer or message.status != Status.QUEUED or message.attempts or message.unsettled_since is not None:
        raise DomainError("invalid_state", "the message is not planned for a later time any more")
    text = message_text.check_template(actor.workspace, text, format, caption=message.kind != attaching.TEXT)
    review.check_change(actor, message, text=text, format=format, reaches=True)
    now = clock.now()
    earliest = slots.earliest_send(account, now, send_at)
    eta = slots.slot_for_direct_send(account, earliest, exclude_id=message.pk)
    values = {"text": text, "format": format, "entities": [], "rendered": False, "eta": eta, "slot_at": eta}
    values["delayed_by"] = _delayed_by(now, send_at, earliest, eta)
    for name, value in values.items():
        setattr(message, name, value)
    Message.objects.for_workspace(actor.workspace).filter(pk=message.pk).update(**values)
    audit.record(actor, "message.replanned", message.pk)
    notices.tell_changed(message.workspace_id, message.thread_id)
    _wake_worker(eta)
    return message


def _check_send_at(send_at: datetime | None) -> None:
    if send_at is not None and send_at > clock.now() + MAX_SEND_AT_DELAY:
        raise invalid("send_at", "too_far", "send_at may be at most 366 days away")


def _wake_worker(eta: datetime) -> None:
    wait = (eta - clock.now()).total_seconds()
    if wait <= WAKE_WORKER_WITHIN_SECONDS:
        transaction.on_commit(lambda: doorbell.ring("messaging.dispatch", after=wait))


def get_message(actor: Actor, message_id: str) -> Message:
    """One message. Errors: ``scope_missing``, ``not_found``."""
    actor.require(Scope.READ_MESSAGES)
    message = _get(Message, actor, message_id)
    waiting.load_accounts([message])
    querysets.with_attachments([message])
    querysets.with_names([message])
    return message


def _get(model: type[M], actor: Actor, row_id: str, *, lock: bool = False) -> M:
    row: M = model.objects.for_workspace(actor.workspace).get_or_not_found(row_id, lock=lock)
    return row


def list_messages(
    actor: Actor,
    *,
    account_id: int | None = None,
    contact_id: str | None = None,
    thread_id: str | None = None,
    direction: str | None = None,
    status: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    search: str | None = None,
    sort: str = "-created_at",
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """One page of messages, in and out, created from ``since`` on and before ``until``. ``search`` are beginnings of
    words of the text; it finds what was sent or received and not deleted.

    Errors: ``scope_missing``, ``invalid_cursor``, ``filter_too_costly`` for a search.
    """
    actor.require(Scope.READ_MESSAGES)
    filters = _given(
        account_id=account_id,
        contact_id=contact_id,
        thread_id=thread_id,
        direction=direction,
        status=status,
        created_at__gte=since,
        created_at__lt=until,
    )
    rows = Message.objects.for_workspace(actor.workspace).filter(**filters)
    read = list if search is None else searching.reads_found(search)
    filters |= _given(search=search)
    return _page_of_messages(actor, rows, filters, sort=sort, limit=limit, cursor=cursor, read=read)


def _given(**filters: Any) -> dict[str, Any]:
    return {name: value for name, value in filters.items() if value is not None}


def _page_of_messages(actor: Actor, rows: Any, filters: dict[str, Any], **options: Any) -> Page:
    messages = page(rows, workspace_id=actor.workspace.pk, filters=filters, **options)
    waiting.load_accounts(messages.rows)
    querysets.with_attachments(messages.rows)
    querysets.with_names(messages.rows)
    return messages


# --- Threads ----------------------------------------------------------------------------------------------------------
def list_thread_messages(
    actor: Actor,
    thread_id: str,
    *,
    until: datetime | None = None,
    sort: str = "-created_at",
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """One page of the thread's messages, created before ``until``. Errors: ``scope_missing``, ``not_found``,
    ``invalid_cursor``."""
    actor.require(Scope.READ_MESSAGES)
    filters = _given(thread=_get(Thread, actor, thread_id).pk, created_at__lt=until)
    rows = Message.objects.for_workspace(actor.workspace).filter(**filters)
    return _page_of_messages(actor, rows, filters, sort=sort, limit=limit, cursor=cursor)


@unit_of_work()
def mark_thread_read(actor: Actor, thread_id: str) -> Thread:
    """Set the thread's unread count to 0, and let the contact see that the messages were read
    (:func:`messaging.changes.queue.ask_to_read`). Errors: ``scope_missing``, ``not_found``."""
    actor.require(Scope.WRITE_MESSAGES)
    thread = _get(Thread, actor, thread_id)
    review.check_thread(actor, thread, is_read=True)
    if thread.unread_count:
        queue.ask_to_read(thread)
    rows = Thread.objects.for_workspace(actor.workspace).filter(pk=thread.pk)
    if rows.filter(unread_count__gt=0).update(unread_count=0):
        audit.record(actor, "thread.read", thread.pk)
        notices.tell_changed(thread.workspace_id, thread.pk, notices.READ)
    thread.unread_count = 0
    return thread
