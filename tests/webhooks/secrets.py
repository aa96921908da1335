"""Secrets as a library of Standard Webhooks takes them."""

import base64
from contextlib import suppress


def standard_form(secret: str) -> str:
    """The ``whsec_`` form of any secret, padded, as strict libraries require: that of the key, which for a secret that
    is no base64 is its text."""
    encoded = secret.removeprefix("whsec_")
    key = b""
    with suppress(ValueError):
        if encoded != secret:
            key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    return "whsec_" + base64.b64encode(key or secret.encode()).decode()
