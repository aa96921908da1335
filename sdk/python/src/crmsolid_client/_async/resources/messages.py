"""Messages and the threads that they are in."""

from __future__ import annotations

import datetime
from typing import Literal

from ... import models
from ..._requests import NOT_GIVEN, NotGiven, read, write
from ..pages import AsyncPages
from ..stream import AsyncMessageStream
from .base import AsyncResource

Sort = Literal["created_at", "-created_at"]


class AsyncMessages(AsyncResource):
    def list(
        self,
        *,
        account_id: int | None = None,
        contact_id: str | None = None,
        thread_id: str | None = None,
        direction: models.Direction | None = None,
        status: models.MessageStatus | None = None,
        since: datetime.datetime | None = None,
        until: datetime.datetime | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[models.Message]:
        """Messages, in and out, newest first unless ``sort`` says otherwise. ``since`` and ``until`` (exclusive) are
        about when they were created."""
        call = read(
            "/v1/messages",
            account_id=account_id,
            contact_id=contact_id,
            thread_id=thread_id,
            direction=direction,
            status=status,
            since=since,
            until=until,
            sort=sort,
            limit=limit,
            cursor=cursor,
        )
        return self._pages(call, models.Message)

    async def get(self, message_id: str) -> models.Message:
        """One message."""
        return await self._transport.model(read("/v1/messages/{}", message_id), models.Message)

    async def send(
        self,
        *,
        account_id: int,
        to: str | int | NotGiven = NOT_GIVEN,
        contact_id: str | NotGiven = NOT_GIVEN,
        text: str,
        send_at: datetime.datetime | NotGiven | None = NOT_GIVEN,
        idempotency_key: str | None = None,
    ) -> models.Queued:
        """Queue a direct message from an account. Give exactly one of ``to``, which is ``@name``, ``name``,
        ``https://t.me/name`` or a numeric Telegram id, and ``contact_id``. ``text`` may have variables such as
        ``{first_name|there}``. AccountDailyLimitError if the account has no send left; its ``retry_after`` says when it
        has."""
        call = write(
            "POST",
            "/v1/messages/send",
            idempotency_key=idempotency_key,
            account_id=account_id,
            to=to,
            contact_id=contact_id,
            text=text,
            send_at=send_at,
        )
        return await self._transport.model(call, models.Queued)

    async def cancel(self, message_id: str, *, idempotency_key: str | None = None) -> models.Canceled:
        """Cancel a message that is still queued."""
        call = write("POST", "/v1/messages/{}/cancel", message_id, idempotency_key=idempotency_key)
        return await self._transport.model(call, models.Canceled)

    def stream(self, *, last_event_id: str | None = None) -> AsyncMessageStream:
        """Every message in and out as it happens, from now on or from right after ``last_event_id``. Use it in a
        ``with`` block and iterate over it. It connects again by itself, without a gap."""
        return AsyncMessageStream(self._transport, last_event_id)


class AsyncThreads(AsyncResource):
    def list(
        self,
        *,
        account_id: int | None = None,
        contact_id: str | None = None,
        unread: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[models.Thread]:
        """The inbox: threads with their last message, newest first."""
        call = read(
            "/v1/threads", account_id=account_id, contact_id=contact_id, unread=unread, limit=limit, cursor=cursor
        )
        return self._pages(call, models.Thread)

    def messages(
        self, thread_id: str, *, sort: Sort | None = None, limit: int | None = None, cursor: str | None = None
    ) -> AsyncPages[models.Message]:
        """The messages of a thread, newest first unless ``sort`` says otherwise."""
        call = read("/v1/threads/{}/messages", thread_id, sort=sort, limit=limit, cursor=cursor)
        return self._pages(call, models.Message)

    async def read(self, thread_id: str, *, idempotency_key: str | None = None) -> models.Read:
        """Mark a thread as read."""
        call = write("POST", "/v1/threads/{}/read", thread_id, idempotency_key=idempotency_key)
        return await self._transport.model(call, models.Read)
