"""Reactions that were made while the account was away: no difference brings them."""

from collections.abc import Iterator
from typing import Any

import pytest
from telethon.tl import types

from messaging.models import Account, Attachment, Message, TelegramSession
from messaging.telegram import history
from messaging.telegram.account_worker import AccountWorker
from messaging.telegram.receiving import Receiver
from tests.messaging.telegram.helpers import ANNA, BOB, SHOP, ready_accounts
from tests.messaging.telegram.test_missed_history import deliver_hour_ago, disconnect, wait_until_read
from tests.messaging.telegram.test_received_albums import part, report
from tests.telegram_server import TelegramServer
from tests.waiting import wait_until

UNREAD = "messages.getUnreadReactions"
HEART = {"emoji": "❤", "by": "contact"}


@pytest.fixture
def away(shop: Account, worker: AccountWorker, server: TelegramServer) -> Iterator[AccountWorker]:
    """The worker of an account that is away; three messages of the phone to Anna are stored. The test starts it."""
    first = AccountWorker("first")
    first.start()
    wait_until(lambda: ready_accounts(first))
    for text in ("one", "two", "three"):
        server.deliver(SHOP, ANNA, text)
    wait_until(lambda: Message.unscoped.count() == 3)
    wait_until_read(server)
    first.stop()
    yield worker


def react(server: TelegramServer, text: str, *emoji: str, who: str = ANNA) -> None:
    ids = {each.text: each.id for each in server.conversation(who, SHOP)}
    server.react(who, ids[text], emoji)


def reactions(text: str) -> Any:
    return Message.unscoped.get(text=text).reactions


def come_back(worker: AccountWorker, server: TelegramServer) -> None:
    lists = server.count("messages.getDialogs")
    worker.start()
    server.wait(lambda: server.count("messages.getDialogs") > lists, 20)
    wait_until(lambda: TelegramSession.unscoped.get().history_since is None)


def test_a_reaction_to_the_newest_message_costs_no_request(away: AccountWorker, server: TelegramServer) -> None:
    histories = server.count("messages.getHistory")
    react(server, "three", "❤")
    come_back(away, server)
    assert (reactions("three"), server.count(UNREAD), server.count("messages.getHistory")) == ([HEART], 0, histories)


def test_a_reaction_to_the_newest_message_that_was_taken_back(away: AccountWorker, server: TelegramServer) -> None:
    Message.unscoped.filter(text="three").update(reactions=[HEART])
    come_back(away, server)
    assert reactions("three") == []


def test_reactions_to_earlier_messages_cost_one_request_of_the_conversation(
    away: AccountWorker, server: TelegramServer
) -> None:
    react(server, "one", "🔥")
    react(server, "two", "❤")
    react(server, "three", "❤")
    come_back(away, server)
    assert (reactions("one"), reactions("two")) == ([{"emoji": "🔥", "by": "contact"}], [HEART])
    assert (reactions("three"), server.count(UNREAD)) == ([HEART], 1)
    lists = server.count("messages.getDialogs")
    disconnect(away)  # no phone has shown them since, and nothing is new
    server.wait(lambda: server.count("messages.getDialogs") > lists, 20)
    wait_until(lambda: TelegramSession.unscoped.get().history_since is None)
    assert server.count(UNREAD) == 1


def test_a_message_of_the_phone_that_was_reacted_to_at_once(away: AccountWorker, server: TelegramServer) -> None:
    """Both while the account was away; and it is not the newest message."""
    server.deliver(SHOP, ANNA, "four")
    react(server, "four", "❤")
    server.deliver(ANNA, SHOP, "five")
    server.fail(UNREAD, "FEATURE_UNKNOWN", code=400)
    come_back(away, server)
    assert reactions("four") == [HEART]
    assert Message.unscoped.filter(text="five").exists()


def test_a_refused_request_leaves_the_rest_as_it_is(away: AccountWorker, server: TelegramServer) -> None:
    react(server, "one", "❤")
    server.fail(UNREAD, "PEER_ID_INVALID", code=400)
    come_back(away, server)
    assert (reactions("one"), server.count(UNREAD)) == ([], 1)
    server.deliver(ANNA, SHOP, "still there")
    wait_until(lambda: Message.unscoped.filter(text="still there").exists())


def test_only_so_many_conversations_are_asked(
    away: AccountWorker, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The latest first."""
    monkeypatch.setattr(history, "MAX_REACTED", 1)
    server.create_user(BOB, username="bob_x", first_name="Bob")
    deliver_hour_ago(server, BOB, "an hour ago")
    for text in ("to Bob", "to Bob again"):
        server.deliver(SHOP, BOB, text)
    react(server, "one", "❤")
    react(server, "to Bob", "❤", who=BOB)
    come_back(away, server)
    assert (reactions("to Bob"), reactions("one"), server.count(UNREAD)) == ([HEART], [], 1)


def test_a_part_without_reactions_says_nothing_of_its_album(shop: Account) -> None:
    receiver = Receiver(TelegramSession.unscoped.select_related("account__workspace").get(account=shop))
    report(receiver, part(5), part(6))
    first = part(5)
    first.reactions = types.MessageReactions([types.ReactionCount(types.ReactionEmoji("❤"), 1)])
    receiver.store_reactions([first])
    receiver.store_reactions([part(6)])
    assert (Message.unscoped.get().reactions, Attachment.unscoped.count()) == ([HEART], 2)


@pytest.mark.asyncio
async def test_the_folder_of_archived_conversations_is_none() -> None:
    message = part(5)
    folder = types.DialogFolder(types.Folder(1, "Archive"), message.peer_id, 5, 0, 0, 0, 0)
    anna = types.User(1_000_002, access_hash=7, first_name="Anna")

    class Answering:
        async def invoke(self, request: Any) -> Any:
            return types.messages.Dialogs([folder], [message], [], [anna])

    conversations = await history.conversations_since(Answering(), message.date)
    assert (conversations.found, conversations.reacted, conversations.newest) == ({}, [], [])
