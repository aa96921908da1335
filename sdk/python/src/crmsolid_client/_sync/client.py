# Generated from _async/client.py by tools/generate_sync.py; do not edit.
"""The client: its configuration and its resources."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

import httpx

from .. import models
from .._config import DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT, read_config
from .._model import RawResponse, raw_response
from .._requests import NOT_GIVEN, raw, read
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
from .resources.proposals import Proposals
from .resources.segments import Segments
from .resources.sequences import Enrollments, Sequences
from .resources.tags import Tags
from .resources.templates import Templates
from .resources.webhooks import Webhooks
from .transport import Connections, Transport


class CrmSolid:
    """A client of the CRM Solid API.

    ``key`` and ``base_url`` come from the environment variables CRMSOLID_KEY and CRMSOLID_URL if they are not given.
    ``timeout`` is in seconds: the answer to an attempt must begin within it, and then be complete within it; for an
    upload it is the time in which nothing is sent. An export and a stream must only send a part within 60 and 45 s. A
    call is tried again for ``retry_for`` seconds (30, or ``timeout`` if that is longer) and ``max_retries`` times,
    whichever is first; no attempt takes more than what is left of ``retry_for``. A wait for the rate limit, up to a
    minute, comes on top. With 0 for either, a call is one attempt. The key is sent over plain http only to this
    machine, unless ``allow_http``. ``http_transport`` replaces the network, for tests.

    Use one client for all calls: it keeps connections open and paces itself by the rate limit of the key. Close it, or
    use it in a ``with`` block. :meth:`with_options` changes the options of single calls.
    """

    def __init__(
        self,
        key: str | None = None,
        base_url: str | None = None,
        *,
        timeout: float = DEFAULT_TIMEOUT,
        retry_for: float | None = None,
        max_retries: int = DEFAULT_MAX_RETRIES,
        allow_http: bool = False,
        http_transport: httpx.BaseTransport | None = None,
    ) -> None:
        config = read_config(key, base_url, timeout, retry_for, max_retries, allow_http)
        self._use(Transport(config, Connections(http_transport, config.is_encrypted)))
        self._is_copy = False

    def _use(self, transport: Transport) -> None:
        self._transport = transport
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
        self.proposals = Proposals(transport)
        self.segments = Segments(transport)
        self.sequences = Sequences(transport)
        self.tags = Tags(transport)
        self.templates = Templates(transport)
        self.threads = Threads(transport)
        self.webhooks = Webhooks(transport)

    def me(self) -> models.Me:
        """The key with its scopes, its workspace, mode and plan."""
        return self._transport.model(read("/v1/me"), models.Me)

    def with_options(
        self,
        *,
        timeout: float | None = None,
        retry_for: float | None = None,
        max_retries: int | None = None,
        headers: Mapping[str, str] | None = None,
        request_id: str | None = None,
    ) -> CrmSolid:
        """The same client with other options, for one call or several: ``crm.with_options(timeout=5).me()``.
        ``headers`` go with each of its requests, ``request_id`` as ``X-Request-Id``, by which the API's answers and
        logs name the call. It shares connections and rate limit with this one, and need not be closed."""
        copy = self.__new__(type(self))
        config = self._transport.config.changed(timeout, retry_for, max_retries, headers, request_id)
        copy._use(self._transport.with_config(config))
        copy._is_copy = True
        return copy

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = NOT_GIVEN,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> RawResponse:
        """A call by its path, such as ``/v1/contacts``, with the key, the retries, the pacing and the errors of every
        other call. ``json`` or ``content`` is its body."""
        call = raw(
            method,
            path,
            params=params or {},
            json=json,
            content=content,
            headers=headers or {},
            idempotency_key=idempotency_key,
        )
        return raw_response(self._transport.send(call))

    @property
    def base_url(self) -> str:
        return self._transport.config.base_url

    def close(self) -> None:
        """Close the connections. The client cannot be used afterwards."""
        if not self._is_copy:
            self._transport.connections.close()

    def __enter__(self) -> CrmSolid:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        config = self._transport.config
        return f"{type(self).__name__}(key={config.shown_key!r}, base_url={config.base_url!r})"
