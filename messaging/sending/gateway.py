"""The interface between the queue of messages and what delivers them (Telegram, or the sandbox).

A gateway is chosen by the account's kind. It delivers at most once per ``random_id``: called again with the same one,
it finds out whether the earlier attempt arrived and says so. It never waits out a delay and never retries by itself.
Messages of accounts of a kind that has no gateway wait.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from crmsolid.core.extension_points import ExtensionPoint
from messaging.formatting.entities import Entity


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file of a message. ``telegram_message_id`` is set for a part of an album that has arrived already."""

    file_id: str
    kind: str
    random_id: int
    telegram_message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a gateway has to send. ``attempt`` counts from 1.

    ``previous_attempt_at`` is the time of the first earlier attempt whose result is unknown, None if there is none.
    ``entities`` are the formatted parts of ``text``, which is the caption where there are ``files``. ``reply_to`` is
    the id, as Telegram or the sandbox has it, of the message that this one quotes, ``quote`` the part of its text,
    which begins at ``quote_offset`` UTF-16 units.
    """

    message_id: str
    workspace_id: int
    account_id: int
    random_id: int
    recipient: str
    text: str
    attempt: int
    previous_attempt_at: datetime | None
    entities: tuple[Entity, ...] = ()
    link_preview: bool = True
    files: tuple[OutgoingFile, ...] = ()
    reply_to: int | None = None
    quote: str = ""
    quote_offset: int = 0


@dataclass(frozen=True, slots=True)
class Delivered:
    """The message arrived. ``duplicate``: an earlier attempt had delivered it, and this one sent nothing.

    ``part_ids`` are the ids of the parts of an album by their ``random_id``."""

    telegram_message_id: int | None
    duplicate: bool = False
    part_ids: Mapping[int, int] = field(default_factory=dict)


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

    @property
    def stops_account(self) -> bool:
        """Whether the account cannot send its next messages either."""
        return self.account_state is not None or (self.retry_after is not None and self.pauses_account)


class Gateway(Protocol):
    """Sends for a kind of account that any worker may send for."""

    def send(self, batch: Sequence[Outgoing]) -> dict[str, Delivered | SendError]:
        """Deliver these messages in their order. Returns what became of each, by the message's id. After an error that
        stops an account, the account's other messages are not tried and are missing; after another one that is tried
        again, those to the same recipient are.

        Runs outside any transaction and takes less time than a lease.
        """

    def after_sent(self, sent: Sequence[Outgoing]) -> None:
        """Called once these messages are settled as sent."""


# The gateway of each kind of account that any worker may send for.
registry: ExtensionPoint[Gateway] = ExtensionPoint("gateways")
