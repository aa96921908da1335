"""Signatures of a delivery: X-Signature over the body, and the headers of Standard Webhooks.

Specification: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hmac
import secrets
from collections.abc import Sequence

STANDARD_PREFIX = "whsec_"


def generate_secret() -> str:
    """A new secret, in the form that Standard Webhooks libraries accept unchanged."""
    # 192 bits. A multiple of three bytes needs no base64 padding, which some environment files mangle.
    return STANDARD_PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def body_signature(secret: str, body: bytes) -> str:
    """The value of X-Signature: keyed with the UTF-8 bytes of the secret, prefix included, over the raw body."""
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


def standard_signature(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """One entry of webhook-signature. ``timestamp`` is in seconds since 1970."""
    mac = hmac.digest(_standard_key(secret), f"{event_id}.{timestamp}.".encode() + body, "sha256")
    return "v1," + base64.b64encode(mac).decode()


def signature_headers(signing_secrets: Sequence[str], *, event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The four headers of one attempt. ``timestamp`` is in seconds since 1970. All secrets sign webhook-signature, but
    the first alone signs X-Signature, because plain receivers compare the whole value."""
    return {
        "X-Signature": body_signature(signing_secrets[0], body),
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            standard_signature(secret, event_id, timestamp, body) for secret in signing_secrets
        ),
    }


def _standard_key(secret: str) -> bytes:
    if not secret.startswith(STANDARD_PREFIX):
        return secret.encode()
    encoded = secret.removeprefix(STANDARD_PREFIX)
    try:
        decoded = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        return secret.encode()
    # An empty key would make every receiver accept anybody's signature.
    return decoded or secret.encode()
