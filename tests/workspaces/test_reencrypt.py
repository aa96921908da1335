"""The command ``reencrypt``: put a new key first, run it, remove the old key."""

import json
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import CommandError, call_command

from apikeys.models import IdempotencyRecord
from crmsolid.core import crypto
from messaging.telegram_models import TelegramSession
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
        for key, body in (("s", crypto._cipher((OLD,)).encrypt(b"secret")), ("plain", b"plain"))
    ]
    IdempotencyRecord.unscoped.bulk_create(answers)
    assert run() == {
        "workspaces.TwoFactor.secret": (0, 0),
        "workspaces.OutgoingEmail.body": (0, 0),
        "webhooks.Endpoint.secret": (1, 0),
        "webhooks.Endpoint.previous_secret": (1, 0),
        "messaging.TelegramSession.auth_key": (0, 0),
        "messaging.LoginAttempt.encrypted_state": (0, 0),
        "apikeys.IdempotencyRecord.body": (1, 0),
    }
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    row = Endpoint.unscoped.get()
    assert (crypto.decrypt(bytes(row.secret)), crypto.decrypt(bytes(row.previous_secret or b""))) == (
        b"second",
        b"first",
    )
    bodies = dict(IdempotencyRecord.unscoped.values_list("key", "body"))
    assert (crypto.decrypt(bytes(bodies["s"])), bytes(bodies["plain"])) == (b"secret", b"plain")
    assert not any(changed for changed, _ in run().values())


def test_it_handles_more_rows_than_a_batch(
    tenants: Tenants, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crypto, "_BATCH", 2)
    for number in range(4):
        url = f"https://hook.example.com/{number}"
        services.create_endpoint(tenants.actor(), url=url, events=["contact.created"], secret="more")
    Endpoint.unscoped.exclude(pk=endpoint.pk).update(secret=crypto._cipher((OLD,)).encrypt(b"more"))
    assert run()["webhooks.Endpoint.secret"] == (5, 0)


def test_a_value_that_was_replaced_meanwhile_is_kept(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = crypto.encrypt(b"third")

    def replaced_meanwhile(value: bytes) -> bytes:
        Endpoint.unscoped.update(secret=newer)
        return crypto.encrypt(b"stale")

    monkeypatch.setattr(crypto, "reencrypt", replaced_meanwhile)
    assert run()["webhooks.Endpoint.secret"] == (0, 0)
    assert bytes(Endpoint.unscoped.get().secret) == newer


def test_a_value_that_no_key_decrypts_is_reported_and_kept(tenants: Tenants, endpoint: Endpoint, settings: Any) -> None:
    account = tenants.sandbox()
    lost = Fernet(Fernet.generate_key()).encrypt(b"key")
    TelegramSession.unscoped.create(
        workspace=account.workspace, account=account, user_id=1, dc_id=2, host="h", port=1, auth_key=lost
    )
    with pytest.raises(CommandError, match=r"^no key decrypts 1 of the values in messaging.TelegramSession.auth_key; "):
        run()
    assert bytes(TelegramSession.unscoped.get().auth_key) == lost
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert crypto.decrypt(bytes(Endpoint.unscoped.get().secret)) == b"second"
    with pytest.raises(InvalidToken):
        crypto.decrypt(lost)
