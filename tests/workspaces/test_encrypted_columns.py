"""Attacks by somebody who has the database, and no key: they read it, and write to it what is encrypted elsewhere."""

import base64
import io
import re
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.core.management import CommandError, call_command

from crmsolid.api.idempotency import IdempotencyRecord
from crmsolid.core import clock, crypto
from crmsolid.core.errors import DomainError
from crmsolid.panel.account.base import keep_secret, read_secret
from crmsolid.workspaces import email, two_factor
from crmsolid.workspaces.models import OutgoingEmail, Role, TwoFactor
from messaging.models import Account, LoginAttempt, TelegramSession
from messaging.telegram.client import Session, UpdateState, decrypt_session, encrypt_session, session_from_row
from messaging.telegram.login import LoggedIn
from messaging.telegram.services import logout, store_session
from tests.tenants import Api, Tenants
from webhooks.models import Endpoint
from webhooks.secrets import EndpointSecrets
from webhooks.services import create_endpoint

pytestmark = pytest.mark.django_db

AUTH_KEY = bytes(range(256))
HOOK: dict[str, Any] = {"url": "https://hook.example.com/", "events": ["contact.created"]}


@pytest.fixture
def victim(tenants: Tenants) -> TelegramSession:
    """The session of somebody else's Telegram account."""
    return logged_in(tenants.sandbox(tenants.other), 1, AUTH_KEY)


def logged_in(account: Account, user_id: int, key: bytes) -> TelegramSession:
    row = TelegramSession(workspace=account.workspace, account=account, user_id=user_id, login_epoch=0)
    session = Session(2, "127.0.0.1", 443, key)
    store_session(row, LoggedIn(session, user_id, "Shop", UpdateState(pts=1, qts=0, date=1, seq=1)))
    return row


def test_stored_answer_of_the_attackers_request_shows_no_other_value(
    api: Api, tenants: Tenants, victim: TelegramSession
) -> None:
    client = api(tenants.key())
    assert client.post("/v1/webhooks", HOOK, idempotency_key="mine").status_code == 201
    IdempotencyRecord.unscoped.filter(key="mine", sealed=True).update(body=victim.auth_key)
    answer = client.post("/v1/webhooks", HOOK, idempotency_key="mine")
    assert AUTH_KEY not in answer.content
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert Endpoint.unscoped.count() == 1


def test_email_to_the_attacker_has_no_other_value(tenants: Tenants) -> None:
    secret = create_endpoint(tenants.actor(tenants.other), secret="victims-secret", **HOOK).endpoint.secret
    email.queue_email("attacker@example.com", "Hello", "two_factor_changed", state="on", ip=None, by_operator=False)
    OutgoingEmail.objects.update(body=secret)
    assert (email.send_due(), mail.outbox) == (0, [])


def test_email_is_sent_to_nobody_else(tenants: Tenants) -> None:
    """A link to reset a password is of use to whoever reads it."""
    email.queue_email("victim@example.com", "Hello", "two_factor_changed", state="on", ip=None, by_operator=False)
    OutgoingEmail.objects.update(to="attacker@example.com")
    assert (email.send_due(), mail.outbox) == (0, [])


@pytest.mark.parametrize("kind", ["another workspace", "another account of the workspace"])
def test_telegram_session_is_of_use_in_its_own_row_alone(tenants: Tenants, victim: TelegramSession, kind: str) -> None:
    workspace = tenants.workspace if kind == "another workspace" else tenants.other
    mine = logged_in(tenants.sandbox(workspace), 2, b"mine" * 64)
    TelegramSession.unscoped.filter(pk=mine.pk).update(auth_key=victim.auth_key)
    with pytest.raises(crypto.Unreadable, match=r"decrypts messaging\.TelegramSession\.auth_key of "):
        session_from_row(TelegramSession.unscoped.get(pk=mine.pk))
    assert session_from_row(TelegramSession.unscoped.get(pk=victim.pk)).key == AUTH_KEY


def test_telegram_session_that_moves_with_its_account_to_another_workspace(
    tenants: Tenants, victim: TelegramSession
) -> None:
    victim.workspace = tenants.workspace
    with pytest.raises(crypto.Unreadable):
        session_from_row(victim)


def test_login_in_progress_of_another_workspace(tenants: Tenants) -> None:
    theirs, mine = (LoginAttempt(workspace=each, expires_at=clock.now()) for each in (tenants.other, tenants.workspace))
    theirs.encrypted_state = encrypt_session(theirs, Session(2, "127.0.0.1", 443, AUTH_KEY), {"phone": "15550001"})
    mine.encrypted_state = theirs.encrypted_state
    with pytest.raises(crypto.Unreadable):
        decrypt_session(mine)
    session, values = decrypt_session(theirs)
    assert (session.key, values) == (AUTH_KEY, {"phone": "15550001"})


def test_webhook_secret_signs_for_its_own_endpoint_alone(tenants: Tenants) -> None:
    theirs, mine = (
        create_endpoint(tenants.actor(each), secret="chosen-secret", **HOOK).endpoint
        for each in (tenants.other, tenants.workspace)
    )
    mine.secret = theirs.secret
    assert (EndpointSecrets.of(mine).current, EndpointSecrets.of(theirs).current) == (None, "chosen-secret")
    theirs.previous_secret = theirs.secret
    assert EndpointSecrets.of(theirs).previous is None


def test_second_factor_of_the_attacker_lets_nobody_in_elsewhere(tenants: Tenants) -> None:
    attacker, victim = tenants.member(Role.AGENT), tenants.owner
    secrets = {user: two_factor.new_secret() for user in (attacker, victim)}
    for user, secret in secrets.items():
        two_factor.confirm_setup(user, secret, code_of(secret), session_key=None, ip=None)
    stolen = TwoFactor.objects.get(user=attacker).secret
    TwoFactor.objects.filter(user=victim).update(secret=stolen, last_step=0)
    with pytest.raises((crypto.Unreadable, DomainError)):
        two_factor.check_code(victim, code_of(secrets[attacker]), ip=None)


def code_of(secret: str) -> str:
    return two_factor.totp(base64.b32decode(secret), int(clock.now().timestamp()) // two_factor.STEP_SECONDS)


def test_secret_of_a_session_under_another_name() -> None:
    session = SessionStore()
    keep_secret(session, "reset", ["MQ", "token"], seconds=60)
    session["setup"] = session["reset"]
    assert (read_secret(session, "setup"), read_secret(session, "reset")) == (None, ["MQ", "token"])


def test_a_dump_has_no_secret(tenants: Tenants, victim: TelegramSession, api: Api) -> None:
    created = api(tenants.key()).post("/v1/webhooks", HOOK)
    out = io.StringIO()
    call_command("dumpdata", "--all", stdout=out)
    assert "messaging.telegramsession" in out.getvalue()
    for secret in (AUTH_KEY.decode("latin-1"), AUTH_KEY.hex(), created.json()["secret"]):
        assert secret not in out.getvalue()
    for value in re.findall(r'"(?:auth_key|secret)": "([^"]+)"', out.getvalue()):
        assert base64.b64decode(value).startswith(b"gAAAA"), value


def test_wrong_key_is_named_and_changes_nothing(tenants: Tenants, victim: TelegramSession, settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    before = TelegramSession.unscoped.filter(pk=victim.pk).values().get()
    with pytest.raises(crypto.Unreadable, match=f"TelegramSession.auth_key of {victim.pk}$"):
        session_from_row(victim)
    with pytest.raises(
        CommandError, match=r"^no key decrypts 1 of the values in messaging\.TelegramSession\.auth_key; "
    ):
        call_command("reencrypt")
    assert TelegramSession.unscoped.filter(pk=victim.pk).values().get() == before


def test_account_whose_session_no_key_decrypts_is_logged_out_here(
    tenants: Tenants, victim: TelegramSession, settings: Any
) -> None:
    """Telegram cannot be told, and the page says how to end the session there."""
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert logout(tenants.actor(tenants.other), account_id=victim.account_id) == "unreadable"
    row = TelegramSession.unscoped.get(pk=victim.pk)
    assert (bytes(row.auth_key), row.account.state) == (b"", "needs_login")
