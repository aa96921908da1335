"""Access and refresh tokens: made, derived and digested, without a database.

The pair that a refresh answers is an HMAC of the refresh token that was presented, so using that token twice answers
the same pair although only digests are stored. Deriving it takes the refresh token and SECRET_KEY: who reads the
database has neither.
"""

import re
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from django.utils.crypto import salted_hmac

ACCESS_PREFIX, REFRESH_PREFIX = "mcpat_", "mcprt_"
_RANDOM_BYTES = 32
_ACCESS_TOKEN = re.compile(rf"{ACCESS_PREFIX}[A-Za-z0-9_-]{{43}}")


def access_token(request: Any) -> str:
    """The setting ``ACCESS_TOKEN_GENERATOR``; ``request`` is oauthlib's."""
    return _token(ACCESS_PREFIX, request)


def refresh_token(request: Any) -> str:
    """The setting ``REFRESH_TOKEN_GENERATOR``; ``request`` is oauthlib's."""
    return _token(REFRESH_PREFIX, request)


def is_access_token(text: str) -> bool:
    """Whether the format is right. It proves nothing until the digest is found in the database."""
    return _ACCESS_TOKEN.fullmatch(text) is not None


def digest(text: str) -> str:
    """What is stored: SHA-256 in hexadecimal, as django-oauth-toolkit computes it. 256 random bits need no salt."""
    return sha256(text.encode()).hexdigest()


def _token(prefix: str, request: Any) -> str:
    if request.grant_type == "refresh_token":
        secret = salted_hmac(f"crmsolid.oauth.{prefix}", request.refresh_token, algorithm="sha256").digest()
    else:
        secret = secrets.token_bytes(_RANDOM_BYTES)
    return prefix + urlsafe_b64encode(secret).rstrip(b"=").decode()
