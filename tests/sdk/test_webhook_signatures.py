"""Webhooks are verified in both forms of the signature, and what is not right is refused."""

import base64
import datetime
import hmac
import json

import pytest
import standardwebhooks

from crmsolid_client import sign_webhook, verify_webhook
from crmsolid_client.errors import UnreadableEvent, WebhookVerificationError
from webhooks.delivery.signing import signature_headers

EVENT = {"event": "ping", "id": "evt_1", "created_at": "2026-06-04T09:00:00Z", "data": {"note": "Привіт 🚀"}}
BODY = json.dumps(EVENT, ensure_ascii=False).encode()
GENERATED = "whsec_" + base64.b64encode(b"a generated secret of the product").decode()
PADDED = "whsec_" + base64.b64encode(b"a padded secret!").decode()
SECRETS = [
    GENERATED,
    PADDED,
    PADDED.rstrip("="),
    "your-chosen-signing-secret",
    "пароль",
    "whsec_not base64",
    "whsec_пароль",
    "whsec_x",
    "whsec_",
    "whsec_====",
]
OLD = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)


def only(headers: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() in names}


@pytest.mark.parametrize("secret", SECRETS)
def test_both_forms_are_accepted(secret: str) -> None:
    headers = sign_webhook(BODY, secret, webhook_id="evt_1")
    for given in (headers, only(headers, "x-signature"), {k.upper(): v for k, v in headers.items()}):
        event = verify_webhook(BODY, given, secret, allow_x_signature=True)
        assert (event.event, event.id, event.data) == ("ping", "evt_1", {"note": "Привіт 🚀"})


@pytest.mark.parametrize("secret", SECRETS)
def test_headers_are_those_of_the_product(secret: str) -> None:
    signed = sign_webhook(BODY, secret, webhook_id="evt_1", timestamp=OLD)
    ours = {name.lower(): value for name, value in signed.items()}
    theirs = signature_headers([secret], event_id="evt_1", timestamp=int(OLD.timestamp()), body=BODY)
    assert ours == {name.lower(): value for name, value in theirs.items()}


def test_webhook_that_is_signed_with_an_empty_key_is_refused() -> None:
    timestamp = str(int(OLD.timestamp()))
    mac = hmac.digest(b"", f"evt_1.{timestamp}.".encode() + BODY, "sha256")
    forged = {
        "webhook-id": "evt_1",
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }
    with pytest.raises(WebhookVerificationError, match="not that of"):
        verify_webhook(BODY, forged, "whsec_")


def test_signature_fits_a_library_of_standard_webhooks() -> None:
    headers = sign_webhook(BODY, GENERATED, webhook_id="evt_1")
    assert standardwebhooks.Webhook(GENERATED).verify(BODY, headers) == EVENT


def test_either_secret_of_a_rotation_is_accepted() -> None:
    now = datetime.datetime.now(datetime.UTC)
    old, new = (sign_webhook(BODY, secret, webhook_id="evt_1", timestamp=now) for secret in ("old", "new"))
    both = {**new, "webhook-signature": f"{new['webhook-signature']} {old['webhook-signature']}"}
    assert verify_webhook(BODY, both, "old") == verify_webhook(BODY, both, "new")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"webhook-signature": "v1,AAAA"}, "not that of"),
        ({"webhook-signature": "v2,é"}, "not that of"),
        ({"webhook-id": "evt_2"}, "not that of"),
        ({"webhook-timestamp": str(int(OLD.timestamp()))}, "not that of"),
        ({"webhook-timestamp": "soon"}, "missing or wrong"),
        ({"webhook-id": ""}, "missing or wrong"),
        ({"webhook-signature": ""}, "missing or wrong"),
        ({"webhook-signature": "\udcff"}, "not that of"),
        ({"webhook-id": "\udcff"}, "not that of"),
    ],
)
def test_changed_header_is_refused(change: dict[str, str], why: str) -> None:
    with pytest.raises(WebhookVerificationError, match=why):
        verify_webhook(BODY, {**sign_webhook(BODY, GENERATED, webhook_id="evt_1"), **change}, GENERATED)


@pytest.mark.parametrize(
    "left",
    [
        ("webhook-id",),
        ("webhook-timestamp",),
        ("webhook-signature",),
        ("webhook-id", "webhook-timestamp"),
        ("webhook-id", "webhook-signature"),
        ("webhook-timestamp", "webhook-signature"),
    ],
)
def test_webhook_with_some_of_the_standard_headers_is_refused(left: tuple[str, ...]) -> None:
    headers = sign_webhook(BODY, GENERATED, webhook_id="evt_1")
    with pytest.raises(WebhookVerificationError, match="missing or wrong"):
        verify_webhook(BODY, only(headers, "x-signature", *left), GENERATED)


def test_x_signature_alone_is_refused_unless_the_caller_allows_it() -> None:
    headers = only(sign_webhook(BODY, GENERATED, webhook_id="evt_1"), "x-signature")
    with pytest.raises(WebhookVerificationError, match="missing or wrong"):
        verify_webhook(BODY, headers, GENERATED)
    assert verify_webhook(BODY, headers, GENERATED, allow_x_signature=True).id == "evt_1"


def test_x_signature_that_is_no_text_is_refused() -> None:
    with pytest.raises(WebhookVerificationError, match="not that of"):
        verify_webhook(BODY, {"X-Signature": "\udcff"}, GENERATED, allow_x_signature=True)


@pytest.mark.parametrize("left", [(), ("x-signature",)], ids=["both", "X-Signature"])
def test_one_of_several_secrets_fits(left: tuple[str, ...]) -> None:
    headers = sign_webhook(BODY, "new", webhook_id="evt_1")
    given = only(headers, *left) if left else headers
    assert verify_webhook(BODY, given, ["old", "new"], allow_x_signature=True).id == "evt_1"
    with pytest.raises(WebhookVerificationError, match="not that of"):
        verify_webhook(BODY, given, ["old", "older"], allow_x_signature=True)
    for empty in ([], ["new", ""]):
        with pytest.raises(ValueError, match="empty"):
            verify_webhook(BODY, given, empty, allow_x_signature=True)


def test_changed_body_and_other_secret_are_refused_in_both_forms() -> None:
    headers = sign_webhook(BODY, "secret", webhook_id="evt_1")
    for given in (headers, only(headers, "x-signature")):
        with pytest.raises(WebhookVerificationError):
            verify_webhook(BODY + b" ", given, "secret")
        with pytest.raises(WebhookVerificationError):
            verify_webhook(BODY, given, "other")


def test_old_webhook_is_refused_unless_the_tolerance_allows_it() -> None:
    headers = sign_webhook(BODY, "secret", webhook_id="evt_1", timestamp=OLD)
    with pytest.raises(WebhookVerificationError, match="too old"):
        verify_webhook(BODY, headers, "secret")
    assert verify_webhook(BODY, headers, "secret", tolerance=datetime.timedelta(hours=2)).event == "ping"


def test_webhook_without_a_signature_is_refused() -> None:
    with pytest.raises(WebhookVerificationError, match="no signature"):
        verify_webhook(BODY, {}, "secret")


@pytest.mark.parametrize(
    ("body", "known"),
    [
        (b"[]", ("", "")),
        (b"{", ("", "")),
        (b"\xff", ("", "")),
        (b'{"event": "ping", "created_at": "2026-06-04T09:00:00Z"}', ("", "ping")),
        (b'{"event": "later.made", "id": "evt_1", "data": [1]}', ("evt_1", "later.made")),
    ],
)
def test_signed_body_that_cannot_be_read_is_apart_from_a_wrong_signature(body: bytes, known: tuple[str, str]) -> None:
    headers = sign_webhook(body, "secret", webhook_id="evt_1")
    with pytest.raises(UnreadableEvent) as unreadable:
        verify_webhook(body, headers, "secret")
    error = unreadable.value
    assert ((error.id, error.type), error.raw) == (known, body.decode(errors="replace"))
    with pytest.raises(WebhookVerificationError):
        verify_webhook(body, headers, "other")


def test_event_of_a_later_version_or_stored_long_ago_is_read() -> None:
    later = {**EVENT, "event": "contact.painted", "actor": None, "shade": "red"}
    for body in (json.dumps(later).encode(), b'{"event": "contact.painted", "id": "evt_1"}'):
        event = verify_webhook(body, sign_webhook(body, "secret"), "secret")
        assert (event.event, event.id, event.actor) == ("contact.painted", "evt_1", None)
        assert event.contact is None


def test_empty_secret_and_parsed_body_are_mistakes_of_the_caller() -> None:
    headers = sign_webhook(BODY, "secret", webhook_id="evt_1")
    with pytest.raises(ValueError, match="empty"):
        verify_webhook(BODY, headers, "")
    with pytest.raises(TypeError, match="bytes"):
        verify_webhook(BODY.decode(), headers, "secret")  # type: ignore[arg-type]
