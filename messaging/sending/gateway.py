"""The interface between the queue of messages and what delivers them (Telegram, or the sandbox).

A gateway is chosen by the account's kind. It delivers at most once per ``random_id``: called again with the same one,
it finds out whether the earlier attempt arrived and says so. It never waits out a delay and never retries by itself.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from messaging.models import Account, AccountKind


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a gateway has to send. ``attempt`` counts from 1.

    ``previous_attempt_at`` is the time of the first earlier attempt whose result is unknown, None if there is none.
    """

    message_id: str
    workspace_id: int
    account_id: int
    random_id: int
    recipient: str
    text: str
    attempt: int
    previous_attempt_at: datetime | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """The message arrived. ``duplicate``: an earlier attempt had delivered it, and this one sent nothing."""

    telegram_message_id: int | None
    duplicate: bool = False


class SendError(Exception):
    """The message did not arrive, or nobody knows whether it did. ``code`` is stable.

    permanent       the message fails and is not retried
    retry_after     seconds until a retry may be made
    pauses_account  whether the whole account waits for ``retry_after``, or only this message
    account_state   the new state of the account, such as ``needs_login``
    unsent          this attempt certainly did not arrive. Always true with ``permanent``, ``retry_after`` or
                    ``account_state``; otherwise the result of the attempt is unknown
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        pauses_account: bool = True,
        account_state: str | None = None,
        unsent: bool = False,
    ) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail
        self.permanent, self.retry_after, self.account_state = permanent, retry_after, account_state
        self.pauses_account = pauses_account
        self.unsent = unsent or permanent or retry_after is not None or account_state is not None


class Gateway(Protocol):
    """What each kind of account must provide.

    ``needs_account_worker``: only the worker that holds the account's connection may send for it. Otherwise any worker
    may.
    """

    @property
    def needs_account_worker(self) -> bool: ...

    def queue(self, account_id: int) -> str | None:
        """The Celery queue of the worker that holds the account. None while no worker does: the one that takes it
        looks for due messages itself."""

    def send(self, outgoing: Outgoing) -> Delivered:
        """Deliver, or raise :class:`SendError`. Runs outside any transaction and takes less time than a lease."""

    def after_sent(self, outgoing: Outgoing) -> None:
        """Called once the message is settled as sent."""


registry: dict[str, Gateway] = {}


def register(kind: AccountKind, gateway: Gateway) -> None:
    """Use this gateway for accounts of this kind. Called once for each kind when the app starts."""
    registry[kind] = gateway


def kinds(*, needs_account_worker: bool) -> list[str]:
    """The registered kinds of account that need an account worker, or those that do not."""
    return [kind for kind, gateway in registry.items() if gateway.needs_account_worker is needs_account_worker]


def gateway_for(account: Account) -> Gateway | None:
    """The gateway of the account's kind. None if none is registered: then the account's messages wait."""
    return registry.get(account.kind)


def gateway_of_kind(kind: str) -> Gateway:
    """The gateway of a registered kind. ``KeyError`` for any other."""
    return registry[kind]
