"""Web Push: the browsers that take it, and the messages to them (RFC 8030), encrypted (RFC 8291) and signed (RFC 8292).

A browser's address is the word of whoever subscribes, so the requests go through the guarded client, as those of
webhooks do. The text in a message is a name and the first words: the push service cannot read it, the browser can.
"""

import asyncio
import base64
import hashlib
import json
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from py_vapid import Vapid02

from crmsolid.core import clock, crypto
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.http.outbound import Kept, OutboundClient, OutboundError, OutboundResponse
from crmsolid.core.http.url_guard import UrlRefused, check_url
from crmsolid.workspaces.models import User, UserSession
from messaging.models import PushKey, PushSubscription

logger = logging.getLogger("crmsolid.alerts")

MAX_BROWSERS = 20
TTL_SECONDS = 4 * 3600  # how long the push service keeps it for a browser that is off
DEADLINE_SECONDS = 10.0
# The waits before the attempts after the first; a longer Retry-After ends them.
RETRY_AFTER = (1.0, 5.0)
TOKEN_SECONDS = 12 * 3600
GONE = (404, 410)
AUTH_BYTES = 16  # RFC 8291, 3.2
# After so many messages in a row that were refused, the browser is given up.
MAX_FAILURES = 20


@dataclass(frozen=True, slots=True)
class Push:
    """What one browser is to show. ``topic``: of several with the same one that wait, the push service keeps the
    last."""

    subscription: PushSubscription
    payload: Mapping[str, Any]
    topic: str


# --- The key ----------------------------------------------------------------------------------------------------------
def key() -> PushKey:
    """The key of this installation, made when it is first asked for."""
    row = PushKey.objects.filter(pk=1).first()
    if row is None:
        private = ec.generate_private_key(ec.SECP256R1())
        encoded = private.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        point = private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        new = PushKey(pk=1, public_key=base64.urlsafe_b64encode(point).decode().rstrip("="))
        new.private_key = crypto.encrypt(new, "private_key", encoded)
        PushKey.objects.bulk_create([new], ignore_conflicts=True)  # another process may be a moment faster
        row = PushKey.objects.get(pk=1)
    return row


def _signer() -> Vapid02:
    return Vapid02(serialization.load_der_private_key(crypto.decrypt(key(), "private_key"), password=None))


# --- Browsers ---------------------------------------------------------------------------------------------------------
def subscribe(user: User, session_key: str, given: Any, *, browser: str) -> PushSubscription:
    """Let this browser of the user take messages as long as the session lasts. ``given`` is the browser's
    ``PushSubscription`` as JSON; an address that was subscribed before, also by somebody else, is this user's now.

    Errors: ``validation_failed`` for an address that may not be used or keys that are none.
    """
    session = UserSession.objects.filter(session_key=session_key, user=user).first()
    if session is None:
        raise DomainError("invalid_state", "this session has ended; log in again")
    stored = _checked(given)
    digest = hashlib.sha256(stored["endpoint"].encode()).hexdigest()
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        PushSubscription.objects.filter(digest=digest).delete()
        old = PushSubscription.objects.filter(user=user).order_by("-created_at", "-pk").values("pk")
        PushSubscription.objects.filter(pk__in=list(old[MAX_BROWSERS - 1 :].values_list("pk", flat=True))).delete()
        row = PushSubscription(user=user, digest=digest, session=session, browser=browser[:200])
        row.created_at = clock.now()
        row.subscription = crypto.encrypt(row, "subscription", json.dumps(stored).encode())
        row.save(force_insert=True)
    return row


def _checked(given: Any) -> dict[str, Any]:
    try:
        endpoint, keys = given["endpoint"], {name: given["keys"][name] for name in ("p256dh", "auth")}
        check_url(endpoint, allow_private=settings.WEBHOOK_ALLOW_PRIVATE)
        endpoint.encode()
        _encrypted(keys, b"{}")
    except (UrlRefused, KeyError, TypeError, ValueError, AttributeError, http_ece.ECEException) as error:
        raise invalid("subscription", "invalid", "what the browser gave cannot be used") from error
    return {"endpoint": endpoint, "keys": keys}


def _encrypted(keys: Mapping[str, str], payload: bytes) -> bytes:
    """The payload for the browser with these keys. Raises ``ValueError`` or ``ECEException`` for keys that are none."""
    point, secret = (base64.urlsafe_b64decode(keys[name] + "=" * (-len(keys[name]) % 4)) for name in ("p256dh", "auth"))
    if len(secret) != AUTH_BYTES:
        raise ValueError("the secret of a subscription has 16 bytes")
    own = ec.generate_private_key(ec.SECP256R1())
    return bytes(http_ece.encrypt(payload, private_key=own, dh=point, auth_secret=secret, version="aes128gcm"))


def alive() -> "QuerySet[PushSubscription]":
    """The browsers whose sessions go on."""
    session = Session.objects.filter(session_key=OuterRef("session__session_key"), expire_date__gt=clock.now())
    return PushSubscription.objects.filter(Exists(session), user__is_active=True, user_id=F("session__user_id"))


def browsers_of(user: User) -> list[PushSubscription]:
    """The browsers of the user that take messages now, those of the latest session first."""
    return list(alive().filter(user=user).select_related("session").order_by("-created_at", "-pk"))


def remove(user: User, subscription_id: int) -> None:
    """Send nothing more to this browser of the user. Errors: ``not_found``."""
    if not PushSubscription.objects.filter(user=user, pk=subscription_id).delete()[0]:
        raise DomainError("not_found", "this browser gets no notifications any more")


# --- Sending ----------------------------------------------------------------------------------------------------------
def send(pushes: Sequence[Push], client: OutboundClient | None = None) -> int:
    """Send these, side by side and outside of a transaction; returns how many the push services took.

    What is refused for a while (429, 5xx, no connection) is tried again a few times; whoever does not answer in time is
    not waited for again, since all others wait. A browser that is gone is deleted.
    """
    if not pushes:
        return 0
    signer = _signer()
    requests = [(_endpoint_and_body(push), push) for push in pushes]

    async def run() -> list[OutboundResponse]:
        kept = Kept(0, ("Retry-After",))
        async with client or OutboundClient(
            allow_private=settings.WEBHOOK_ALLOW_PRIVATE, deadline=DEADLINE_SECONDS, kept=kept
        ) as opened:
            calls = [
                _post(opened, endpoint, _headers(signer, endpoint, push), body) for (endpoint, body), push in requests
            ]
            return await asyncio.gather(*calls)

    responses = asyncio.run(run())
    return sum(_settle(push.subscription, response) for push, response in zip(pushes, responses, strict=True))


def _endpoint_and_body(push: Push) -> tuple[str, bytes]:
    subscription = json.loads(crypto.decrypt(push.subscription, "subscription"))
    return str(subscription["endpoint"]), _encrypted(subscription["keys"], json.dumps(push.payload).encode())


def _headers(signer: Vapid02, endpoint: str, push: Push) -> dict[str, str]:
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(time.time()) + TOKEN_SECONDS, "sub": contact()}
    return {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(TTL_SECONDS),
        "Urgency": "high",
        "Topic": base64.urlsafe_b64encode(hashlib.sha256(push.topic.encode()).digest()[:24]).decode(),
        "Authorization": str(signer.sign(claims)["Authorization"]),
    }


def contact() -> str:
    """Whom a push service can write to about this installation (RFC 8292, 2.1)."""
    return f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"


async def _post(client: OutboundClient, endpoint: str, headers: dict[str, str], body: bytes) -> OutboundResponse:
    response = await client.post(endpoint, headers=headers, body=body, tenant="push")
    for wait in RETRY_AFTER:
        if response.error == OutboundError.TIMEOUT:
            break
        if response.status is not None and response.status not in (408, 429) and response.status < 500:
            break
        asked = response.headers.get("Retry-After", "")
        if asked.isdecimal() and int(asked) > RETRY_AFTER[-1]:
            break
        await asyncio.sleep(max(wait, int(asked) if asked.isdecimal() else 0))
        response = await client.post(endpoint, headers=headers, body=body, tenant="push")
    return response


def _settle(subscription: PushSubscription, response: OutboundResponse) -> bool:
    rows = PushSubscription.objects.filter(pk=subscription.pk)
    if response.error is None and response.status is not None and 200 <= response.status < 300:
        rows.update(last_sent_at=clock.now(), failures=0)
        return True
    logger.info("push %s was not taken: %s", subscription.pk, response.status or response.error)
    if response.status in GONE or subscription.failures + 1 >= MAX_FAILURES:
        rows.delete()
    else:
        rows.update(failures=F("failures") + 1)
    return False


def past_retention() -> "QuerySet[PushSubscription]":
    """Those whose sessions have been over for a day."""
    is_over = ~Exists(Session.objects.filter(session_key=OuterRef("session__session_key")))
    return PushSubscription.objects.filter(is_over, session__last_used_at__lt=clock.now() - timedelta(days=1))
