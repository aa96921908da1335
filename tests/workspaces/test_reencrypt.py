"""The command ``reencrypt``: put a new key first, run it, remove the old key."""

import json
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from crmsolid.api.idempotency import IdempotencyRecord
from crmsolid.core import crypto
from messaging.alerts import push
from messaging.models import TelegramSession
from tests.tenants import Tenants
from webhooks import services
from webhooks.models import Endpoint

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def endpoint(tenants: Tenants, settings: Any) -> Endpoint:
    """With two secrets, both under the old key."""
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    url = "https://hook.example.com/"
    made = services.create_endpoint(tenants.actor(), url=url, events=["contact.created"], secret="first").endpoint
    services.update_endpoint(tenants.actor(), made.pk, headers={"Authorization": "Bearer x"})
    services.rotate_secret(tenants.actor(), made.pk, secret="second")
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    return made


def run() -> dict[str, tuple[int, int]]:
    said = StringIO()
    call_command("reencrypt", "--json", stdout=said)
    return {each["column"]: (each["changed"], each["unreadable"]) for each in json.loads(said.getvalue())}


def test_after_it_the_new_key_alone_decrypts_everything(tenants: Tenants, endpoint: Endpoint, settings: Any) -> None:
    answers = [
        IdempotencyRecord(
            workspace=tenants.workspace, key=key, fingerprint=b"", status=200, body=body, sealed=key == "s"
        )
        for key, body in (("s", Fernet(OLD).encrypt(b"secret")), ("plain", b"plain"))
    ]
    IdempotencyRecord.unscoped.bulk_create(answers)
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    push.key()
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    assert run() == {
        "workspaces.TwoFactor.secret": (0, 0),
        "workspaces.OutgoingEmail.body": (0, 0),
        "webhooks.Endpoint.secret": (1, 0),
        "webhooks.Endpoint.previous_secret": (1, 0),
        "webhooks.Endpoint.headers": (1, 0),
        "messaging.TelegramSession.auth_key": (0, 0),
        "messaging.TelegramSession.future_auth_token": (0, 0),
        "messaging.SessionToEnd.auth_key": (0, 0),
        "messaging.LoginAttempt.encrypted_state": (0, 0),
        "messaging.PushKey.private_key": (1, 0),
        "messaging.PushSubscription.subscription": (0, 0),
        "apikeys.IdempotencyRecord.body": (1, 0),
    }
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    row = Endpoint.unscoped.get()
    assert (crypto.decrypt(row, "secret"), crypto.decrypt(row, "previous_secret")) == (b"second", b"first")
    records = {record.key: record for record in IdempotencyRecord.unscoped.all()}
    assert (crypto.decrypt(records["s"], "body"), bytes(records["plain"].body)) == (b"secret", b"plain")
    assert not any(changed for changed, _ in run().values())


def test_it_handles_more_rows_than_a_batch(
    tenants: Tenants, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crypto, "_BATCH", 2)
    for number in range(4):
        url = f"https://hook.example.com/{number}"
        services.create_endpoint(tenants.actor(), url=url, events=["contact.created"], secret="more")
    Endpoint.unscoped.exclude(pk=endpoint.pk).update(secret=Fernet(OLD).encrypt(b"more"))
    assert run()["webhooks.Endpoint.secret"] == (5, 0)


def test_a_value_that_was_replaced_meanwhile_is_kept(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = crypto.encrypt(endpoint, "secret", b"third")

    def replaced_meanwhile(value: bytes, place: str) -> bytes:
        Endpoint.unscoped.update(secret=newer)
        return crypto.seal(b"stale", place)

    monkeypatch.setattr(crypto, "reencrypt", replaced_meanwhile)
    assert run()["webhooks.Endpoint.secret"] == (0, 0)
    assert bytes(Endpoint.unscoped.get().secret) == newer


def test_a_value_that_no_key_decrypts_is_reported_and_kept(tenants: Tenants, endpoint: Endpoint, settings: Any) -> None:
    account = tenants.sandbox()
    lost = Fernet(Fernet.generate_key()).encrypt(b"key")
    stored = TelegramSession.unscoped.create(
        workspace=account.workspace, account=account, user_id=1, dc_id=2, host="h", port=1, auth_key=lost
    )
    with pytest.raises(CommandError, match=r"^no key decrypts 1 of the values in messaging.TelegramSession.auth_key; "):
        run()
    assert bytes(TelegramSession.unscoped.get().auth_key) == lost
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert crypto.decrypt(Endpoint.unscoped.get(), "secret") == b"second"
    message = f"no key of FIELD_ENCRYPTION_KEYS decrypts messaging.TelegramSession.auth_key of {stored.pk}"
    with pytest.raises(crypto.Unreadable, match=f"^{message}$"):
        crypto.decrypt(TelegramSession.unscoped.get(), "auth_key")


def test_a_value_of_a_version_that_did_not_bind_it_is_read_and_then_bound(
    tenants: Tenants, endpoint: Endpoint, settings: Any
) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    url = "https://hook.example.com/other"
    other = services.create_endpoint(tenants.actor(), url=url, events=["contact.created"], secret="other").endpoint
    Endpoint.unscoped.filter(pk=endpoint.pk).update(secret=Fernet(OLD).encrypt(b"unbound"))
    unbound = Endpoint.unscoped.get(pk=endpoint.pk)
    assert crypto.decrypt(unbound, "secret") == b"unbound"
    assert run()["webhooks.Endpoint.secret"] == (1, 0)
    bound = Endpoint.unscoped.get(pk=endpoint.pk)
    assert crypto.decrypt(bound, "secret") == b"unbound"
    other.secret = bound.secret
    with pytest.raises(crypto.Unreadable):
        crypto.decrypt(other, "secret")
    # Once the key has been replaced, what is in an old copy of the database is of no use either.
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    run()
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    bound.refresh_from_db()
    assert crypto.decrypt(bound, "secret") == b"unbound"
    other.secret = unbound.secret
    with pytest.raises(crypto.Unreadable):
        crypto.decrypt(other, "secret")
