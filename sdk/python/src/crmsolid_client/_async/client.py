"""The client: its configuration and its resources."""

from __future__ import annotations

from types import TracebackType

import httpx

from .. import models
from .._config import read_config
from .._requests import read
from .resources.accounts import AsyncAccounts
from .resources.analytics import AsyncAnalytics
from .resources.broadcasts import AsyncBroadcasts
from .resources.contacts import AsyncContacts
from .resources.custom_fields import AsyncCustomFields
from .resources.events import AsyncDeliveries, AsyncEvents
from .resources.files import AsyncFiles
from .resources.jobs import AsyncJobs
from .resources.members import AsyncMembers
from .resources.messages import AsyncMessages, AsyncThreads
from .resources.notes import AsyncNotes
from .resources.segments import AsyncSegments
from .resources.sequences import AsyncEnrollments, AsyncSequences
from .resources.templates import AsyncTemplates
from .resources.webhooks import AsyncWebhooks
from .transport import AsyncTransport


class AsyncCrmSolid:
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
        http_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        config = read_config(key, base_url, timeout, retry_for, allow_http)
        self._transport = transport = AsyncTransport(config, http_transport)
        self.accounts = AsyncAccounts(transport)
        self.analytics = AsyncAnalytics(transport)
        self.broadcasts = AsyncBroadcasts(transport)
        self.contacts = AsyncContacts(transport)
        self.custom_fields = AsyncCustomFields(transport)
        self.deliveries = AsyncDeliveries(transport)
        self.enrollments = AsyncEnrollments(transport)
        self.events = AsyncEvents(transport)
        self.files = AsyncFiles(transport)
        self.jobs = AsyncJobs(transport)
        self.members = AsyncMembers(transport)
        self.messages = AsyncMessages(transport)
        self.notes = AsyncNotes(transport)
        self.segments = AsyncSegments(transport)
        self.sequences = AsyncSequences(transport)
        self.templates = AsyncTemplates(transport)
        self.threads = AsyncThreads(transport)
        self.webhooks = AsyncWebhooks(transport)

    async def me(self) -> models.Me:
        """The key with its scopes, its workspace, mode and plan."""
        return await self._transport.model(read("/v1/me"), models.Me)

    @property
    def base_url(self) -> str:
        return self._transport.config.base_url

    async def aclose(self) -> None:
        """Close the connections. The client cannot be used afterwards."""
        await self._transport.aclose()

    async def __aenter__(self) -> AsyncCrmSolid:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        config = self._transport.config
        return f"{type(self).__name__}(key={config.shown_key!r}, base_url={config.base_url!r})"
