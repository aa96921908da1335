"""Signatures of a delivery: X-Signature over the body, and the headers of Standard Webhooks.

Pure functions of secret and bytes. The specification of Standard Webhooks:
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Sequence
from functools import lru_cache

STANDARD_PREFIX = "whsec_"
# 192 bits. A multiple of three bytes needs no base64 padding, which some environment files mangle.
_GENERATED_BYTES = 24


def generate_secret() -> str:
    """A new secret, in the form that Standard Webhooks libraries accept unchanged."""
    return STANDARD_PREFIX + base64.b64encode(secrets.token_bytes(_GENERATED_BYTES)).decode()


def standard_form(secret: str) -> str:
    """The ``whsec_`` form of any secret, for a Standard Webhooks library; padded, as strict libraries require."""
    return STANDARD_PREFIX + base64.b64encode(_standard_key(secret)).decode()


def body_signature(secret: str, body: bytes) -> str:
    """The value of X-Signature: keyed with the UTF-8 bytes of the secret, prefix included, over the raw body."""
    return "sha256=" + _mac(secret.encode(), body).hexdigest()


def standard_signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """One entry of webhook-signature. ``timestamp`` is in seconds since 1970."""
    mac = _mac(_standard_key(secret), f"{event_id}.{timestamp}.".encode(), body)
    return "v1," + base64.b64encode(mac.digest()).decode()


def signature_headers(signing_secrets: Sequence[str], *, event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The four headers of one attempt. ``timestamp`` is in seconds since 1970.

    The first secret alone signs X-Signature, because plain receivers compare the whole value. All secrets sign
    webhook-signature. To try the other secret of an overlap, pass it first.
    """
    return {
        "X-Signature": body_signature(signing_secrets[0], body),
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            standard_signature(secret, event_id, timestamp, body) for secret in signing_secrets
        ),
    }


def _mac(key: bytes, *parts: bytes) -> hmac.HMAC:
    mac = _keyed(key).copy()
    for part in parts:
        mac.update(part)
    return mac


@lru_cache(maxsize=4096)
def _keyed(key: bytes) -> hmac.HMAC:
    """Cached, because setting up OpenSSL for a key takes longer than hashing a body."""
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
