"""Tokens of logins by QR code (core.telegram.org/api/qr-login): who asked for one, and who has accepted it."""

from __future__ import annotations

import base64
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .errors import failure

if TYPE_CHECKING:
    from .state import Authorization, User

PREFIX = "tg://login?token="


@dataclass(eq=False)
class LoginToken:
    """``expires_at`` in Unix seconds. A key has one token; a new one replaces it unless it was accepted."""

    authorization: Authorization
    expires_at: float
    except_ids: list[int]
    value: bytes = field(default_factory=lambda: os.urandom(32))
    accepted_by: User | None = None

    @property
    def is_expired(self) -> bool:
        return time.time() >= self.expires_at


@dataclass
class LoginTokens:
    """``lifetime`` is that of the tokens made from now on, in seconds."""

    lifetime: float = 30.0
    _tokens: dict[bytes, LoginToken] = field(default_factory=dict)

    def new(self, authorization: Authorization, except_ids: list[int]) -> LoginToken:
        token = LoginToken(authorization, time.time() + self.lifetime, except_ids)
        self._tokens = {value: each for value, each in self._tokens.items() if each.authorization is not authorization}
        self._tokens[token.value] = token
        return token

    def accepted_of(self, authorization: Authorization) -> LoginToken | None:
        """The token of this key that was accepted and not redeemed yet."""
        tokens = (each for each in self._tokens.values() if each.authorization is authorization)
        return next((each for each in tokens if each.accepted_by is not None and not each.is_expired), None)

    def find(self, value: bytes) -> LoginToken:
        """Raises what Telegram answers for a token that is unknown or expired."""
        token = self._tokens.get(value)
        if token is None:
            raise failure("AUTH_TOKEN_INVALID")
        if token.is_expired:
            raise failure("AUTH_TOKEN_EXPIRED")
        return token

    def accept(self, value: bytes, user: User) -> LoginToken:
        token = self.find(value)
        if token.accepted_by is not None:
            raise failure("AUTH_TOKEN_ALREADY_ACCEPTED")
        if user.id in token.except_ids:
            raise failure("AUTH_TOKEN_EXCEPTION")
        token.accepted_by = user
        return token

    def redeem(self, token: LoginToken) -> User:
        """Whose session it becomes. The token cannot be used again."""
        if token.accepted_by is None:
            raise failure("AUTH_TOKEN_INVALID")
        del self._tokens[token.value]
        return token.accepted_by

    def expire_all(self) -> None:
        for token in self._tokens.values():
            token.expires_at = 0.0

    def addresses(self) -> list[str]:
        """The codes that could be scanned now."""
        valid = [each.value for each in self._tokens.values() if each.accepted_by is None and not each.is_expired]
        return [f"{PREFIX}{base64.urlsafe_b64encode(value).decode().rstrip('=')}" for value in valid]
