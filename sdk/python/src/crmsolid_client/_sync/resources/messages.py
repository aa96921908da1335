# Generated from _async/resources/messages.py by tools/generate_sync.py; do not edit.
"""Messages and the threads that they are in."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Literal

from ... import models
from ..._requests import NOT_GIVEN, NotGiven, read, write
from ..pages import Pages
from ..stream import MessageStream
from .base import Resource

Sort = Literal["created_at", "-created_at"]
ThreadSort = Literal["-last_message_at", "waiting_since"]
SendAs = Literal["auto", "document", "voice"]


class Messages(Resource):
    def list(
        self,
        *,
        account_id: int | None = None,
        contact_id: str | None = None,
        thread_id: str | None = None,
        direction: models.DirectionIn | None = None,
        status: models.MessageStatusIn | None = None,
        since: datetime.datetime | None = None,
        until: datetime.datetime | None = None,
        search: str | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Pages[models.Message]:
        """Messages, in and out, newest first unless ``sort`` says otherwise. ``since`` and ``until`` (exclusive) are
        about when they were created. ``search`` are beginnings of words of the text; it finds what was sent or
        received and not deleted."""
        call = read(
            "/v1/messages",
            account_id=account_id,
            contact_id=contact_id,
            thread_id=thread_id,
            direction=direction,
            status=status,
            since=since,
            until=until,
            search=search,
            sort=sort,
            limit=limit,
            cursor=cursor,
        )
        return self._pages(call, models.Message)

    def get(self, message_id: str) -> models.Message:
        """One message."""
        return self._transport.model(read("/v1/messages/{}", message_id), models.Message)

    def send(
        self,
        *,
        account_id: int,
        to: str | int | NotGiven = NOT_GIVEN,
        contact_id: str | NotGiven = NOT_GIVEN,
        text: str | NotGiven = NOT_GIVEN,
        format: models.FormatIn | NotGiven = NOT_GIVEN,
        link_preview: bool | NotGiven = NOT_GIVEN,
        attachments: Sequence[str] | NotGiven = NOT_GIVEN,
        as_: SendAs | NotGiven = NOT_GIVEN,
        reply_to: str | NotGiven | None = NOT_GIVEN,
        quote: str | NotGiven | None = NOT_GIVEN,
        send_at: datetime.datetime | NotGiven | None = NOT_GIVEN,
        idempotency_key: str | None = None,
    ) -> models.Queued:
        """Queue a direct message from an account. Give exactly one of ``to``, which is ``@name``, ``name``,
        ``https://t.me/name`` or a numeric Telegram id, and ``contact_id``. ``text`` may have variables such as
        ``{first_name|there}``; ``format`` says how it is written. ``attachments`` are ids of files of
        :meth:`Files.upload`, which ``text`` is then the caption of; ``as_`` is what they are sent as.
        ``reply_to`` is the id of the message that this one quotes, ``quote`` the part of its text if not all of it.
        AccountDailyLimitError if the account has no send
        left; its ``retry_after`` says when it has."""
        call = write(
            "POST",
            "/v1/messages/send",
            idempotency_key=idempotency_key,
            account_id=account_id,
            to=to,
            contact_id=contact_id,
            text=text,
            format=format,
            link_preview=link_preview,
            attachments=attachments,
            as_=as_,
            reply_to=reply_to,
            quote=quote,
            send_at=send_at,
        )
        return self._transport.model(call, models.Queued)

    def cancel(self, message_id: str, *, idempotency_key: str | None = None) -> models.Canceled:
        """Cancel a message that is still queued."""
        call = write("POST", "/v1/messages/{}/cancel", message_id, idempotency_key=idempotency_key)
        return self._transport.model(call, models.Canceled)

    def edit(
        self,
        message_id: str,
        *,
        text: str,
        format: models.FormatIn | NotGiven = NOT_GIVEN,
        send_at: datetime.datetime | NotGiven = NOT_GIVEN,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.Canceled:
        """Change the text of a message, for both sides; ``send_at`` is the new time of one that is planned. The whole
        message is answered to a key that may read it.
        InvalidStateError says since when Telegram does not allow it any more."""
        call = write(
            "PATCH",
            "/v1/messages/{}",
            message_id,
            idempotency_key=idempotency_key,
            if_match=if_match,
            text=text,
            format=format,
            send_at=send_at,
        )
        return self._transport.model(call, models.Canceled)

    def delete(self, message_id: str, *, if_match: str | None = None, idempotency_key: str | None = None) -> None:
        """Delete a sent message for both sides. It stays here, with ``deleted_at`` once Telegram has done it."""
        call = write("DELETE", "/v1/messages/{}", message_id, idempotency_key=idempotency_key, if_match=if_match)
        self._transport.send(call)

    def react(self, message_id: str, emoji: str | None, *, idempotency_key: str | None = None) -> models.Canceled:
        """React to a message with this emoji in place of the account's present one; None takes it back."""
        call = write("POST", "/v1/messages/{}/reactions", message_id, idempotency_key=idempotency_key, emoji=emoji)
        return self._transport.model(call, models.Canceled)

    def stream(self, *, last_event_id: str | None = None, give_up_after: float | None = None) -> MessageStream:
        """Every message in and out as it happens, from now on or from right after ``last_event_id``. Use it in a
        ``with`` block and iterate over it. It connects again by itself, without a gap, for ever or until it has been
        without a connection for ``give_up_after`` seconds."""
        return MessageStream(self._transport, last_event_id, give_up_after)


class Threads(Resource):
    def list(
        self,
        *,
        state: models.ThreadStateIn | None = None,
        assignee: str | int | None = None,
        waiting: bool | None = None,
        waiting_hours: int | None = None,
        unread: bool | None = None,
        account_id: int | None = None,
        contact_id: str | None = None,
        search: str | None = None,
        sort: ThreadSort | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Pages[models.Thread]:
        """Threads with their last message, newest first; with the sort ``waiting_since`` those whose contacts wait for
        an answer, the longest wait first. ``assignee`` is the id of a member, or ``none``."""
        call = read(
            "/v1/threads",
            state=state,
            assignee=assignee,
            waiting=waiting,
            waiting_hours=waiting_hours,
            unread=unread,
            account_id=account_id,
            contact_id=contact_id,
            search=search,
            sort=sort,
            limit=limit,
            cursor=cursor,
        )
        return self._pages(call, models.Thread)

    def get(self, thread_id: str, *, messages: int | None = None) -> models.ThreadDetail:
        """One thread, with so many of its latest messages."""
        return self._transport.model(read("/v1/threads/{}", thread_id, messages=messages), models.ThreadDetail)

    def update(
        self,
        thread_id: str,
        *,
        state: models.ThreadStateIn | NotGiven = NOT_GIVEN,
        snoozed_until: datetime.datetime | NotGiven | None = NOT_GIVEN,
        assignee_id: int | NotGiven | None = NOT_GIVEN,
        if_match: str | None = None,
        idempotency_key: str | None = None,
    ) -> models.ThreadChanged:
        """Close, reopen, snooze (with ``snoozed_until``) and assign a thread; None as ``assignee_id``: nobody looks
        after it. With ``if_match`` PreconditionFailedError if the thread has changed since it was read."""
        call = write(
            "PATCH",
            "/v1/threads/{}",
            thread_id,
            idempotency_key=idempotency_key,
            if_match=if_match,
            state=state,
            snoozed_until=snoozed_until,
            assignee_id=assignee_id,
        )
        return self._transport.model(call, models.ThreadChanged)

    def messages(
        self, thread_id: str, *, sort: Sort | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Pages[models.Message]:
        """The messages of a thread, newest first unless ``sort`` says otherwise."""
        call = read("/v1/threads/{}/messages", thread_id, sort=sort, limit=limit, cursor=cursor)
        return self._pages(call, models.Message)

    def history(self, thread_id: str) -> models.HistoryRequest:
        """How far the latest request for older messages has come. NotFoundError if there is none."""
        return self._transport.model(read("/v1/threads/{}/history", thread_id), models.HistoryRequest)

    def load_history(self, thread_id: str, *, idempotency_key: str | None = None) -> models.HistoryRequest:
        """Load the page of messages before the oldest one of the thread from Telegram; :meth:`history` says when they
        are there. InvalidStateError for an account that is not connected to Telegram."""
        call = write("POST", "/v1/threads/{}/history", thread_id, idempotency_key=idempotency_key)
        return self._transport.model(call, models.HistoryRequest)

    def read(self, thread_id: str, *, idempotency_key: str | None = None) -> models.Read:
        """Mark a thread as read."""
        call = write("POST", "/v1/threads/{}/read", thread_id, idempotency_key=idempotency_key)
        return self._transport.model(call, models.Read)

    def unread(self, thread_id: str, *, idempotency_key: str | None = None) -> models.Read:
        """Show a thread as unread."""
        call = write("POST", "/v1/threads/{}/unread", thread_id, idempotency_key=idempotency_key)
        return self._transport.model(call, models.Read)
