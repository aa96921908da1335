"""50 sends in any 24 hours: reserved when accepted, checked again when claimed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from contacts.models import Contact
from crmsolid.core.errors import DomainError
from messaging import services
from messaging.models import Account, AccountKind, AccountState, Message
from messaging.sending import dispatch, slots
from tests.cast import Cast
from tests.messaging.conftest import Hands
from tests.messaging.world import Scripted, SendError, again, at_once, counts, needs_postgresql, send


@pytest.mark.django_db(transaction=True)
def test_of_60_sends_at_once_exactly_50_pass(cast: Cast) -> None:
    needs_postgresql()
    account = cast.sandbox()

    def one(number: int) -> Callable[[], Message]:
        return lambda: send(account, f"@person_{number}")

    found = at_once([one(number) for number in range(60)])
    accepted = [answer for answer in found if isinstance(answer, Message)]
    refused = [answer for answer in found if isinstance(answer, DomainError)]
    assert (len(accepted), len(refused)) == (50, 10)
    assert {error.code for error in refused} == {"account_daily_limit"}
    assert all(86_390 <= int(error.headers["Retry-After"]) <= 86_400 for error in refused)
    assert counts() == {"messages": 50, "slots": 50, "contacts": 50, "events": 50}


def test_a_slot_is_free_again_24_hours_later_to_the_microsecond(cast: Cast, hands: Hands) -> None:
    account = cast.sandbox(daily_limit=1)
    first = send(account)
    hands.forward(hours=23, minutes=59, seconds=59, microseconds=999_999)
    with pytest.raises(DomainError) as refusal:
        send(account)
    assert refusal.value.headers == {"Retry-After": "1"}
    hands.forward(microseconds=1)
    assert send(account).eta == first.eta + timedelta(hours=24)  # type: ignore[operator]


def test_a_reservation_ahead_counts_as_a_send(cast: Cast, hands: Hands) -> None:
    account = cast.sandbox(daily_limit=2)
    send(account, send_at=hands.now + timedelta(hours=10))
    send(account, send_at=hands.now + timedelta(hours=20))
    with pytest.raises(DomainError) as refusal:
        send(account)  # 24 hours from now would hold three
    assert refusal.value.code == "account_daily_limit"
    assert refusal.value.headers == {"Retry-After": str(34 * 3600)}
    assert send(account, send_at=hands.now + timedelta(hours=34)).slot_at == hands.now + timedelta(hours=34)


def test_accounts_do_not_share_slots(cast: Cast) -> None:
    one, two = cast.sandbox(daily_limit=1), cast.sandbox(daily_limit=1)
    send(one)
    send(two)
    assert counts()["slots"] == 2


def test_a_cancel_frees_the_slot(cast: Cast, hands: Hands) -> None:
    account = cast.sandbox(daily_limit=1)
    message = send(account, send_at=hands.now + timedelta(hours=1))
    services.cancel_message(cast.actor(), message)
    assert (again(message).status, again(message).slot_at) == ("canceled", None)
    assert send(account).status == "queued"


def test_a_failure_before_telegram_frees_the_slot(cast: Cast) -> None:
    account = cast.sandbox(daily_limit=1)
    message = send(account, text="hello {first_name}")
    assert dispatch.dispatch() == 0
    assert (again(message).status, again(message).error, again(message).slot_at) == (
        "failed",
        "template_unresolved",
        None,
    )
    assert send(account).status == "queued"


def test_a_refusal_by_telegram_keeps_the_slot(cast: Cast) -> None:
    account = cast.sandbox(daily_limit=1)
    message = send(account, "@fail_privacy")
    dispatch.dispatch()
    assert (again(message).status, again(message).error) == ("failed", "privacy_restricted")
    assert again(message).slot_at is not None
    with pytest.raises(DomainError, match="account_daily_limit"):
        send(account)


def test_the_claim_checks_again_after_the_limit_was_lowered(cast: Cast, hands: Hands) -> None:
    account = cast.sandbox(daily_limit=3)
    first, second, third = (send(account, f"@person_{number}") for number in range(3))
    Account.unscoped.filter(pk=account.pk).update(daily_limit=1)
    dispatch.dispatch()
    # Two reservations in the same day stand in each other's way for now: nothing may leave until they have moved.
    states = [again(message) for message in (first, second, third)]
    sent = [message for message in states if message.status == "sent"]
    waiting = sorted(message.slot_at for message in states if message.status == "queued" and message.slot_at)
    assert len(sent) <= 1
    assert all(message.slot_at == message.eta for message in states if message.status == "queued")
    for _ in range(6):
        hands.now = max(
            hands.now, min((m.eta for m in Message.unscoped.filter(status="queued") if m.eta), default=hands.now)
        )
        dispatch.dispatch()
    instants = sorted(message.sent_at for message in Message.unscoped.all() if message.sent_at)
    assert all(later - earlier >= timedelta(hours=24) for earlier, later in zip(instants, instants[1:], strict=False))
    assert len(instants) == 3 and waiting


def test_a_claim_counts_at_its_own_instant(cast: Cast, hands: Hands) -> None:
    account = cast.sandbox(daily_limit=1)
    message = send(account)
    hands.forward(hours=5)
    dispatch.dispatch()
    assert again(message).slot_at == again(message).sent_at == hands.now


def test_a_pause_moves_eta_and_slot(cast: Cast, hands: Hands) -> None:
    account = cast.sandbox()
    message = send(account)
    until = hands.now + timedelta(minutes=10)
    Account.unscoped.filter(pk=account.pk).update(state=AccountState.PAUSED, paused_until=until)
    assert dispatch.claim(message.pk) is None
    assert (again(message).status, again(message).eta, again(message).slot_at) == ("queued", until, until)


def test_a_delay_moves_the_slot(cast: Cast, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    Scripted([SendError("try_later", unsent=True)]).install(monkeypatch)
    account = cast.sandbox()
    message = send(account)
    dispatch.dispatch()
    assert again(message).eta == again(message).slot_at == hands.now + timedelta(seconds=5)


def test_what_may_have_arrived_keeps_its_slot_even_canceled(
    cast: Cast, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    Scripted([SendError("connection_lost")]).install(monkeypatch)
    message, tried = send(cast.sandbox()), hands.now
    dispatch.dispatch()
    found = again(message)
    assert (found.status, found.slot_at, found.eta) == ("queued", tried, tried + timedelta(seconds=5))
    services.cancel_message(cast.actor(), message)
    assert (again(message).status, again(message).slot_at) == ("canceled", tried)


def test_a_gap_is_kept_between_reservations(cast: Cast, hands: Hands) -> None:
    phone = Account.unscoped.create(workspace=cast.workspace, name="Phone", kind=AccountKind.TELEGRAM)
    in_a_minute = hands.now + timedelta(minutes=1)
    send(phone, send_at=in_a_minute)
    assert send(phone, send_at=in_a_minute).eta == in_a_minute + timedelta(seconds=1)
    assert send(phone).eta == hands.now


def test_whoever_waits_for_a_slot_is_told_when(cast: Cast, hands: Hands) -> None:
    account = cast.sandbox(daily_limit=1)
    send(account)
    with transaction.atomic():
        assert slots.next_slot(account, hands.now) == hands.now + timedelta(hours=24)


def test_an_opted_out_person_gives_the_slot_back(cast: Cast) -> None:
    account = cast.sandbox(daily_limit=1)
    message = send(account)
    Contact.unscoped.update(opted_out=True)
    dispatch.dispatch()
    assert (again(message).status, again(message).error, again(message).slot_at) == (
        "failed",
        "contact_opted_out",
        None,
    )
