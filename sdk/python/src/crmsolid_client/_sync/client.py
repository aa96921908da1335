# Generated from _async/client.py by tools/generate_sync.py; do not edit.
"""The client: its configuration and its resources."""

from __future__ import annotations

from types import TracebackType

import httpx

from .. import models
from .._config import read_config
from .._requests import read
from .resources.accounts import Accounts
from .resources.analytics import Analytics
from .resources.broadcasts import Broadcasts
from .resources.contacts import Contacts
from .resources.custom_fields import CustomFields
from .resources.events import Deliveries, Events
from .resources.files import Files
from .resources.jobs import Jobs
from .resources.members import Members
from .resources.messages import Messages, Threads
from .resources.notes import Notes
from .resources.segments import Segments
from .resources.sequences import Enrollments, Sequences
from .resources.templates import Templates
from .resources.webhooks import Webhooks
from .transport import Transport


class CrmSolid:
    """A client of the CRM Solid API.

    ``key`` and ``base_url`` come from the environment variables CRMSOLID_KEY and CRMSOLID_URL if they are not given.
    ``timeout`` is in seconds: the answer to an attempt must begin within it, and then be complete within it. An export
    and a stream must only send a part within 60 and 45 s. For ``retry_for`` seconds a call is tried again, and waits
    for the rate limit (0: one attempt). The key is sent over plain http only to this machine, unless ``allow_http``.
    ``http_transport`` replaces the network, for tests.

    Use one client for all calls: it keeps connections open and paces itself by the rate limit of the key. Close it, or
    use it in a ``with`` block.
    """

    def __init__(
        self,
        key: str | None = None,
        base_url: str | None = None,
        *,
        timeout: float = 30.0,
        retry_for: float = 90.0,
        allow_http: bool = False,
        http_transport: httpx.BaseTransport | None = None,
    ) -> None:
        config = read_config(key, base_url, timeout, retry_for, allow_http)
        self._transport = transport = Transport(config, http_transport)
        self.accounts = Accounts(transport)
        self.analytics = Analytics(transport)
        self.broadcasts = Broadcasts(transport)
        self.contacts = Contacts(transport)
        self.custom_fields = CustomFields(transport)
        self.deliveries = Deliveries(transport)
        self.enrollments = Enrollments(transport)
        self.events = Events(transport)
        self.files = Files(transport)
        self.jobs = Jobs(transport)
        self.members = Members(transport)
        self.messages = Messages(transport)
        self.notes = Notes(transport)
        self.segments = Segments(transport)
        self.sequences = Sequences(transport)
        self.templates = Templates(transport)
        self.threads = Threads(transport)
        self.webhooks = Webhooks(transport)

    def me(self) -> models.Me:
        """The key with its scopes, its workspace, mode and plan."""
        return self._transport.model(read("/v1/me"), models.Me)

    @property
    def base_url(self) -> str:
        return self._transport.config.base_url

    def close(self) -> None:
        """Close the connections. The client cannot be used afterwards."""
        self._transport.close()

    def __enter__(self) -> CrmSolid:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        config = self._transport.config
        return f"{type(self).__name__}(key={config.shown_key!r}, base_url={config.base_url!r})"
