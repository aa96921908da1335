"""Webhooks: check what was received, and sign as the product does.

The product signs every delivery twice: ``X-Signature`` over the body, and the headers of Standard Webhooks over id,
time and body. The second one cannot be replayed later, because it is bound to the time.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence

from ._model import read_event
from .errors import UnreadableEvent, WebhookVerificationError
from .models import WebhookEvent

__all__ = ["sign_webhook", "verify_webhook"]

_PREFIX = "whsec_"
_STANDARD_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def verify_webhook(
    body: bytes,
    headers: Mapping[str, str],
    secret: str | Sequence[str],
    tolerance: datetime.timedelta = datetime.timedelta(minutes=5),
    *,
    allow_x_signature: bool = False,
) -> WebhookEvent:
    """The event of a webhook, once its signature is found to be right.

    ``body`` are the bytes as they were received, before any parsing. ``secret`` is the endpoint's, with or without
    ``whsec_``, or several of which one must fit. The three headers of Standard Webhooks are checked, and the webhook
    may be at most ``tolerance`` old. With ``allow_x_signature`` a webhook that has none of the three is accepted with
    ``X-Signature`` alone. That is bound to no time: whoever has seen a webhook can send it again at any time later, so
    do nothing for an event whose ``id`` you have seen.

    Raises WebhookVerificationError; answer 401 then. Raises UnreadableEvent for a webhook that is signed, but is no
    event that this version can read; keep its ``raw`` and answer 200 then."""
    secrets = [secret] if isinstance(secret, str) else list(secret)
    if not secrets or not all(secrets):
        raise ValueError("a secret is empty: anybody could sign with it")
    if not isinstance(body, bytes):
        raise TypeError("give the body as bytes, as it was received")
    given = {name.lower(): value for name, value in headers.items()}
    if not any(name in given for name in (*_STANDARD_HEADERS, "x-signature")):
        raise WebhookVerificationError("there is no signature")
    if allow_x_signature and not any(name in given for name in _STANDARD_HEADERS):
        if not any([_is_equal(_simple_signature(body, one), given["x-signature"]) for one in secrets]):
            raise WebhookVerificationError("X-Signature is not that of this body and secret")
    else:
        _verify_standard(body, given, secrets, tolerance)
    event = read_event(body, WebhookEvent)
    if isinstance(event, UnreadableEvent):
        raise event
    return event


def sign_webhook(
    body: bytes, secret: str, *, webhook_id: str | None = None, timestamp: datetime.datetime | None = None
) -> dict[str, str]:
    """The headers with both signatures, as the product sends them, for the tests of a receiver. ``webhook_id`` is the
    id of the event; without it, the one in the body."""
    webhook_id = str(json.loads(body)["id"]) if webhook_id is None else webhook_id
    seconds = str(int(time.time() if timestamp is None else timestamp.timestamp()))
    return {
        "X-Signature": _simple_signature(body, secret),
        "webhook-id": webhook_id,
        "webhook-timestamp": seconds,
        "webhook-signature": _standard_signature(body, webhook_id, seconds, secret),
    }


def _verify_standard(
    body: bytes, headers: Mapping[str, str], secrets: Sequence[str], tolerance: datetime.timedelta
) -> None:
    webhook_id, seconds, signatures = (headers.get(name, "") for name in _STANDARD_HEADERS)
    if not webhook_id or not signatures or not (seconds.isascii() and seconds.isdigit()):
        raise WebhookVerificationError(f"{', '.join(_STANDARD_HEADERS)}: one of them is missing or wrong")
    expected = [_standard_signature(body, webhook_id, seconds, secret) for secret in secrets]
    # After a rotation there is one signature for each secret in force, separated by spaces.
    if not any([_is_equal(one, given) for one in expected for given in signatures.split(" ")]):
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
