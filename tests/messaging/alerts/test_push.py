"""Web Push: what a browser gets, encrypted and signed, once; and where it is never sent."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.contrib.sessions.models import Session
from django.test import Client

from crmsolid.core import clock, crypto
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.models import Membership, Role, User
from messaging.alerts import push, recording, telling
from messaging.models import Account, Alert, PushKey, PushSubscription, Thread
from tests.messaging.alerts.helpers import FakeBrowser, actor_of, bytes_of, choose, hear, text_of
from tests.messaging.conftest import FrozenTime
from tests.panel import browser, flash_messages
from tests.tenants import Tenants
from tests.threads import run_together
from tests.webhooks.receiver import Receiver, answering, hang

pytestmark = pytest.mark.django_db
PAGE = "/panel/live/alerts/"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """The push service."""
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with Receiver() as running:
        yield running


def subscribed(user: User, endpoint: str, client: Client | None = None) -> FakeBrowser:
    """A browser of the user that has turned notifications on at the page."""
    fake, client = FakeBrowser(endpoint), client or browser(user)
    client.get(PAGE)
    answer = client.post(PAGE, {"do": "subscribe", "subscription": json.dumps(fake.subscription())})
    assert flash_messages(answer) == ["This browser shows notifications now."]
    return fake


def test_a_message_reaches_the_browser_encrypted_and_signed_once(
    tenants: Tenants, sandbox: Account, receiver: Receiver, frozen_time: FrozenTime
) -> None:
    fake = subscribed(tenants.owner, receiver.url("/one"))
    message = hear(sandbox, "Hello, is somebody there?")
    assert telling.push_due() == 0  # whoever has it open sees it first
    frozen_time.forward(seconds=6)
    assert (telling.push_due(), telling.push_due()) == (1, 0)
    (post,) = receiver.posts
    alert = Alert.unscoped.get()
    assert fake.opened(post) == {
        "title": "@alice",
        "body": "Hello, is somebody there?",
        "url": f"/panel/live/alerts/{alert.pk}/",
        "tag": message.thread_id,
    }
    assert b"somebody" not in post.body
    headers = {name.lower(): value for name, value in post.headers.items()}
    assert (headers["ttl"], headers["content-encoding"], len(headers["topic"])) == ("14400", "aes128gcm", 32)
    claims = verified(headers["authorization"])
    assert claims["aud"] == f"http://127.0.0.1:{receiver.port}"
    assert claims["sub"].startswith("mailto:")
    assert 0 < claims["exp"] - time.time() < 24 * 3600


def verified(header: str) -> dict[str, Any]:
    """The claims of a signature by the key of this installation (RFC 8292)."""
    values = dict(part.strip().split("=", 1) for part in header.removeprefix("vapid ").split(","))
    assert values["k"] == PushKey.objects.get().public_key
    signed, _, signature = values["t"].rpartition(".")
    raw = bytes_of(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes_of(values["k"]))
    point.verify(der, signed.encode(), ec.ECDSA(SHA256()))
    assert json.loads(bytes_of(signed.partition(".")[0]))["alg"] == "ES256"
    claims: dict[str, Any] = json.loads(bytes_of(signed.partition(".")[2]))
    return claims


def test_what_was_seen_answered_or_is_of_a_test_workspace_is_not_pushed(
    tenants: Tenants, sandbox: Account, receiver: Receiver, frozen_time: FrozenTime
) -> None:
    subscribed(tenants.owner, receiver.url("/one"))
    seen = hear(sandbox, who="seen")
    recording.mark_seen(actor_of(tenants.owner, tenants.workspace), seen.thread_id)
    answered = hear(sandbox, who="answered")
    Thread.unscoped.filter(pk=answered.thread_id).update(waiting_since=None)
    hear(tenants.sandbox(tenants.twin), who="test")
    frozen_time.forward(seconds=6)
    assert telling.push_due() == 0
    assert receiver.posts == []


def test_many_processes_push_each_alert_once(tenants: Tenants, sandbox: Account, receiver: Receiver) -> None:
    subscribed(tenants.owner, receiver.url("/one"))
    hear(sandbox)
    alerts = list(Alert.unscoped.all())
    assert [len(telling._claim(alerts, clock.now())) for _ in range(3)] == [1, 0, 0]


def test_texts_can_be_left_out_and_workspaces_are_named_to_members_of_several(
    tenants: Tenants, sandbox: Account, receiver: Receiver, frozen_time: FrozenTime
) -> None:
    Membership.unscoped.create(workspace=tenants.workspace, user=tenants.stranger, role=Role.AGENT)
    fake = subscribed(tenants.stranger, receiver.url("/one"))
    choose(tenants.stranger, tenants.workspace, texts=False)
    hear(sandbox, "secret")
    hear(tenants.sandbox(tenants.other), "plain", "bob")
    frozen_time.forward(seconds=6)
    assert telling.push_due() == 2
    shown = [fake.opened(post) for post in receiver.posts]
    assert sorted((each["title"], each["body"]) for each in shown) == [
        ("@alice (Acme)", "New message"),
        ("@bob (Rival)", "plain"),
    ]


def test_after_quiet_hours_one_push_tells_of_all(
    tenants: Tenants, sandbox: Account, receiver: Receiver, frozen_time: FrozenTime
) -> None:
    fake = subscribed(tenants.owner, receiver.url("/one"))
    now = frozen_time.now
    choose(
        tenants.owner,
        tenants.workspace,
        quiet_from=(now - timedelta(minutes=1)).time(),
        quiet_until=(now + timedelta(minutes=30)).time(),
    )
    hear(sandbox, who="alice")
    hear(sandbox, who="bob")
    frozen_time.forward(seconds=10)
    assert telling.push_due() == 0
    frozen_time.forward(minutes=31)
    assert telling.push_due() == 1
    (post,) = receiver.posts
    assert fake.opened(post) == {
        "title": "2 conversations need you",
        "body": "@alice, @bob",
        "url": "/panel/live/inbox/",
        "tag": "summary",
    }
    assert telling.push_due() == 0


def test_a_browser_that_is_gone_is_deleted_and_a_busy_service_is_asked_again(
    tenants: Tenants, sandbox: Account, receiver: Receiver, frozen_time: FrozenTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "RETRY_AFTER", (0.0, 0.0))
    receiver.behaviours = {"/gone": answering(410), "/busy": answering(503)}
    client = browser(tenants.owner)
    for path in ("/gone", "/busy", "/well"):
        subscribed(tenants.owner, receiver.url(path), client)
    hear(sandbox)
    frozen_time.forward(seconds=6)
    assert telling.push_due() == 1
    assert [len(receiver.to(path)) for path in ("/gone", "/busy", "/well")] == [1, 3, 1]
    assert sorted(PushSubscription.objects.values_list("failures", flat=True)) == [0, 1]
    monkeypatch.setattr(push, "MAX_FAILURES", 2)
    hear(sandbox, who="bob")
    frozen_time.forward(seconds=6)
    assert telling.push_due() == 1
    assert PushSubscription.objects.count() == 1


def test_a_subscription_ends_with_its_session(
    tenants: Tenants, sandbox: Account, receiver: Receiver, frozen_time: FrozenTime
) -> None:
    client = browser(tenants.owner)
    subscribed(tenants.owner, receiver.url("/one"), client)
    assert "This one" in client.get(PAGE).content.decode()
    client.post("/panel/logout/")
    hear(sandbox)
    frozen_time.forward(seconds=6)
    assert telling.push_due() == 0
    assert receiver.posts == []
    frozen_time.forward(days=2)
    assert push.past_retention().count() == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example/one",
        "https://127.0.0.1/one",
        "https://10.0.0.8/",
        "https://localhost/",
        "ftp://a.example/",
        5,
    ],
)
def test_an_address_that_is_not_public_is_refused(tenants: Tenants, endpoint: Any) -> None:
    client = browser(tenants.owner)
    client.get(PAGE)
    given = FakeBrowser("https://push.example/").subscription() | {"endpoint": endpoint}
    assert client.post(PAGE, {"do": "subscribe", "subscription": json.dumps(given)}).status_code == 302
    assert not PushSubscription.objects.exists()


def test_a_name_that_leads_to_a_private_address_gets_nothing(
    tenants: Tenants,
    sandbox: Account,
    receiver: Receiver,
    frozen_time: FrozenTime,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    subscribed(tenants.owner, receiver.url("/one"))
    settings.WEBHOOK_ALLOW_PRIVATE = False
    hear(sandbox)
    frozen_time.forward(seconds=6)
    monkeypatch.setattr(push, "RETRY_AFTER", ())
    assert telling.push_due() == 0
    assert receiver.posts == []
    assert PushSubscription.objects.get().failures == 1


@pytest.mark.parametrize(
    "given",
    [
        *("", "[]", "{}", "[" * 100_000),
        '{"endpoint": "https://push.example/", "keys": {"p256dh": "x", "auth": "y"}}',
        '{"endpoint": "https://push.example/\\ud800", "keys": {"p256dh": "x", "auth": "y"}}',
    ],
)
def test_keys_that_are_none_are_refused(tenants: Tenants, given: str) -> None:
    client = browser(tenants.owner)
    client.get(PAGE)
    assert client.post(PAGE, {"do": "subscribe", "subscription": given}).status_code == 302
    assert not PushSubscription.objects.exists()


def test_a_browser_belongs_to_who_subscribed_last_and_is_removed_by_its_user_alone(
    tenants: Tenants, receiver: Receiver
) -> None:
    subscribed(tenants.owner, receiver.url("/one"))
    subscribed(tenants.stranger, receiver.url("/one"))
    row = PushSubscription.objects.get()
    assert row.user == tenants.stranger
    assert receiver.url("/one").encode() in crypto.decrypt(row, "subscription")
    assert b"127.0.0.1" not in bytes(row.subscription)
    with pytest.raises(DomainError, match="no notifications"):
        push.remove(tenants.owner, row.pk)
    browser(tenants.stranger).post(PAGE, {"do": "remove", "id": row.pk})
    assert not PushSubscription.objects.exists()


def test_the_page_sends_a_test(tenants: Tenants, receiver: Receiver) -> None:
    client = browser(tenants.owner)
    fake = subscribed(tenants.owner, receiver.url("/one"), client)
    client.post(PAGE, {"do": "test"})
    (post,) = receiver.posts
    assert fake.opened(post)["body"] == "Notifications reach this browser."
    assert "Sent to 1 of 1 browsers." in client.get(PAGE).content.decode()
    Session.objects.all().delete()
    assert telling.send_test(tenants.owner) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_one_key_is_made_however_many_ask_for_it(tenants: Tenants) -> None:
    keys = run_together([lambda: push.key().public_key for _ in range(4)])
    assert keys == [PushKey.objects.get().public_key] * 4
    assert text_of(bytes_of(keys[0])) == keys[0]


def test_an_address_with_a_lone_surrogate_is_refused(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    client.get(PAGE)
    given = FakeBrowser("https://push.example/\ud800").subscription()
    assert client.post(PAGE, {"do": "subscribe", "subscription": json.dumps(given)}).status_code == 302
    assert not PushSubscription.objects.exists()


def test_a_push_service_that_does_not_answer_is_not_asked_again(
    tenants: Tenants, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "DEADLINE_SECONDS", 0.3)
    receiver.behaviours = {"/hangs": hang}
    client = browser(tenants.owner)
    subscribed(tenants.owner, receiver.url("/hangs"), client)
    client.post(PAGE, {"do": "test"})
    assert len(receiver.to("/hangs")) == 1
