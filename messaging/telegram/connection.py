"""The connection of one leased account. It sends the account's messages one after the other and stores its updates.

Everything here runs on the event loop of the :class:`AccountWorker`; database work goes through ``DatabaseThreads``.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DataError, IntegrityError
from django.db import Error as DatabaseError
from telethon.errors import RPCError
from telethon.tl import functions, types

from crmsolid.core import clock
from messaging import typing
from messaging.changes import queue, received
from messaging.changes.queue import Claimed
from messaging.models import FileKind, TelegramSession
from messaging.sending import settlement
from messaging.sending.attaching import FILE_GONE
from messaging.sending.gateway import Delivered, SendError
from messaging.sending.settlement import Attempt, Claim
from messaging.telegram import (
    changes,
    database,
    health,
    history,
    mapping,
    own_sends,
    requested_history,
    sending,
    uploading,
)
from messaging.telegram.changes import PreparedChange
from messaging.telegram.client import Client, UpdateState, disconnect, session_from_row
from messaging.telegram.database import DatabaseThreads
from messaging.telegram.downloading import Downloads
from messaging.telegram.errors import (
    FILE_EXPIRED,
    FILE_REFUSED,
    SystemicError,
    UnknownRefusal,
    classify,
    connection_error,
    ends_session,
    name_of,
)
from messaging.telegram.history import MissedHistory, Pacer
from messaging.telegram.leases import LeasedAccount
from messaging.telegram.media import MediaAddress
from messaging.telegram.receiving import Receiver
from messaging.telegram.requested_history import HistoryPage, Wanted
from messaging.telegram.sending import PreparedSend
from messaging.telegram.upload_requests import FileUpload, LostParts, NotWanted, renew
from messaging.telegram.uploading import Upload

logger = logging.getLogger("crmsolid.telegram")

CONNECT_SECONDS = 30.0
CLOSE_SECONDS = 5.0
MESSAGE_LEASE_MARGIN = 1.0
LEASE_POLL_SECONDS = 0.2
FIRST_BACKOFF = 1.0
MAX_BACKOFF = 60.0
SENDER_SECONDS = 10.0
TYPING_SECONDS = 5.0
LINE_SECONDS = 5.0  # how long a part of a file lets a message go first
UPLOAD_TRIES = 5  # of a file whose parts Telegram loses, that cannot be read, or that is refused without a known reason
UNREADABLE_SECONDS = 600.0  # until another try to read the conversations after an error whose meaning is unknown


class Connection:
    """Connects at once and reconnects until it is closed or Telegram ends the session.

    ``lease_deadline`` is a monotonic time; nothing is sent and no connection is kept after it. The worker moves it on
    when it renews the account's lease.
    """

    def __init__(
        self, leased: LeasedAccount, lease_deadline: float, threads: DatabaseThreads, fetch_slots: asyncio.Semaphore
    ) -> None:
        self.leased = leased
        self.lease_deadline = lease_deadline
        self._threads = threads
        self._client: Client | None = None
        self._receiver: Receiver | None = None
        self._heard_at: datetime | None = None
        self._is_initialized = False
        self._frozen = asyncio.Event()
        self._closing = False
        self._send_not_before = 0.0
        self._sending: asyncio.Task[None] | None = None
        self._loading: asyncio.Task[None] | None = None
        self._changing: asyncio.Task[None] | None = None
        # By thread, when Telegram was last told that somebody types in it.
        self._typed: dict[str, float] = {}
        self._uploading: asyncio.Task[None] | None = None
        self._upload_not_before = 0.0
        self._line_is_free = asyncio.Event()
        self._line_is_free.set()
        self._fetching: asyncio.Task[None] | None = None
        self._settling = asyncio.Lock()
        self._pacer = Pacer()
        self._missed_history = MissedHistory(threads, self._pacer)
        self._downloads = Downloads(leased.account_id, threads, self._pacer, fetch_slots)
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"telegram-{leased.account_id}")

    @property
    def heard_at(self) -> datetime | None:
        """When Telegram last reported updates or confirmed that there are none."""
        return (self._client and self._client.heard_at) or self._heard_at

    @property
    def is_ready(self) -> bool:
        """Whether a message may be sent now."""
        has_lease = not self._closing and time.monotonic() < self.lease_deadline
        return has_lease and self._client is not None and self._client.is_ready

    @property
    def is_connected(self) -> bool:
        """Whether Telegram has accepted the connection, and it stands now."""
        return self.is_ready and self._is_initialized

    async def close(self) -> None:
        """Wait for the send in progress, then disconnect."""
        self._closing = True
        for task in (self._loading, self._uploading, self._fetching):
            if task is not None:
                task.cancel()  # the row stays, and the next worker goes on
        if self._sending is not None:
            await asyncio.wait([self._sending], timeout=settings.TELEGRAM_SEND_SECONDS)
        if self._changing is not None:
            await asyncio.wait([self._changing], timeout=settings.TELEGRAM_SEND_SECONDS)
        await self.disconnect()
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def disconnect(self) -> None:
        """Disconnect at once. What Telethon still has in its queues is dropped and never sent."""
        client = self._client
        if client is not None:
            await asyncio.wait([asyncio.ensure_future(client.disconnect())], timeout=CLOSE_SECONDS)

    # Connecting and receiving

    async def _run(self) -> None:
        backoff = FIRST_BACKOFF
        while not self._closing:
            started = time.monotonic()
            try:
                await self._connect_and_listen()
            except asyncio.CancelledError:
                if _is_cancelled():
                    raise  # otherwise disconnect() was called, and Telethon cancelled the request in progress
            except Exception as error:
                if await self._ends_session(error):
                    return
                logger.warning("no connection: %r", error, extra={"account_id": self.leased.account_id})
                if time.monotonic() < self.lease_deadline and not self._closing:  # otherwise it was we who ended it
                    await self._record_error(error)
            if await self._wait_for_lease():
                backoff = FIRST_BACKOFF  # Telegram did not fail, so there is no reason to spare it
                continue
            lasted = time.monotonic() - started
            backoff = FIRST_BACKOFF if lasted > MAX_BACKOFF else min(backoff * 2, MAX_BACKOFF)
            await asyncio.sleep(backoff * random.uniform(0.5, 1.0))

    async def _connect_and_listen(self) -> None:
        """Returns or raises when the connection has ended."""
        if time.monotonic() >= self.lease_deadline:
            return
        row = await self._threads.run(database.load_session, self.leased.account_id)
        await self._missed_history.begin(row)
        receiver = self._receiver = Receiver(row)
        await self._threads.run(receiver.review_reports)

        async def store_updates(updates: Sequence[Any], users: Sequence[Any], state: UpdateState) -> None:
            if unmet := receiver.unmet(updates, users):
                unknown = await self._threads.run(receiver.unknown, unmet)
                users = [*users, *await _users_of(client, unknown)]
            async with self._settling:
                pass  # An auto-reply may come before the message that it answers is settled.
            await self._threads.run(receiver.store_updates, updates, users, state)

        client = self._client = Client(session_from_row(row), row.user_id, store_updates)
        tasks: list[asyncio.Task[None]] = []
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await client.connect()
            self._is_initialized = True
            reading = self._read_missed_history(client, receiver, row)
            watching = health.watch_freeze(client, row.account_id, self._frozen, self._threads)
            tasks = [asyncio.get_running_loop().create_task(each) for each in (reading, watching)]
            await client.ended()
        finally:
            for task in tasks:
                task.cancel()
            self._client, self._heard_at, self._is_initialized = None, self.heard_at, False
            await asyncio.wait([asyncio.ensure_future(disconnect(client))], timeout=CLOSE_SECONDS)

    async def _read_missed_history(self, client: Client, receiver: Receiver, row: TelegramSession) -> None:
        try:
            while not await self._missed_history.read(client, receiver, row):
                await asyncio.sleep(UNREADABLE_SECONDS)
        except Exception as error:
            client.end(error)

    async def _ends_session(self, error: Exception) -> bool:
        """Whether Telegram has ended the session for good. Then the account waits for a login."""
        refusal = classify(error)
        if not ends_session(refusal):
            return False
        try:
            await self._threads.run(health.record_session_lost, self.leased, refusal)
        except DatabaseError as database_error:  # Telegram refuses the next connection in the same way
            extra = {"account_id": self.leased.account_id}
            logger.warning("the end of a session could not be recorded: %r", database_error, extra=extra)
            return False
        return True

    async def _record_error(self, error: Exception) -> None:
        if isinstance(error, DatabaseError):
            return  # it says nothing about the account, and could not be stored
        with contextlib.suppress(DatabaseError):
            await self._threads.run(health.record_error, self.leased.account_id, *connection_error(error))

    # Sending

    def send_due_messages(self) -> None:
        """Start to send what is due, unless that is in progress."""
        is_sending = self._sending is not None and not self._sending.done()
        if self.is_ready and not is_sending and time.monotonic() >= self._send_not_before:
            self._sending = asyncio.get_running_loop().create_task(self._send_loop())

    async def _send_loop(self) -> None:
        try:
            while self.is_ready:
                claim = await self._threads.run(database.claim_next_message, self.leased.account_id)
                if claim is None:
                    return
                if isinstance(claim, Claim):
                    await self._attempt(claim)
                elif claim:
                    self._send_not_before = time.monotonic() + claim
                    asyncio.get_running_loop().call_later(claim, self.send_due_messages)
                    return
        except Exception:
            logger.exception("sending stopped", extra={"account_id": self.leased.account_id})

    async def _attempt(self, claim: Claim) -> None:
        """Send a claimed message once and settle the attempt."""
        started = time.monotonic()
        self._line_is_free.clear()
        try:
            result = await self._send(claim)
        finally:
            self._line_is_free.set()
        if isinstance(result, SendError) and result.account_state is not None:
            await self._record_refusal(result)
            # The settlement must not set the account's state again: a newer login may have changed it since.
            result = SendError(result.code, result.detail, unsent=True)
        elapsed_ms = int((time.monotonic() - started) * 1000)
        async with self._settling:
            await self._threads.run(settlement.settle, [Attempt(claim, result, elapsed_ms)])
        message = claim.message
        await self._threads.run(received.review_reads, message.contact_id, message.thread_id)
        if self._receiver is not None:
            await self._threads.run(self._receiver.review_reports)

    async def _record_refusal(self, refusal: SendError) -> None:
        """Telegram has ended the session, or frozen the account."""
        await self._threads.run(health.record_session_lost, self.leased, refusal)
        if not ends_session(refusal):
            self._frozen.set()

    async def _wait_for_lease(self) -> bool:
        """Wait until the lease is renewed; whether it was over."""
        was_over = time.monotonic() >= self.lease_deadline
        while time.monotonic() >= self.lease_deadline and not self._closing:
            await asyncio.sleep(LEASE_POLL_SECONDS)
        return was_over

    async def _send(self, claim: Claim) -> Delivered | SendError:
        """Send within the time that the leases of the message and of the account leave."""
        try:
            send = await self._threads.run(sending.prepare, claim.outgoing, claim.account)
        except SendError as error:
            return error
        if isinstance(send, Delivered):
            return send
        now = clock.now()
        message_seconds = ((claim.message.lease_until or now) - now).total_seconds() - MESSAGE_LEASE_MARGIN
        seconds = min(settings.TELEGRAM_SEND_SECONDS, message_seconds, self.lease_deadline - time.monotonic())
        if seconds <= 0:  # asyncio.timeout would let the first request leave before it cancels
            return SendError("not_the_owner", "the lease is over", retry_after=1.0, pauses_account=False)
        try:
            async with asyncio.timeout(seconds):
                return await self._deliver(send)
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and _is_cancelled():
                raise
            # After a timeout Telethon would send the abandoned request once it has reconnected by itself; and it
            # initializes a connection again only with a new one.
            if isinstance(error, TimeoutError) or isinstance(classify(error), SystemicError):
                await self.disconnect()
            return await self._threads.run(sending.record_failure, send, error)

    async def _deliver(self, send: PreparedSend) -> Delivered:
        client, peer = self._client, send.peer
        if client is None:
            raise ConnectionError("the connection is closed")

        async def store_ids(ids: Mapping[int, int]) -> None:
            await self._threads.run(own_sends.store_ids, send.account, ids)

        if peer is not None:
            try:
                return await sending.deliver(client, send, peer, store_ids)
            except RPCError as error:
                if not send.can_be_found or name_of(error) != "PEER_ID_INVALID":
                    raise  # otherwise the stored access hash is out of date
        peer = await sending.find_recipient(client, send)
        await self._threads.run(sending.save_resolved_peer, send, peer)
        return await sending.deliver(client, send, peer, store_ids)

    # Uploading files

    def upload_files(self) -> None:
        """Start to upload what messages wait for, unless that is in progress. Sends go on meanwhile."""
        if self._may_upload and (self._uploading is None or self._uploading.done()):
            self._uploading = asyncio.get_running_loop().create_task(self._upload_loop())

    @property
    def _may_upload(self) -> bool:
        """Whether Telegram lets files be uploaded now."""
        return self.is_ready and time.monotonic() >= self._upload_not_before

    async def _upload_loop(self) -> None:
        try:
            while self._may_upload:
                upload = await self._threads.run(uploading.next_upload, self.leased.account_id)
                if upload is None:
                    return
                await self._upload(upload)
                self.send_due_messages()
        except Exception:
            logger.exception("uploading stopped", extra={"account_id": self.leased.account_id})

    async def _upload(self, upload: Upload) -> None:
        """Upload one file, or get a new reference to it, and store what came of it."""
        try:
            address = await self._address_of(upload)
        except NotWanted:
            return
        except LostParts:
            failure: BaseException = SendError(FILE_EXPIRED, "Telegram loses parts of the file")
        except DatabaseError:
            raise
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and _is_cancelled():
                raise
            failure = error
        else:
            await self._threads.run(uploading.finish, upload, address)
            return
        await self._settle_upload(upload, failure)

    async def _address_of(self, upload: Upload) -> MediaAddress:
        client = self._client
        if client is None:
            raise ConnectionError("the connection is closed")
        if upload.media_id is not None:
            address = await renew(client, upload)
            if address is None:
                await self._threads.run(uploading.begin_again, upload)
                raise NotWanted
            return address

        async def progress(parts_sent: int) -> bool:
            return await self._threads.run(uploading.record_progress, upload, parts_sent)

        return await FileUpload(client, upload, progress, self._wait_for_line).run()

    async def _wait_for_line(self) -> None:
        """Until no message is being sent, for a moment at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LINE_SECONDS):
                await self._line_is_free.wait()

    async def _settle_upload(self, upload: Upload, failure: BaseException) -> None:
        """Put the upload off, begin it again, make a document of a photo, or let the messages fail that wait for it."""
        refusal = failure if isinstance(failure, SendError) else classify(failure)
        if refusal.account_state is not None:
            await self._record_refusal(refusal)
        if isinstance(refusal, SystemicError) or isinstance(failure, TimeoutError):
            await self.disconnect()
        is_lost = refusal.code == FILE_EXPIRED
        may_pass = not (is_lost or isinstance(refusal, UnknownRefusal) or isinstance(failure, FileNotFoundError))
        if refusal.code == FILE_REFUSED and upload.kind == FileKind.PHOTO:
            await self._threads.run(uploading.send_as_document, upload)
        elif refusal.permanent or (not may_pass and upload.attempts + 1 >= UPLOAD_TRIES):
            code, detail = FILE_GONE if isinstance(failure, FileNotFoundError) else (refusal.code, refusal.detail)
            await self._threads.run(uploading.refuse, upload.id, code, detail)
        elif is_lost:
            await self._threads.run(uploading.begin_again, upload)
        else:
            seconds = refusal.retry_after if refusal.code == "flood_wait" else None
            if seconds is not None:  # it concerns all files of the account
                self._upload_not_before = time.monotonic() + seconds
            await self._threads.run(uploading.put_off, upload, seconds, refusal.code)

    # Changes of messages, and what is not stored

    def make_changes(self) -> None:
        """Start to make what changes are due, unless that is in progress. Sends go on meanwhile."""
        if self.is_ready and (self._changing is None or self._changing.done()):
            self._changing = asyncio.get_running_loop().create_task(self._change_loop())

    async def _change_loop(self) -> None:
        try:
            while self.is_ready:
                claimed = await self._threads.run(queue.claim, self.leased.account_id)
                if claimed is None:
                    return
                await self._change(claimed)
        except Exception:
            logger.exception("changes of messages stopped", extra={"account_id": self.leased.account_id})

    async def _change(self, claimed: Claimed) -> None:
        """Make one change and settle it."""
        prepared = await self._threads.run(changes.prepare, claimed)
        try:
            at = await self._make(prepared)
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and _is_cancelled():
                raise
            failure = changes.failure_of(prepared, error)
            if isinstance(error, TimeoutError) or isinstance(failure, SystemicError):
                await self.disconnect()
        else:
            await self._threads.run(queue.settle_done, claimed, at)
            return
        if failure.account_state is not None:
            await self._record_refusal(failure)
            # As after a send: a newer login may have changed the state since.
            failure = SendError(failure.code, failure.detail, unsent=True)
        await self._threads.run(queue.settle_refused if failure.permanent else queue.settle_later, claimed, failure)

    async def _make(self, prepared: PreparedChange) -> datetime | None:
        client = self._client
        if client is None:
            raise ConnectionError("the connection is closed")
        now, lease_until = clock.now(), prepared.claimed.change.lease_until
        lease_seconds = ((lease_until or now) - now).total_seconds() - MESSAGE_LEASE_MARGIN
        seconds = min(settings.TELEGRAM_SEND_SECONDS, lease_seconds, self.lease_deadline - time.monotonic())
        if seconds <= 0:
            raise SendError("not_the_owner", "the lease is over", retry_after=1.0, pauses_account=False)
        async with asyncio.timeout(seconds):
            return await changes.make(client, prepared)

    async def show_typing(self, thread_id: str) -> None:
        """Let the contact see that somebody types, unless Telegram was told a moment ago. Errors do no harm."""
        client, now = self._client, time.monotonic()
        if client is None or not self.is_connected or now - self._typed.get(thread_id, 0.0) < typing.REPEAT_SECONDS:
            return
        self._typed = {each: at for each, at in self._typed.items() if now - at < typing.REPEAT_SECONDS}
        self._typed[thread_id] = now
        peer = await self._threads.run(mapping.peer_of_thread, thread_id)
        if peer is None:
            return
        request = functions.messages.SetTypingRequest(peer.to_input(), types.SendMessageTypingAction())
        try:
            async with asyncio.timeout(TYPING_SECONDS):
                await client.invoke(request)
        except (RPCError, OSError, TimeoutError) as error:
            logger.info("nobody sees that somebody types: %r", error, extra={"account_id": self.leased.account_id})

    # Loading older messages

    def load_older_messages(self) -> None:
        """Start to read the pages that members asked for, unless that is in progress. Sends go on meanwhile."""
        if self.is_ready and (self._loading is None or self._loading.done()):
            self._loading = asyncio.get_running_loop().create_task(self._load_loop())

    async def _load_loop(self) -> None:
        try:
            while self.is_ready:
                wanted = await self._threads.run(requested_history.next_request, self.leased.account_id)
                if wanted is None:
                    return
                await self._load(wanted)
        except Exception:
            logger.exception("loading older messages stopped", extra={"account_id": self.leased.account_id})

    async def _load(self, wanted: Wanted) -> None:
        """Read one page and store it."""
        try:
            page = await self._read_page(wanted)
            await self._threads.run(requested_history.store, wanted, page)
        except (DataError, IntegrityError):
            logger.exception("older messages cannot be stored", extra={"account_id": self.leased.account_id})
            failure = SendError("internal_error", permanent=True)
        except DatabaseError:
            raise
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and _is_cancelled():
                raise
            failure = error if isinstance(error, SendError) else classify(error)
        else:
            return
        if failure.account_state is not None:
            await self._record_refusal(failure)
        if isinstance(failure, SystemicError):
            await self.disconnect()
        await self._threads.run(requested_history.record_failure, wanted, failure)

    async def _read_page(self, wanted: Wanted) -> HistoryPage:
        if wait := self._pacer.pause_seconds:
            raise SendError("flood_wait", retry_after=wait)
        try:
            async with asyncio.timeout(requested_history.MAX_WAIT_SECONDS):
                await self._pacer.wait()
        except TimeoutError:  # Telegram has asked to wait meanwhile, because of another request
            raise SendError("flood_wait", retry_after=self._pacer.pause_seconds) from None
        client = self._client  # not before the wait: there may be a new connection after it
        if client is None:
            raise ConnectionError("the connection is closed")
        seconds = min(settings.TELEGRAM_SEND_SECONDS, self.lease_deadline - time.monotonic())
        async with asyncio.timeout(seconds):
            return await requested_history.read(client, wanted)

    # Fetching files

    def fetch_files(self) -> None:
        """Start to fetch the files that are wanted, unless that is in progress. Sends go on meanwhile."""
        is_fetching = self._fetching is not None and not self._fetching.done()
        if self.is_ready and not is_fetching and self._downloads.may_ask:
            self._fetching = asyncio.get_running_loop().create_task(self._fetch_loop())

    async def _fetch_loop(self) -> None:
        try:
            while self.is_ready and (client := self._client) is not None:
                if not await self._downloads.fetch_next(client):
                    return
        except asyncio.CancelledError:
            if _is_cancelled():
                raise  # otherwise the client was disconnected; the row is due, and is found again
        except Exception:
            logger.exception("fetching files stopped", extra={"account_id": self.leased.account_id})


def _is_cancelled() -> bool:
    """Whether this task is being cancelled. A client that disconnects cancels its requests in progress, too."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _users_of(client: Client, unknown: dict[int, int]) -> list[Any]:
    """The users of these messages (user id to message id). Unless Telegram tells, they are stored without: what a
    customer writes must not be lost, and an answer asks again whom it goes to."""
    if not unknown:
        return []
    try:
        async with asyncio.timeout(SENDER_SECONDS):
            return await history.users_of_messages(client, list(unknown.values()))
    except (RPCError, TimeoutError) as error:
        logger.warning("the name of a sender is unknown: %r", error)
        return []
