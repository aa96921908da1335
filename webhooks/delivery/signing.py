"""Signatures of a delivery: the plain one of the body, and those of Standard Webhooks beside it.

Pure functions of secret and bytes. Source of the second form:
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Sequence
from functools import lru_cache

STANDARD_PREFIX = "whsec_"
# 192 bits, and a multiple of three bytes: the text form needs no padding, which some environment files mangle.
_GENERATED_BYTES = 24


def generate_secret() -> str:
    """A new secret, in the form that Standard Webhooks libraries take as it is."""
    return STANDARD_PREFIX + base64.b64encode(secrets.token_bytes(_GENERATED_BYTES)).decode()


def standard_form(secret: str) -> str:
    """The `whsec_` form to give to a Standard Webhooks library for this secret; padded, as strict ones require."""
    return STANDARD_PREFIX + base64.b64encode(_standard_key(secret)).decode()


def body_signature(secret: str, body: bytes) -> str:
    """The value of X-Signature: keyed with the UTF-8 bytes of the secret, prefix included, over the raw body."""
    return "sha256=" + _mac(secret.encode(), body).hexdigest()


def standard_signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """One entry of webhook-signature. `timestamp` is in seconds since 1970."""
    made = _mac(_standard_key(secret), f"{event_id}.{timestamp}.".encode(), body)
    return "v1," + base64.b64encode(made.digest()).decode()


def signature_headers(secrets_in_force: Sequence[str], *, event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The four headers of one attempt.

    The first secret signs X-Signature, which holds one value always, since plain receivers compare it whole. All
    of them sign webhook-signature. To try an overlap's other secret, pass it first.
    """
    return {
        "X-Signature": body_signature(secrets_in_force[0], body),
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            standard_signature(secret, event_id, timestamp, body) for secret in secrets_in_force
        ),
    }


def _mac(key: bytes, *parts: bytes) -> hmac.HMAC:
    found = _keyed(key).copy()
    for part in parts:
        found.update(part)
    return found


@lru_cache(maxsize=4096)
def _keyed(key: bytes) -> hmac.HMAC:
    """Setting OpenSSL up for a key takes longer than hashing a body with it."""
    return hmac.new(key, digestmod="sha256")


@lru_cache(maxsize=4096)
def _standard_key(secret: str) -> bytes:
    if not secret.startswith(STANDARD_PREFIX):
        return secret.encode()
    encoded = secret.removeprefix(STANDARD_PREFIX)
    padding = "=" * (-len(encoded) % 4)
    try:
        decoded = base64.b64decode(encoded + padding, validate=True)
    except (binascii.Error, ValueError):
        return secret.encode()
    # An empty key would make every receiver accept anybody's signature.
    return decoded or secret.encode()
