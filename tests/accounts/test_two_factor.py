"""The second factor: codes by time and recovery codes."""

import base64
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from crmsolid.core import clock, crypto
from crmsolid.core.errors import DomainError
from crmsolid.workspaces import email, two_factor
from crmsolid.workspaces.models import AuditEntry, Membership, RecoveryCode, TwoFactor, User, Workspace
from tests.tenants import Tenants
from tests.threads import run_together_catching


def secret_of(user: User) -> bytes:
    return crypto.decrypt(TwoFactor.objects.get(user=user), "secret")


def code(user: User, *, offset: int = 0) -> str:
    """What the user's app shows now, or ``offset`` steps later."""
    return two_factor.totp(secret_of(user), int(clock.now().timestamp()) // 30 + offset)


def code_of(secret: str) -> str:
    """What an app with this secret shows now."""
    return two_factor.totp(base64.b32decode(secret), int(clock.now().timestamp()) // 30)


def set_up(user: User, session_key: str | None = None, ip: str | None = None) -> list[str]:
    secret = two_factor.new_secret()
    return two_factor.confirm_setup(user, secret, code_of(secret), session_key=session_key, ip=ip)


def forget_last_code(user: User) -> None:
    """As if the last code had been used long ago."""
    TwoFactor.objects.filter(user=user).update(last_step=0)


def turn_on(user: User) -> list[str]:
    """Set the second factor up; returns the recovery codes."""
    codes = set_up(user)
    forget_last_code(user)
    return codes


def turn_off(user: User, text: str, session_key: str | None = None) -> None:
    two_factor.turn_off(user, text, session_key=session_key, ip=None)


def refused(user: User, text: str) -> str:
    with pytest.raises(DomainError) as error:
        two_factor.check_code(user, text, ip=None)
    return error.value.code


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(second: int, expected: str) -> None:
    assert two_factor.totp(b"12345678901234567890", second // 30, digits=8) == expected
    assert two_factor.totp(b"12345678901234567890", second // 30) == expected[2:]


def test_it_is_on_once_a_code_has_confirmed_it(tenants: Tenants) -> None:
    user = tenants.owner
    secret = two_factor.new_secret()
    assert len(base64.b32decode(secret)) == 20 and two_factor.new_secret() != secret
    with pytest.raises(DomainError, match="not right"):
        two_factor.confirm_setup(user, secret, "000000x", session_key=None, ip=None)
    assert not two_factor.is_on(user) and not TwoFactor.objects.exists()
    codes = two_factor.confirm_setup(user, secret, code_of(secret), session_key=None, ip="203.0.113.1")
    assert base64.b32decode(secret) == secret_of(user)
    assert two_factor.is_on(user)
    assert len(set(codes)) == 10 and all(len(each) == 19 for each in codes)
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="user.two_factor_on")
    assert (entry.subject_label, entry.ip, entry.data) == (user.email, "203.0.113.1", {})
    with pytest.raises(DomainError, match="invalid_state"):
        set_up(user)
    assert base64.b32decode(secret) == secret_of(user)


def test_nothing_readable_is_stored(tenants: Tenants) -> None:
    codes, user = turn_on(tenants.owner), tenants.owner
    factor = TwoFactor.objects.get(user=user)
    assert secret_of(user) not in bytes(factor.secret)
    digests = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(each.replace("-", "") in digests or each in digests for each in codes)
    assert base64.b32encode(secret_of(user)).decode() not in repr(factor) + str(factor)


def sessions_of(*users: User) -> list[str]:
    """The keys of new sessions, one of each user."""
    keys = []
    for user in users:
        client = Client()
        client.force_login(user)
        assert client.session.session_key is not None
        keys.append(client.session.session_key)
    return keys


def sessions_left() -> set[str]:
    return set(Session.objects.values_list("session_key", flat=True))


def test_turning_it_on_ends_the_sessions_that_began_with_the_password_alone(tenants: Tenants) -> None:
    mine, _ = sessions_of(tenants.owner, tenants.owner)
    set_up(tenants.owner, session_key=mine)
    assert sessions_left() == {mine}


def test_the_command_ends_all_sessions(tenants: Tenants) -> None:
    turn_on(tenants.owner)
    *_, stranger = sessions_of(tenants.owner, tenants.owner, tenants.stranger)
    run_turn_off(tenants.owner.email)
    assert sessions_left() == {stranger}


@pytest.mark.django_db(transaction=True)
def test_of_two_sessions_that_confirm_at_once_one_turns_it_on() -> None:
    user = Tenants().owner
    results = run_together_catching([partial(set_up, user) for _ in range(3)])
    assert sorted(type(each).__name__ for each in results) == ["DomainError", "DomainError", "list"]
    assert two_factor.recovery_codes_left(user) == 10


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_a_code_is_accepted_a_step_early_or_late(tenants: Tenants, offset: int) -> None:
    turn_on(tenants.owner)
    with clock.simulated(datetime(2026, 6, 1, 12, 0, 15, tzinfo=UTC)):
        assert two_factor.check_code(tenants.owner, code(tenants.owner, offset=offset), ip=None) is False


@pytest.mark.parametrize("offset", [-2, 2])
def test_a_code_of_another_minute_is_refused(tenants: Tenants, offset: int) -> None:
    turn_on(tenants.owner)
    with clock.simulated(datetime(2026, 6, 1, 12, 0, 15, tzinfo=UTC)):
        assert refused(tenants.owner, code(tenants.owner, offset=offset)) == "validation_failed"


def test_a_code_is_accepted_once_and_none_before_it(tenants: Tenants) -> None:
    turn_on(tenants.owner)
    with clock.simulated(datetime(2026, 6, 1, 12, 0, 15, tzinfo=UTC)) as now:
        earlier, later = code(tenants.owner), code(tenants.owner, offset=1)
        assert two_factor.check_code(tenants.owner, f" {later[:3]} {later[3:]} ", ip=None) is False
        assert refused(tenants.owner, later) == "validation_failed"
        assert refused(tenants.owner, earlier) == "validation_failed"
        now.now += timedelta(seconds=60)
        assert two_factor.check_code(tenants.owner, code(tenants.owner), ip=None) is False


def test_the_code_that_confirmed_it_does_not_sign_in(tenants: Tenants) -> None:
    with clock.simulated(datetime(2026, 6, 1, 12, 0, 15, tzinfo=UTC)):
        set_up(tenants.owner)
        assert refused(tenants.owner, code(tenants.owner)) == "validation_failed"


@pytest.mark.django_db(transaction=True)
def test_one_code_used_by_many_at_once_is_accepted_once() -> None:
    user = Tenants().owner
    turn_on(user)
    text = code(user)
    results = run_together_catching([partial(two_factor.check_code, user, text, ip=None) for _ in range(6)])
    assert [each for each in results if not isinstance(each, DomainError)] == [False]


@pytest.mark.django_db(transaction=True)
def test_one_recovery_code_used_by_many_at_once_is_accepted_once() -> None:
    user = Tenants().owner
    text = turn_on(user)[0]
    results = run_together_catching([partial(two_factor.check_code, user, text, ip=None) for _ in range(6)])
    assert [each for each in results if not isinstance(each, DomainError)] == [True]
    assert two_factor.recovery_codes_left(user) == 9


def test_a_recovery_code_is_accepted_as_people_type_it(tenants: Tenants) -> None:
    codes = turn_on(tenants.owner)
    assert two_factor.check_code(tenants.owner, codes[0].lower().replace("-", " "), ip=None) is True
    assert refused(tenants.owner, codes[0]) == "validation_failed"
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="user.recovery_code_used")
    assert entry.data == {"left": 9}
    assert refused(tenants.stranger, codes[1]) == "invalid_state"


def test_its_owner_is_told_of_a_recovery_code_that_was_used_and_of_new_ones(tenants: Tenants) -> None:
    codes = turn_on(tenants.owner)
    assert email.send_due() == 1
    two_factor.check_code(tenants.owner, codes[0], ip="203.0.113.1")
    assert refused(tenants.owner, codes[0]) == "validation_failed"
    assert email.send_due() == 1
    new = two_factor.new_recovery_codes(tenants.owner, code(tenants.owner), ip="203.0.113.1")
    assert email.send_due() == 1
    used, replaced = mail.outbox[1:]
    assert used.to == replaced.to == [tenants.owner.email]
    assert "was just used, which leaves 9, from the address 203.0.113.1." in used.body
    assert "were just replaced by new ones, from the address 203.0.113.1." in replaced.body
    assert not any(each in f"{used.body}{replaced.body}" for each in [*codes, *new])


def test_wrong_codes_are_limited_by_the_hour_and_recovery_codes_still_work(tenants: Tenants) -> None:
    codes, user = turn_on(tenants.owner), tenants.owner
    with clock.simulated(datetime(2026, 6, 1, 12, 0, 15, tzinfo=UTC)) as now:
        wrong = f"{(int(code(user)) + 500_000) % 1_000_000:06}"
        assert [refused(user, wrong) for _ in range(21)] == ["validation_failed"] * 20 + ["rate_limited"]
        assert refused(user, code(user)) == "rate_limited"
        assert two_factor.check_code(user, codes[0], ip=None) is True
        now.now += timedelta(hours=1)
        assert two_factor.check_code(user, code(user), ip=None) is False


def test_a_right_code_sets_the_count_to_zero(tenants: Tenants) -> None:
    turn_on(tenants.owner)
    for _ in range(2):
        for _ in range(19):
            refused(tenants.owner, "1")
        two_factor.check_code(tenants.owner, code(tenants.owner), ip=None)
        forget_last_code(tenants.owner)


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_do_not_get_past_the_limit() -> None:
    user = Tenants().owner
    turn_on(user)
    TwoFactor.objects.filter(user=user).update(failures=17, failures_since=clock.now())
    results = run_together_catching([partial(two_factor.check_code, user, "x", ip=None) for _ in range(8)])
    found = sorted(each.code for each in results if isinstance(each, DomainError))
    assert found == ["rate_limited"] * 5 + ["validation_failed"] * 3


def test_turning_it_off_asks_for_a_code(tenants: Tenants) -> None:
    codes = turn_on(tenants.owner)
    with pytest.raises(DomainError, match="not right"):
        turn_off(tenants.owner, "000")
    assert two_factor.is_on(tenants.owner)
    turn_off(tenants.owner, codes[3])
    assert not TwoFactor.objects.exists() and not RecoveryCode.objects.exists()
    assert AuditEntry.objects.for_workspace(tenants.workspace).filter(action="user.two_factor_off").count() == 1


def test_it_cannot_be_turned_off_where_a_workspace_requires_it(tenants: Tenants) -> None:
    codes = turn_on(tenants.owner)
    Workspace.objects.filter(pk=tenants.workspace.pk).update(requires_two_factor=True)
    with pytest.raises(DomainError, match="Acme requires"):
        turn_off(tenants.owner, codes[0])
    assert two_factor.is_on(tenants.owner) and two_factor.recovery_codes_left(tenants.owner) == 10


def run_turn_off(address: str) -> Any:
    said = StringIO()
    call_command("turn_off_two_factor", address, "--json", stdout=said)
    return json.loads(said.getvalue())


def test_the_command_turns_it_off_for_who_has_lost_the_codes(tenants: Tenants) -> None:
    turn_on(tenants.owner)
    assert email.send_due() == 1
    assert "ask whoever runs this installation" in mail.outbox[0].body
    Workspace.objects.filter(pk=tenants.workspace.pk).update(requires_two_factor=True)
    assert run_turn_off(" OWNER@acme.example") == {"email": "owner@acme.example", "two_factor": "off"}
    assert not TwoFactor.objects.exists() and not RecoveryCode.objects.exists()
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="membership.two_factor_off")
    membership = Membership.objects.for_workspace(tenants.workspace).get()
    assert (entry.subject_kind, entry.subject_id, entry.target) == (
        "command",
        "turn_off_two_factor",
        str(membership.pk),
    )
    assert email.send_due() == 1
    assert mail.outbox[1].to == ["owner@acme.example"]
    assert "turned off by whoever runs this installation" in mail.outbox[1].body


@pytest.mark.parametrize(
    ("address", "problem"), [("owner@acme.example", "is off"), ("nobody@acme.example", "no user"), ("", "no user")]
)
def test_the_command_says_that_there_is_nothing_to_turn_off(tenants: Tenants, address: str, problem: str) -> None:
    with pytest.raises(CommandError, match=problem):
        run_turn_off(address)
    assert email.send_due() == 0


def test_new_recovery_codes_replace_the_old_ones(tenants: Tenants) -> None:
    old = turn_on(tenants.owner)
    new = two_factor.new_recovery_codes(tenants.owner, code(tenants.owner), ip=None)
    assert not set(old) & set(new) and two_factor.recovery_codes_left(tenants.owner) == 10
    assert refused(tenants.owner, old[0]) == "validation_failed"
    assert two_factor.check_code(tenants.owner, new[0], ip=None) is True


def test_the_address_for_the_app_names_product_and_account(tenants: Tenants) -> None:
    assert two_factor.provisioning_uri(tenants.owner, "ABC") == (
        "otpauth://totp/CRM%20Solid:owner@acme.example?secret=ABC&issuer=CRM%20Solid"
    )
