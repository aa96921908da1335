"""A browser that takes Web Push, and messages that arrive."""

import base64
import json
import os
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from crmsolid.core import clock
from crmsolid.events.positions import assign_positions
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Membership, User, Workspace
from messaging.alerts import wishes
from messaging.models import Account, Message
from messaging.threads.incoming import Incoming
from messaging.threads.received import receive
from tests.webhooks.receiver import Post

_numbers = iter(range(5000, 10**9))


def arrive(account: Account, text: str = "Hello", who: str = "alice", **more: Any) -> Message:
    """A message arrives, without a position yet."""
    message = receive(account, Incoming(next(_numbers), text, clock.now(), username=who, **more))
    assert message is not None
    return message


def hear(account: Account, text: str = "Hello", who: str = "alice", **more: Any) -> Message:
    """A message arrives, and gets its position."""
    message = arrive(account, text, who, **more)
    while assign_positions():
        pass
    return message


def actor_of(user: User, workspace: Workspace) -> Actor:
    return Actor.member(Membership.unscoped.get(user=user, workspace=workspace), workspace)


def choose(user: User, workspace: Workspace, **values: Any) -> None:
    """Change the user's settings of alerts in the workspace."""
    before = wishes.of_member(Membership.unscoped.get(user=user, workspace=workspace))
    stored = {name: getattr(before, name) for name in wishes.FIELDS}
    wishes.change(actor_of(user, workspace), **{**stored, **values})


@dataclass
class FakeBrowser:
    """The keys of a browser's subscription, which open what is pushed to it."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: os.urandom(16))

    def subscription(self) -> dict[str, Any]:
        point = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        keys = {"p256dh": text_of(point), "auth": text_of(self.secret)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def opened(self, post: Post) -> dict[str, Any]:
        decrypted = http_ece.decrypt(post.body, private_key=self.key, auth_secret=self.secret, version="aes128gcm")
        shown: dict[str, Any] = json.loads(decrypted)
        return shown


def text_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
