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
_STANDARD_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def verify_webhook(
    body: bytes,
    headers: Mapping[str, str],
    secret: str,
    tolerance: datetime.timedelta = datetime.timedelta(minutes=5),
    *,
    require_timestamp: bool = False,
) -> WebhookEvent:
    """The event of a webhook, once its signature is found to be right.

    ``body`` are the bytes as they were received, before any parsing. ``secret`` is the endpoint's, with or without
    ``whsec_``. If one of the headers of Standard Webhooks is there, all three must be and are checked, and the webhook
    may be at most ``tolerance`` old. If none is there, ``X-Signature`` is checked, unless ``require_timestamp``. It is
    bound to no time: whoever has seen a webhook can send it again at any time later, so do nothing for an event whose
    ``id`` you have seen. Raises WebhookVerificationError; answer 401 then.
    """
    if not secret:
        raise ValueError("the secret is empty: anybody could sign with it")
    if not isinstance(body, bytes):
        raise TypeError("give the body as bytes, as it was received")
    given = {name.lower(): value for name, value in headers.items()}
    if require_timestamp or any(name in given for name in _STANDARD_HEADERS):
        _verify_standard(body, given, secret, tolerance)
    elif "x-signature" in given:
        if not _is_equal(_simple_signature(body, secret), given["x-signature"]):
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
    webhook_id, seconds, signatures = (headers.get(name, "") for name in _STANDARD_HEADERS)
    if not webhook_id or not signatures or not (seconds.isascii() and seconds.isdigit()):
        raise WebhookVerificationError(f"{', '.join(_STANDARD_HEADERS)}: one of them is missing or wrong")
    expected = _standard_signature(body, webhook_id, seconds, secret)
    # After a rotation there is one signature for each secret in force, separated by spaces.
    if not any([_is_equal(expected, one) for one in signatures.split(" ")]):
        raise WebhookVerificationError("webhook-signature is not that of this body and secret")
    if abs(time.time() - int(seconds)) > tolerance.total_seconds():
        raise WebhookVerificationError("the webhook is too old, or this machine's clock is wrong")


def _is_equal(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), _bytes(given))


def _bytes(header: str) -> bytes:
    """A header may have any bytes, which some servers pass on as surrogates. They are never part of a signature."""
    return header.encode(errors="surrogatepass")


def _simple_signature(body: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _standard_signature(body: bytes, webhook_id: str, seconds: str, secret: str) -> str:
    signed = _bytes(f"{webhook_id}.{seconds}.") + body
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
