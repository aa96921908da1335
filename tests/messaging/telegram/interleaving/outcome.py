"""Whether the product has exactly what Telegram has."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any

from messaging.models import Account, Direction, Message, Status, Thread
from tests.messaging.telegram.interleaving.player import Player
from tests.telegram_server.mailbox import StoredMessage

CHANGED = " (changed)"


def differences(players: Sequence[Player]) -> dict[Player, list[str]]:
    """Of each player, what is not as it must be. Nothing is written while it reads what Telegram has."""
    accounts = [player.account.pk for player in players]
    rows: dict[int, list[Message]] = defaultdict(list)
    threads: dict[int, dict[int | None, int]] = defaultdict(dict)
    for row in Message.unscoped.filter(account__in=accounts).select_related("contact").order_by("created_at", "id"):
        rows[row.account_id].append(row)
    for thread in Thread.unscoped.filter(account__in=accounts).select_related("contact"):
        threads[thread.account_id][thread.contact.telegram_id] = thread.unread_count
    states = dict(Account.unscoped.filter(pk__in=accounts).values_list("pk", "state"))
    found = {}
    for player in players:
        own = rows[player.account.pk]
        found[player] = [
            *_messages(player, own),
            *_sends(player, own),
            *_order(player, own),
            *_unread(player, threads[player.account.pk]),
        ]
        if states[player.account.pk] not in ("connected", "paused"):
            found[player].append(f"the account is {states[player.account.pk]}")
    return found


def _mailbox(player: Player) -> list[StoredMessage]:
    user = player.server.find(player.phone)
    return player.server.run_in_loop(lambda: list(user.mailbox.messages.values()))


def _messages(player: Player, rows: Sequence[Message]) -> list[str]:
    """Each message of Telegram's is here once with its text, and nothing else is here."""
    by_id: dict[int | None, list[Message]] = defaultdict(list)
    for row in rows:
        by_id[row.telegram_message_id].append(row)
    problems = []
    for message in _mailbox(player):
        own = by_id.pop(message.id, [])
        if message.is_deleted and len(own) < 2:
            continue
        if len(own) != 1:
            problems.append(f"{_name(message)} is here {len(own)} times")
        elif (own[0].direction == Direction.OUT) != message.is_out or own[0].contact.telegram_id != message.peer.id:
            problems.append(f"{_name(message)} is somebody else's here")
        elif own[0].text not in (message.text, message.text.removesuffix(CHANGED)):
            problems.append(f"{_name(message)} is {own[0].text!r} here")
    for number, others in by_id.items():
        problems += [
            f"only here: {number} {each.direction} {each.status} {each.error} {each.text!r}" for each in others
        ]
    return problems


def _name(message: StoredMessage) -> str:
    return f"{message.id} {'out' if message.is_out else 'in'} {message.text!r}"


def _sends(player: Player, rows: Sequence[Message]) -> list[str]:
    """Each message that was accepted here has left once."""
    counts = Counter(message.random_id for message in _mailbox(player) if message.random_id is not None)
    own = {row.pk: row for row in rows}
    return [
        f"{each.text!r} was sent {counts[each.random_id]} times and is {own[each.pk].status} ({own[each.pk].error})"
        for each in player.sent
        if counts[each.random_id] != 1 or own[each.pk].status != Status.SENT
    ]


def _order(player: Player, rows: Sequence[Message]) -> list[str]:
    """Messages to a person left in the order in which they were accepted here."""
    accepted = {message.random_id: number for number, message in enumerate(player.sent)}
    problems = []
    left: dict[int, list[int]] = defaultdict(list)
    for message in _mailbox(player):
        if message.random_id in accepted:
            left[message.peer.id].append(accepted[message.random_id])
    problems += [f"sent in the order {numbers}" for numbers in left.values() if numbers != sorted(numbers)]
    return problems


def received_out_of_order(player: Player, rows: Sequence[Message]) -> list[str]:
    """Messages of a person are here in Telegram's order."""
    received: dict[Any, list[int]] = defaultdict(list)
    for row in rows:
        if row.direction == Direction.IN and row.telegram_message_id is not None:
            received[row.contact_id].append(row.telegram_message_id)
    return [f"received in the order {numbers}" for numbers in received.values() if numbers != sorted(numbers)]


def _unread(player: Player, threads: dict[int | None, int]) -> list[str]:
    """As many messages are unread as on Telegram. What was deleted may still count here."""
    problems = []
    mailbox = player.server.find(player.phone).mailbox
    for phone in player.customers:
        customer = player.server.find(phone)
        unread, deleted = player.server.run_in_loop(partial(_counts, mailbox, customer))
        if not unread <= threads.get(customer.id, 0) <= unread + deleted:
            problems.append(f"{threads.get(customer.id, 0)} unread here, {unread} on Telegram")
    return problems


def _counts(mailbox: Any, customer: Any) -> tuple[int, int]:
    deleted = [each for each in mailbox.messages.values() if each.is_deleted and each.peer is customer]
    return len(mailbox.unread_from(customer)), len(deleted)
