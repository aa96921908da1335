import base64
import hashlib
import hmac
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.fuzzing import examples
from tests.webhooks.secrets import standard_form
from webhooks.delivery.signing import (
    body_signature,
    generate_secret,
    signature_headers,
    standard_signature,
)

BODY = '{"event":"message.received","id":"evt_1","data":{"name":"Мария 😀"}}'.encode()


def headers_now(*secrets: str, body: bytes = BODY) -> dict[str, str]:
    return signature_headers(secrets, event_id="evt_1", timestamp=int(time.time()), body=body)


def test_body_signature_matches_a_known_answer() -> None:
    # RFC 4231, test case 2.
    expected = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert body_signature("Jefe", b"what do ya want for nothing?") == expected


def test_body_signature_is_keyed_with_the_whole_secret_text() -> None:
    secret = generate_secret()
    assert body_signature(secret, BODY) == "sha256=" + hmac.new(secret.encode(), BODY, hashlib.sha256).hexdigest()
    assert body_signature("пароль", BODY) == "sha256=" + hmac.new("пароль".encode(), BODY, hashlib.sha256).hexdigest()


def test_standard_signature_matches_the_published_example() -> None:
    # The test vector of the Standard Webhooks reference libraries.
    signature = standard_signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "secret", ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "my own secret", "пароль 😀", "whsec_not base64!", "whsec_"]
)
def test_a_standard_library_verifies_with_the_form_shown(secret: str) -> None:
    assert Webhook(standard_form(secret)).verify(BODY, headers_now(secret))["data"] == {"name": "Мария 😀"}


def test_a_standard_library_takes_a_generated_secret_as_it_is() -> None:
    secret = generate_secret()
    assert standard_form(secret) == secret
    assert Webhook(secret).verify(BODY, headers_now(secret))["id"] == "evt_1"


def test_in_an_overlap_both_secrets_verify_and_the_first_signs_the_plain_header() -> None:
    old, new = generate_secret(), generate_secret()
    headers = headers_now(new, old)
    assert len(headers["webhook-signature"].split(" ")) == 2
    assert Webhook(old).verify(BODY, headers) == Webhook(new).verify(BODY, headers)
    assert headers["X-Signature"] == body_signature(new, BODY)
    assert headers_now(old, new)["X-Signature"] == body_signature(old, BODY)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_changed_header_does_not_verify(name: str) -> None:
    secret = generate_secret()
    changed = {"webhook-id": "evt_2", "webhook-timestamp": str(int(time.time()) - 1)}
    changed["webhook-signature"] = standard_signature(generate_secret(), "evt_1", int(time.time()), BODY)
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        Webhook(secret).verify(BODY, headers_now(secret) | {name: changed[name]})


def test_a_changed_body_does_not_verify() -> None:
    secret = generate_secret()
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        Webhook(secret).verify(BODY + b" ", headers_now(secret))


def test_exact_headers_of_an_attempt() -> None:
    headers = signature_headers(["Jefe"], event_id="evt_1", timestamp=1700000000, body=b"{}")
    signed = hmac.new(b"Jefe", b"evt_1.1700000000.{}", hashlib.sha256).digest()
    assert headers == {
        "X-Signature": "sha256=" + hmac.new(b"Jefe", b"{}", hashlib.sha256).hexdigest(),
        "webhook-id": "evt_1",
        "webhook-timestamp": "1700000000",
        "webhook-signature": "v1," + base64.b64encode(signed).decode(),
    }


def test_generated_secrets_have_192_bits_and_differ() -> None:
    made = {generate_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) for secret in made} == {24}


SECRETS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
    st.binary(min_size=1, max_size=40).map(lambda raw: "whsec_" + base64.b64encode(raw).decode()),
    st.text("whsec_A=+/-", min_size=1, max_size=12).map(lambda text: "whsec_" + text),
)


@examples(100)
@given(st.lists(SECRETS, min_size=1, max_size=2), st.binary(max_size=60))
def test_receiver_with_any_of_the_secrets_verifies_any_body(secrets: list[str], body: bytes) -> None:
    headers = headers_now(*secrets, body=body)
    assert all(value.isascii() and value.isprintable() for value in headers.values())
    expected = hmac.new(secrets[0].encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Signature"] == f"sha256={expected}"
    for secret in secrets:
        key = base64.b64decode(standard_form(secret).removeprefix("whsec_"), validate=True)
        signed = f"evt_1.{headers['webhook-timestamp']}.".encode() + body
        signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert key and f"v1,{signature}" in headers["webhook-signature"].split(" ")
