"""Formatted texts go to Telegram with their entities, are recognized by their plain text, and come from it."""

from typing import Any

import pytest

from crmsolid.workspaces.actor import Actor
from messaging.models import Account, Message
from messaging.services import send_message
from messaging.telegram.account_worker import AccountWorker
from tests.messaging.telegram.helpers import (
    ANNA,
    SHOP,
    attempts,
    make_due,
    received_texts,
    wait_for_attempt,
    wait_for_status,
)
from tests.telegram_server import TelegramServer
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("no_gap")

TEXT = "😀 **bold [link](https://example.com/?n={username})**\n```py\nx\n```"
SHOWN = "😀 bold link\nx"
ENTITIES = [
    {"_": "MessageEntityBold", "offset": 3, "length": 9},
    {"_": "MessageEntityTextUrl", "offset": 8, "length": 4, "url": "https://example.com/?n=anna_x"},
    {"_": "MessageEntityPre", "offset": 13, "length": 1, "language": "py"},
]


def send(actor: Actor, shop: Account, **fields: Any) -> Message:
    return send_message(actor, account_id=shop.pk, to="@anna_x", text=TEXT, format="markdown", **fields)


def test_text_arrives_with_its_entities(
    shop: Account, running: AccountWorker, server: TelegramServer, actor: Actor
) -> None:
    first = send(actor, shop)
    wait_for_status(first, "sent")
    wait_for_status(send(actor, shop, link_preview=False), "sent")
    received = server.received(ANNA)
    assert [each.text for each in received] == [SHOWN, SHOWN]
    assert [each.entities for each in received] == [ENTITIES, ENTITIES]
    assert [each.no_webpage for each in received] == [False, True]
    # Telegram reports both to the account, which makes no further messages of them.
    assert set(Message.unscoped.values_list("text", "direction")) == {(SHOWN, "out")}
    assert Message.unscoped.count() == 2


def test_send_whose_answer_was_lost_is_found_by_its_plain_text(
    shop: Account, worker: AccountWorker, server: TelegramServer, actor: Actor, settings: Any
) -> None:
    settings.TELEGRAM_LOOK_BACK_AFTER_SECONDS = 0.0
    settings.TELEGRAM_SEND_SECONDS = 1.0
    server.hang("messages.sendMessage", 60, when="after")
    worker.start()
    message = wait_for_attempt(send(actor, shop), "retry")
    make_due(message)
    sent = wait_for_status(message, "sent", seconds=60)
    assert received_texts(server) == [SHOWN]
    assert sent.telegram_message_id == server.sent(SHOP)[0].id
    assert [outcome for outcome, _ in attempts(sent)] == ["retry", "duplicate"]
    assert Message.unscoped.count() == 1


def test_formatting_of_a_received_text_is_kept(shop: Account, running: AccountWorker, server: TelegramServer) -> None:
    entities = [
        {"_": "MessageEntityBold", "offset": 3, "length": 4},
        {"_": "MessageEntityUrl", "offset": 0, "length": 2},
    ]
    server.deliver_media(ANNA, SHOP, "web_page", caption="😀 bold", entities=entities, url="https://example.com/")
    message = wait_until(lambda: Message.unscoped.filter(direction="in").first())
    assert (message.text, message.entities) == ("😀 bold", [{"kind": "bold", "offset": 3, "length": 4}])
