"""An owner in this process, a real MTProto server, the database: sending and receiving for real."""

from datetime import timedelta
from typing import Any

from crmsolid.core import clock
from crmsolid.workspaces.actor import Actor
from messaging.models import Account, Message, MessageAttempt, TelegramSession
from messaging.services import send_message
from messaging.telegram.owner import Owner
from tests.messaging.telegram.accounts import ANNA, SHOP
from tests.messaging.telegram.waiting import until
from tests.telegram_server import TelegramServer
from webhooks.models import Event


def status(message: Message, *statuses: str) -> Any:
    def look() -> Message | None:
        return Message.unscoped.filter(pk=message.pk, status__in=statuses).first()

    return until(look)


def test_a_message_goes_out_once(shop: Account, owner: Owner, server: TelegramServer, actor: Actor) -> None:
    owner.start()
    message = send_message(actor, account_id=shop.pk, to="@anna_x", text="Hello {first_name|there}")
    sent = status(message, "sent")
    assert [(each.text, each.is_out) for each in server.received(ANNA)] == [("Hello there", False)]
    assert sent.telegram_message_id == server.sent(SHOP)[0].id
    assert server.sent(SHOP)[0].random_id == message.random_id
    assert list(MessageAttempt.unscoped.values_list("number", "outcome")) == [(1, "sent")]
    assert sent.contact.telegram_id == server.find(ANNA).id


def test_an_answer_lands_in_the_thread(shop: Account, owner: Owner, server: TelegramServer, actor: Actor) -> None:
    owner.start()
    message = status(send_message(actor, account_id=shop.pk, to="@anna_x", text="Hello"), "sent")
    began = clock.now()
    server.deliver(ANNA, SHOP, "Yes, please")
    answer = until(lambda: Message.unscoped.filter(direction="in").first())
    assert (answer.text, answer.status, answer.thread_id) == ("Yes, please", "received", message.thread_id)
    event = Event.unscoped.get(type="message.received")
    assert event.created_at - began < timedelta(seconds=2)
    answer.thread.refresh_from_db()
    assert answer.thread.unread_count == 1


def test_what_came_meanwhile_arrives_after_the_start(
    shop: Account, owner: Owner, server: TelegramServer, actor: Actor
) -> None:
    for number in range(20):
        server.deliver(ANNA, SHOP, f"missed {number}")
    owner.start()
    until(lambda: Message.unscoped.filter(direction="in").count() == 20)
    texts = list(Message.unscoped.order_by("telegram_message_id").values_list("text", flat=True))
    assert texts == [f"missed {number}" for number in range(20)]
    assert Event.unscoped.filter(type="message.received").count() == 20
    until(lambda: TelegramSession.unscoped.get().pts == 21)
