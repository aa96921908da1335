"""Older messages that members ask for: one page of a conversation, read by the worker that holds the account.

A request is a row that stays until a page is stored, so whichever worker holds the account finds it. Reading and
storing the same page again changes nothing.
"""

import logging
import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min
from telethon.errors import RPCError

from contacts.erasing import ledger
from contacts.models import Contact
from crmsolid.core import clock
from messaging.models import HistoryRequest, HistoryState, Message, TelegramSession
from messaging.sending.gateway import SendError
from messaging.telegram import history, sending
from messaging.telegram.client import Client
from messaging.telegram.database import of_accounts
from messaging.telegram.errors import UnknownRefusal, duration_text, name_of
from messaging.telegram.mapping import Peer, find_peer, merge_albums, private_message, save_peers
from messaging.telegram.receiving import as_incoming
from messaging.threads import received

logger = logging.getLogger("crmsolid.telegram")

RETRY_SECONDS = 5.0
# Somebody waits at the page, so a longer wait is told instead.
MAX_WAIT_SECONDS = 60.0
GIVE_UP_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The page that a request asks for: the messages before ``before_id``. ``peer`` is None if the account does not
    know the contact's access hash; then the username is resolved."""

    request: HistoryRequest
    before_id: int
    peer: Peer | None

    @property
    def contact(self) -> Contact:
        return self.request.thread.contact


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """What Telegram answered, newest first. ``peer`` is whose messages these are."""

    messages: list[Any]
    peer: Peer


def accounts_with_requests(account_ids: list[int]) -> set[int]:
    """The accounts among these of whose conversations older messages are asked for."""
    rows = of_accounts(_open_requests(), account_ids).order_by()
    return set(rows.values_list("account_id", flat=True).distinct())


def _open_requests() -> Any:
    return HistoryRequest.unscoped.filter(state=HistoryState.ASKED, not_before__lte=clock.now())


def next_request(account_id: int) -> Wanted | None:
    """What the account is to read next; None if nothing is asked for."""
    rows = _open_requests().filter(account_id=account_id).select_related("account", "thread__contact")
    request = rows.order_by("not_before", "id").first()
    if request is None:
        return None
    oldest = Message.unscoped.filter(thread_id=request.thread_id).aggregate(oldest=Min("telegram_message_id"))["oldest"]
    known = [each for each in (oldest, request.reached_id) if each is not None]
    telegram_id = request.thread.contact.telegram_id
    peer = find_peer(account_id, telegram_id) if telegram_id is not None else None
    # Without any known message there is nothing before it: 0 would stand for the newest ones.
    return Wanted(request, min(known, default=1), peer)


async def read(client: Client, wanted: Wanted) -> HistoryPage:
    """Ask Telegram for the page. Raises what Telethon raises, and :class:`SendError` if nobody has the username."""
    username = wanted.contact.username
    if wanted.peer is not None:
        try:
            return HistoryPage(await history.page_before(client, wanted.peer, wanted.before_id), wanted.peer)
        except RPCError as error:
            if not username or name_of(error) != "PEER_ID_INVALID":
                raise  # otherwise the stored access hash is out of date, and the username is resolved again
    if not username:
        raise SendError("recipient_not_found", permanent=True)
    peer = await sending.resolve_username(client, username, wanted.contact.telegram_id)
    return HistoryPage(await history.page_before(client, peer, wanted.before_id), peer)


@transaction.atomic
def store(wanted: Wanted, page: HistoryPage) -> None:
    """Store the page and settle the request. Does nothing if the contact was erased meanwhile.

    Messages from before an erasure of this person are not stored, and nothing older than those is asked for.
    """
    contact = Contact.unscoped.select_for_update(no_key=True).filter(pk=wanted.contact.pk).first()
    rows = HistoryRequest.unscoped.filter(pk=wanted.request.pk, state=HistoryState.ASKED)
    if contact is None or not rows.exists():
        return
    request, account = wanted.request, wanted.request.account
    save_peers(account, [page.peer])
    own_id = TelegramSession.unscoped.values_list("user_id", flat=True).get(account=account)
    messages = [found for each in page.messages if (found := private_message(each, own_id)) is not None]
    erased_at = ledger.last_erasure(contact)
    kept = [each for each in messages if erased_at is None or each.at > erased_at]
    whole = [each for each in merge_albums(kept[::-1]) if each is not None]
    received.store_past(account, contact, request.thread_id, [as_incoming(each, page.peer) for each in whole])
    rows.update(
        state=HistoryState.DONE,
        reached_id=min((each.id for each in page.messages), default=wanted.before_id),
        is_complete=len(page.messages) < history.PAGE or len(kept) < len(messages),
    )


def record_failure(wanted: Wanted, error: SendError) -> None:
    """Put the request off, or end it with the reason if asking again soon would not help."""
    wait, now = error.retry_after or RETRY_SECONDS, clock.now()
    is_refused = error.permanent or isinstance(error, UnknownRefusal)
    ends = is_refused or error.account_state is not None or wait > MAX_WAIT_SECONDS
    rows = HistoryRequest.unscoped.filter(pk=wanted.request.pk, state=HistoryState.ASKED)
    if is_refused:
        account_id = wanted.request.account_id
        logger.warning("older messages cannot be loaded: %s", error, extra={"account_id": account_id})
    if ends or now > wanted.request.requested_at + GIVE_UP_AFTER:
        rows.update(state=HistoryState.FAILED, reason=_reason(error))
    else:
        rows.update(not_before=now + timedelta(seconds=wait))


def _reason(error: SendError) -> str:
    """What the page says of a request that has failed, and what to do."""
    if error.account_state is not None:
        return "Telegram has ended the session of this account. Log it in again, then try again."
    if error.code == "recipient_changed":
        return "The username belongs to somebody else now. Correct it, then try again."
    if error.code == "recipient_not_found":
        return "Telegram does not let this account see the conversation any more."
    if error.retry_after is not None:
        return f"Telegram asks to wait {duration_text(math.ceil(error.retry_after))}. Try again then."
    if error.permanent or isinstance(error, UnknownRefusal):
        return "These messages could not be loaded. Ask whoever runs this installation; the log says why."
    return "Telegram did not answer. Try again later."
