"""The border to whatever delivers messages. Everything above it speaks only of what is declared here.

A gateway is chosen by the account's kind. It sends at most once per ``random_id``: asked again with the same one,
it finds out whether the first try arrived and says so. It never sleeps out a wait and never retries by itself.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from messaging.models import Account, AccountKind


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One attempt. ``previous_attempt_at``: the first earlier attempt whose end is unknown, None if there is none."""

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
    """It arrived. ``duplicate``: it had arrived before, and this attempt added nothing."""

    telegram_message_id: int | None
    duplicate: bool = False


class SendError(Exception):
    """It did not arrive (or it is not known). ``code`` is stable; the rest says what follows.

    permanent       the message fails for good
    retry_after     seconds until this may be tried again
    pauses_account  whether all of the account waits for ``retry_after``, or this message alone
    account_state   the account's new state, such as ``needs_login``
    unsent          this attempt certainly did not arrive; so it is, too, whenever a wait, a state or ``permanent`` is
                    given
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
    """What a kind of account must be able to do.

    ``has_owners``: only the worker that holds an account's connection may send for it. Else any worker may.
    """

    @property
    def has_owners(self) -> bool: ...

    def queue(self, account_id: int) -> str | None:
        """Where the account's owner listens; None while nobody holds it (whoever takes it looks for what is due)."""

    def send(self, outgoing: Outgoing) -> Delivered:
        """Deliver, or raise :class:`SendError`. Runs outside any transaction, for less than a lease."""

    def after_sent(self, outgoing: Outgoing) -> None:
        """Called once the message is settled as sent."""


_gateways: dict[str, Gateway] = {}


def register(kind: AccountKind, gateway: Gateway) -> None:
    """Done once for each kind when the app starts."""
    _gateways[kind] = gateway


def kinds(*, has_owners: bool) -> list[str]:
    """The registered kinds of account of which only an owner, or any worker, may send."""
    return [kind for kind, gateway in _gateways.items() if gateway.has_owners is has_owners]


def gateway_for(account: Account) -> Gateway | None:
    """The gateway of the account's kind; None while none is registered (its messages wait)."""
    return _gateways.get(account.kind)


def gateway_of_kind(kind: str) -> Gateway:
    """The gateway of a kind that :func:`kinds` named."""
    return _gateways[kind]
