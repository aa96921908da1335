"""Parts of an album that are deleted at Telegram: each is noted, and the message is deleted with its last one."""

import json
from collections.abc import Iterator
from functools import partial
from itertools import permutations

import pytest

from crmsolid.core import clock
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import Actor
from messaging.changes import received
from messaging.changes import services as changes
from messaging.models import Account, Attachment, Message, TelegramSession
from messaging.services import send_message
from messaging.telegram.account_worker import AccountWorker
from messaging.telegram.receiving import Receiver
from tests.messaging.telegram.helpers import ANNA, SHOP, ready_accounts, wait_for_status
from tests.messaging.telegram.sent_files import part_ids, photo, send_files
from tests.messaging.telegram.test_received_albums import JPEG, PHOTO, part, report
from tests.telegram_server import TelegramServer
from tests.threads import run_together
from tests.waiting import wait_until


@pytest.fixture
def connected(no_gap: None, shop: Account, worker: AccountWorker) -> AccountWorker:
    """A worker that has connected the account."""
    worker.start()
    wait_until(lambda: ready_accounts(worker))
    return worker


@pytest.fixture
def again(connected: AccountWorker) -> Iterator[AccountWorker]:
    """The worker that comes after the connected one. The test starts it."""
    worker = AccountWorker("again")
    yield worker
    worker.stop()


@pytest.fixture
def receiver(shop: Account) -> Receiver:
    return Receiver(TelegramSession.unscoped.select_related("account__workspace").get(account=shop))


def deliver_album(server: TelegramServer, sender: str = ANNA, count: int = 3) -> list[int]:
    """Wait until an album is stored; returns the ids of its parts in the sender's mailbox."""
    recipient = SHOP if sender == ANNA else ANNA
    sent = server.deliver_album(sender, recipient, [PHOTO] * count)
    wait_until(lambda: Attachment.unscoped.count() == count)
    return [each.sender_message_id for each in sent]


def deleted() -> list[int]:
    """The positions of the parts that are deleted."""
    rows = Attachment.unscoped.filter(deleted_at__isnull=False).order_by("position")
    return list(rows.values_list("position", flat=True))


def events() -> dict[str, int]:
    """How many events there are of each change."""
    types = Event.unscoped.filter(type__in=["message.edited", "message.deleted"]).values_list("type", flat=True)
    return {each: list(types).count(each) for each in set(types)}


def is_deleted() -> bool:
    return Message.unscoped.get().deleted_at is not None


@pytest.mark.parametrize("sender", [ANNA, SHOP])
def test_parts_that_are_deleted_one_by_one(sender: str, connected: AccountWorker, server: TelegramServer) -> None:
    """By the contact, or on a phone of the account."""
    ids = deliver_album(server, sender)
    server.delete(sender, ids[1])
    wait_until(lambda: deleted() == [1])
    assert (is_deleted(), events()) == (False, {"message.edited": 1})
    told = json.loads(bytes(Event.unscoped.get(type="message.edited").body))["data"]["message"]
    assert [each["deleted_at"] is not None for each in told["attachments"]] == [False, True, False]
    server.delete(sender, ids[2])
    wait_until(lambda: deleted() == [1, 2])
    assert not is_deleted()
    server.delete(sender, ids[0])
    wait_until(is_deleted)
    assert (deleted(), events()) == ([0, 1, 2], {"message.edited": 2, "message.deleted": 1})


def test_all_parts_that_are_deleted_together(connected: AccountWorker, server: TelegramServer) -> None:
    server.delete(ANNA, deliver_album(server))
    wait_until(is_deleted)
    assert (deleted(), events()) == ([0, 1, 2], {"message.deleted": 1})


def test_parts_that_are_deleted_while_the_account_is_away(
    connected: AccountWorker, again: AccountWorker, server: TelegramServer
) -> None:
    ids = deliver_album(server)
    connected.stop()
    server.delete(ANNA, [ids[0], ids[2]])
    again.start()
    wait_until(lambda: deleted() == [0, 2])
    assert (is_deleted(), events()) == (False, {"message.edited": 1})
    server.delete(ANNA, ids[1])
    wait_until(is_deleted)
    assert (deleted(), events()) == ([0, 1, 2], {"message.edited": 1, "message.deleted": 1})


@pytest.mark.parametrize("order", list(permutations([5, 6, 7])))
def test_the_order_does_not_matter(order: tuple[int, ...], receiver: Receiver) -> None:
    """And what is told again changes nothing."""
    report(receiver, part(5), part(6), part(7))
    told: list[int] = []
    for number in order:
        told.append(number)
        at = clock.now()
        for _ in range(2):
            received.record_deleted(receiver.account, told, at)
        assert (len(deleted()), is_deleted()) == (len(told), len(told) == 3)
    assert events() == {"message.edited": 2, "message.deleted": 1}
    assert Message.unscoped.get().deleted_at == Attachment.unscoped.get(telegram_message_id=order[-1]).deleted_at


def test_two_workers_that_are_told_of_parts_at_once(receiver: Receiver) -> None:
    report(receiver, *[part(number) for number in range(5, 11)])
    told = [[5, 6], [7], [8, 9, 10], [5], [6, 7]]
    calls = [partial(received.record_deleted, receiver.account, each, clock.now()) for each in told]
    run_together(calls)
    assert (len(deleted()), is_deleted(), events()["message.deleted"]) == (6, True, 1)


def test_an_album_that_is_being_sent_waits_for_its_other_parts(
    actor: Actor, connected: AccountWorker, shop: Account, server: TelegramServer
) -> None:
    message = wait_for_status(send_files(actor, shop, photo(actor, 1), photo(actor, 2), text="Look"), "sent")
    first, second = part_ids(message)
    assert first is not None and second is not None
    connected.stop()
    Attachment.unscoped.filter(telegram_message_id=second).update(telegram_message_id=None)
    Message.unscoped.update(status="sending")
    received.record_deleted(shop, [first], clock.now())
    assert (deleted(), is_deleted()) == ([0], False)
    Attachment.unscoped.filter(position=1).update(telegram_message_id=second)
    received.record_deleted(shop, [second], clock.now())
    assert (deleted(), is_deleted()) == ([0, 1], True)


def test_what_is_left_of_an_album_is_reacted_to_quoted_edited_and_deleted(
    actor: Actor, connected: AccountWorker, shop: Account, server: TelegramServer
) -> None:
    message = wait_for_status(send_files(actor, shop, photo(actor, 1), photo(actor, 2), text="Look"), "sent")
    first, second = part_ids(message)
    assert first is not None and second is not None
    server.delete(SHOP, first)
    wait_until(lambda: deleted() == [0])
    changes.react(actor, message.pk, emoji="👍")
    wait_until(lambda: Message.unscoped.get(pk=message.pk).reactions)
    changes.edit_message(actor, message.pk, text="Look again")
    wait_until(lambda: Message.unscoped.get(pk=message.pk).text == "Look again")
    assert [(each.id, each.text) for each in server.sent(SHOP)] == [(second, "Look again")]
    answer = send_message(actor, account_id=shop.pk, contact_id=message.contact_id, text="This", reply_to=message.pk)
    wait_for_status(answer, "sent")
    assert server.sent(SHOP)[-1].reply_to == second
    changes.delete_message(actor, message.pk)
    wait_until(lambda: Message.unscoped.get(pk=message.pk).deleted_at)
    assert (deleted(), events()["message.deleted"]) == ([0, 1], 1)
    assert [each.text for each in server.sent(SHOP)] == ["This"]


def test_the_file_of_a_deleted_part_stays(connected: AccountWorker, server: TelegramServer) -> None:
    ids = deliver_album(server)
    wait_until(lambda: Attachment.unscoped.filter(file__state="stored").count() == 3)
    server.delete(ANNA, ids[0])
    wait_until(lambda: deleted() == [0])
    file = Attachment.unscoped.select_related("file").get(position=0).file
    assert (file.state, file.size, file.expires_at) == ("stored", len(JPEG), None)
