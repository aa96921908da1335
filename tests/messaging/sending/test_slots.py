"""The daily limit: a slot is reserved when a message is accepted, and checked again when it is claimed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from contacts.models import Contact
from crmsolid.core.errors import DomainError
from messaging import services
from messaging.models import Account, AccountKind, AccountState, Message
from messaging.sending import claiming, dispatch, slots
from messaging.sending.gateway import SendError
from messaging.sending.slots import Slot
from tests.messaging.conftest import FrozenTime
from tests.messaging.helpers import (
    ScriptedGateway,
    counts,
    send,
    stored,
)
from tests.tenants import Tenants
from tests.threads import run_together_catching


@pytest.mark.django_db(transaction=True)
def test_of_60_concurrent_sends_exactly_50_are_accepted(tenants: Tenants) -> None:
    account = tenants.sandbox()

    def one(number: int) -> Callable[[], Message]:
        return lambda: send(account, f"@person_{number}")

    results = run_together_catching([one(number) for number in range(60)])
    accepted = [answer for answer in results if isinstance(answer, Message)]
    refused = [answer for answer in results if isinstance(answer, DomainError)]
    assert (len(accepted), len(refused)) == (50, 10)
    assert {error.code for error in refused} == {"account_daily_limit"}
    assert all(86_390 <= int(error.headers["Retry-After"]) <= 86_400 for error in refused)
    assert counts() == {"messages": 50, "slots": 50, "contacts": 50, "events": 50}


def test_slot_is_free_again_exactly_24_hours_later(tenants: Tenants, frozen_time: FrozenTime) -> None:
    account = tenants.sandbox(daily_limit=1)
    first = send(account)
    frozen_time.forward(hours=23, minutes=59, seconds=59, microseconds=999_999)
    with pytest.raises(DomainError) as refusal:
        send(account)
    assert refusal.value.headers == {"Retry-After": "1"}
    frozen_time.forward(microseconds=1)
    assert send(account).eta == first.eta + timedelta(hours=24)  # type: ignore[operator]


def test_reservation_in_the_future_counts_as_a_send(tenants: Tenants, frozen_time: FrozenTime) -> None:
    account = tenants.sandbox(daily_limit=2)
    send(account, send_at=frozen_time.now + timedelta(hours=10))
    send(account, send_at=frozen_time.now + timedelta(hours=20))
    with pytest.raises(DomainError) as refusal:
        send(account)  # the next 24 hours would have three
    assert refusal.value.code == "account_daily_limit"
    assert refusal.value.headers == {"Retry-After": str(34 * 3600)}
    assert send(account, send_at=frozen_time.now + timedelta(hours=34)).slot_at == frozen_time.now + timedelta(hours=34)


def test_accounts_do_not_share_slots(tenants: Tenants) -> None:
    one, two = tenants.sandbox(daily_limit=1), tenants.sandbox(daily_limit=1)
    send(one)
    send(two)
    assert counts()["slots"] == 2


def test_canceled_message_frees_its_slot(tenants: Tenants, frozen_time: FrozenTime) -> None:
    account = tenants.sandbox(daily_limit=1)
    message = send(account, send_at=frozen_time.now + timedelta(hours=1))
    services.cancel_message(tenants.actor(), message.pk)
    assert (stored(message).status, stored(message).slot_at) == ("canceled", None)
    assert send(account).status == "queued"


@pytest.mark.parametrize(
    ("text", "opted_out", "error"),
    [("hello {first_name}", False, "template_unresolved"), ("hello", True, "contact_opted_out")],
)
def test_message_that_fails_unsent_frees_its_slot(tenants: Tenants, text: str, opted_out: bool, error: str) -> None:
    account = tenants.sandbox(daily_limit=1)
    message = send(account, text=text)
    Contact.unscoped.update(opted_out=opted_out)
    assert dispatch.dispatch() == 0
    row = stored(message)
    assert (row.status, row.error, row.slot_at) == ("failed", error, None)
    assert send(account, "@bobby").status == "queued"


def test_message_that_telegram_refused_keeps_its_slot(tenants: Tenants) -> None:
    account = tenants.sandbox(daily_limit=1)
    message = send(account, "@fail_privacy")
    dispatch.dispatch()
    assert (stored(message).status, stored(message).error) == ("failed", "privacy_restricted")
    assert stored(message).slot_at is not None
    with pytest.raises(DomainError, match="account_daily_limit"):
        send(account)


def test_claim_checks_a_limit_that_was_lowered_after_acceptance(tenants: Tenants, frozen_time: FrozenTime) -> None:
    account = tenants.sandbox(daily_limit=3)
    first, second, third = (send(account, f"@person_{number}") for number in range(3))
    Account.unscoped.filter(pk=account.pk).update(daily_limit=1)
    dispatch.dispatch()
    # Two reservations within 24 hours exceed the new limit: at most one message is sent, the others move.
    states = [stored(message) for message in (first, second, third)]
    sent = [message for message in states if message.status == "sent"]
    waiting = sorted(message.slot_at for message in states if message.status == "queued" and message.slot_at)
    assert len(sent) <= 1
    assert all(message.slot_at == message.eta for message in states if message.status == "queued")
    for _ in range(6):
        frozen_time.now = max(
            frozen_time.now,
            min((m.eta for m in Message.unscoped.filter(status="queued") if m.eta), default=frozen_time.now),
        )
        dispatch.dispatch()
    instants = sorted(message.sent_at for message in Message.unscoped.all() if message.sent_at)
    assert all(later - earlier >= timedelta(hours=24) for earlier, later in zip(instants, instants[1:], strict=False))
    assert len(instants) == 3 and waiting


def test_claim_moves_the_slot_to_the_time_of_the_send(tenants: Tenants, frozen_time: FrozenTime) -> None:
    account = tenants.sandbox(daily_limit=1)
    message = send(account)
    frozen_time.forward(hours=5)
    dispatch.dispatch()
    assert stored(message).slot_at == stored(message).sent_at == frozen_time.now


def test_pause_moves_eta_and_slot(tenants: Tenants, frozen_time: FrozenTime) -> None:
    account = tenants.sandbox()
    message = send(account)
    until = frozen_time.now + timedelta(minutes=10)
    Account.unscoped.filter(pk=account.pk).update(state=AccountState.PAUSED, paused_until=until)
    assert claiming.claim(message.pk) is None
    assert (stored(message).status, stored(message).eta, stored(message).slot_at) == ("queued", until, until)


def test_retry_moves_the_slot(tenants: Tenants, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch) -> None:
    ScriptedGateway([SendError("try_later", unsent=True)]).install(monkeypatch)
    account = tenants.sandbox()
    message = send(account)
    dispatch.dispatch()
    assert stored(message).eta == stored(message).slot_at == frozen_time.now + timedelta(seconds=5)


def test_message_that_may_have_arrived_keeps_its_slot_when_canceled(
    tenants: Tenants, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ScriptedGateway([SendError("connection_lost")]).install(monkeypatch)
    message, attempted_at = send(tenants.sandbox()), frozen_time.now
    dispatch.dispatch()
    row = stored(message)
    assert (row.status, row.slot_at, row.eta) == ("queued", attempted_at, attempted_at + timedelta(seconds=5))
    services.cancel_message(tenants.actor(), message.pk)
    assert (stored(message).status, stored(message).slot_at) == ("canceled", attempted_at)


def test_gap_is_kept_between_reservations(tenants: Tenants, frozen_time: FrozenTime) -> None:
    phone = Account.unscoped.create(workspace=tenants.workspace, name="Phone", kind=AccountKind.TELEGRAM)
    in_a_minute = frozen_time.now + timedelta(minutes=1)
    send(phone, send_at=in_a_minute)
    assert send(phone, send_at=in_a_minute).eta == in_a_minute + timedelta(seconds=1)
    assert send(phone).eta == frozen_time.now


def test_next_free_slot_is_when_the_oldest_send_leaves_the_window(tenants: Tenants, frozen_time: FrozenTime) -> None:
    account = tenants.sandbox(daily_limit=1)
    send(account)
    with transaction.atomic():
        assert slots.next_free_slot(account, frozen_time.now) == Slot(
            frozen_time.now + timedelta(hours=24), "daily_limit"
        )
