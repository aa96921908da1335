"""Webhooks: check what was received, and sign as the product does.

The product signs every delivery twice: ``X-Signature`` over the body, and the headers of Standard Webhooks over id,
time and body. The second one cannot be replayed later, because it is bound to the time.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import time
from collections.abc import Mapping

import pydantic

from .errors import WebhookVerificationError
from .models import WebhookEvent

__all__ = ["sign_webhook", "verify_webhook"]

_PREFIX = "whsec_"


def verify_webhook(
    body: bytes,
    headers: Mapping[str, str],
    secret: str,
    tolerance: datetime.timedelta = datetime.timedelta(minutes=5),
) -> WebhookEvent:
    """The event of a webhook, once its signature is found to be right.

    ``body`` are the bytes as they were received, before any parsing. ``secret`` is the endpoint's, with or without
    ``whsec_``. If the headers of Standard Webhooks are there, they are checked, and the webhook may be at most
    ``tolerance`` old; otherwise ``X-Signature`` is. Raises WebhookVerificationError; answer 401 then.
    """
    if not secret:
        raise ValueError("the secret is empty: anybody could sign with it")
    if not isinstance(body, bytes):
        raise TypeError("give the body as bytes, as it was received")
    given = {name.lower(): value for name, value in headers.items()}
    if "webhook-signature" in given:
        _verify_standard(body, given, secret, tolerance)
    elif "x-signature" in given:
        expected = _simple_signature(body, secret)
        if not hmac.compare_digest(expected.encode(), given["x-signature"].encode()):
            raise WebhookVerificationError("X-Signature is not that of this body and secret")
    else:
        raise WebhookVerificationError("there is no signature: neither webhook-signature nor X-Signature")
    try:
        return WebhookEvent.model_validate_json(body)
    except pydantic.ValidationError:
        raise WebhookVerificationError("the body is signed, but it is no event") from None


def sign_webhook(
    body: bytes, secret: str, *, webhook_id: str, timestamp: datetime.datetime | None = None
) -> dict[str, str]:
    """The headers with both signatures, as the product sends them. ``webhook_id`` is the id of the event."""
    seconds = str(int(time.time() if timestamp is None else timestamp.timestamp()))
    return {
        "X-Signature": _simple_signature(body, secret),
        "webhook-id": webhook_id,
        "webhook-timestamp": seconds,
        "webhook-signature": _standard_signature(body, webhook_id, seconds, secret),
    }


def _verify_standard(body: bytes, headers: Mapping[str, str], secret: str, tolerance: datetime.timedelta) -> None:
    webhook_id, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not webhook_id or not (seconds.isascii() and seconds.isdigit()):
        raise WebhookVerificationError("webhook-id or webhook-timestamp is missing or wrong")
    expected = _standard_signature(body, webhook_id, seconds, secret)
    # After a rotation there is one signature for each secret in force, separated by spaces.
    found = [hmac.compare_digest(expected.encode(), one.encode()) for one in headers["webhook-signature"].split(" ")]
    if not any(found):
        raise WebhookVerificationError("webhook-signature is not that of this body and secret")
    if abs(time.time() - int(seconds)) > tolerance.total_seconds():
        raise WebhookVerificationError("the webhook is too old, or this machine's clock is wrong")


def _simple_signature(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _standard_signature(body: bytes, webhook_id: str, seconds: str, secret: str) -> str:
    signed = f"{webhook_id}.{seconds}.".encode() + body
    digest = hmac.new(_standard_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def _standard_key(secret: str) -> bytes:
    """The base64-decoded rest of a ``whsec_`` secret, padded or not, else its UTF-8 bytes. It is never empty."""
    if not secret.startswith(_PREFIX):
        return secret.encode()
    encoded = secret.removeprefix(_PREFIX)
    try:
        decoded = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError:
        return secret.encode()  # a chosen secret that only begins like one
    return decoded or secret.encode()  # anybody could sign with an empty key
