"""Client of the CRM Solid API.

    from crmsolid_client import CrmSolid

    crm = CrmSolid()  # the key comes from CRMSOLID_KEY
    crm.messages.send(account_id=7421, to="@sarah_miller", text="Hi")

:class:`AsyncCrmSolid` is the same with ``await``. :func:`verify_webhook` checks what a webhook receives.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from . import errors
from ._version import __version__
from .errors import *  # noqa: F403 - its __all__ are the exceptions

if TYPE_CHECKING:
    from . import models
    from ._async.client import AsyncCrmSolid
    from ._model import RawResponse
    from ._positions import PositionFile, PositionStore
    from ._requests import NOT_GIVEN, NotGiven
    from ._sync.client import CrmSolid
    from .webhooks import sign_webhook, verify_webhook

# Loaded when they are first used: whoever needs one client does not wait for the other.
_LAZY = {
    "models": "",
    "AsyncCrmSolid": "._async.client",
    "CrmSolid": "._sync.client",
    "NOT_GIVEN": "._requests",
    "NotGiven": "._requests",
    "PositionFile": "._positions",
    "PositionStore": "._positions",
    "RawResponse": "._model",
    "sign_webhook": ".webhooks",
    "verify_webhook": ".webhooks",
}

__all__ = [
    "NOT_GIVEN",
    "AsyncCrmSolid",
    "CrmSolid",
    "NotGiven",
    "PositionFile",
    "PositionStore",
    "RawResponse",
    "__version__",
    "errors",
    "models",
    "sign_webhook",
    "verify_webhook",
]
__all__ += errors.__all__


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if not _LAZY[name]:
        return importlib.import_module(f".{name}", __name__)
    value = getattr(importlib.import_module(_LAZY[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
