"""The HTTP client for addresses that customers choose.

It posts the given bytes or asks for a document, has one deadline for everything, reads only the start of the response,
follows no redirect, and connects only where the address guard (``url_guard``) allows it. It reports failures as stable
codes and never passes on an error text of the network layer, because such texts reveal what a name resolved to.
"""

import asyncio
import codecs
import socket
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from errno import EACCES
from functools import partial
from typing import Any, Self, cast
from weakref import WeakValueDictionary

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.client_proto import ResponseHandler
from aiohttp.typedefs import LooseHeaders
from yarl import URL

from crmsolid.core.http.limits import RECEIVE_BUFFER_BYTES, BoundedResponseHandler, ReadBudget, tls_context
from crmsolid.core.http.url_guard import UrlRefused, check_url, is_public

DEADLINE_SECONDS = 10.0
READ_LIMIT_BYTES = 16 * 1024
KEPT_BYTES = 4 * 1024
KEPT_HEADERS = ("Content-Type", "Retry-After")
KEPT_HEADER_LENGTH = 200
USER_AGENT = "CRMSolid-Webhooks/1"
# Many servers (Node and uvicorn among them) close an idle connection after 5 s. Closing it earlier ourselves avoids
# writing a request into a connection that the other side is about to close.
_KEEP_ALIVE_SECONDS = 4.0
# How long a request waits for a free slot, in deadlines. More than one, so that requests that wait behind others which
# all run into their deadline get the slots these free, and do not time out a moment earlier.
_SLOT_WAIT_DEADLINES = 1.25
_DNS_CACHE_SECONDS = 60
# A name whose name servers do not answer holds its thread for 10 to 20 seconds. This is more than the pump has
# requests in flight to endpoints that do not answer, so such names leave threads for everybody else's.
_DNS_THREADS = 512


class OutboundError(StrEnum):
    """Why a request got no complete response. The values are stored and shown, so they never change."""

    URL_REFUSED = "url_refused"
    BUSY = "busy"
    TIMEOUT = "timeout"
    DNS_FAILED = "dns_failed"
    ADDRESS_REFUSED = "address_refused"
    CONNECTION_FAILED = "connection_failed"
    TLS_FAILED = "tls_failed"
    CONNECTION_LOST = "connection_lost"
    ANSWER_INVALID = "answer_invalid"


@dataclass(frozen=True, slots=True)
class OutboundResponse:
    """The result of one request. ``error`` is None for a complete response, or one that was read up to the limit.

    ``status`` is also set beside an error if the headers arrived and the body did not. ``body`` and ``headers`` are
    safe to store as text: no NUL, no lone surrogate. ``duration_ms`` excludes the wait for a slot.
    """

    status: int | None
    error: OutboundError | None
    duration_ms: int
    body: str = ""
    truncated: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


class AddressRefused(OSError):
    """The guard refused an address. The text is constant, so that aiohttp can merge several and none is revealed."""

    def __init__(self) -> None:
        super().__init__(EACCES, "address refused")


class _LookupThreads:
    """The part of an event loop that aiohttp's resolver uses, on an executor of its own.

    On the loop's own threads, slow name servers would hold up everything else that runs there; uvloop has four.
    """

    def __init__(self) -> None:
        self.executor = ThreadPoolExecutor(_DNS_THREADS, thread_name_prefix="outbound-dns")

    async def getaddrinfo(self, host: str, port: int, **options: Any) -> Any:
        lookup = partial(socket.getaddrinfo, host, port, **options)
        return await asyncio.get_running_loop().run_in_executor(self.executor, lookup)

    async def getnameinfo(self, address: Any, flags: int) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.executor, socket.getnameinfo, address, flags)


class DnsResolver(aiohttp.ThreadedResolver):
    """aiohttp's resolver with threads that nothing else uses. One name holds one thread at most: aiohttp's connector
    joins simultaneous look-ups of the same name and port."""

    def __init__(self) -> None:
        threads = _LookupThreads()
        super().__init__(cast(asyncio.AbstractEventLoop, threads))
        self._executor = threads.executor

    async def close(self) -> None:
        self._executor.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Kept:
    """How much of a response is kept: the start of its body, of READ_LIMIT_BYTES at most, and these headers."""

    body_bytes: int = KEPT_BYTES
    headers: tuple[str, ...] = KEPT_HEADERS


class OutboundClient:
    """Sends to customers' addresses. One for each event loop, entered once, used by any number of tasks.

    What a caller may rely on: ``deadline`` seconds in all for name look-up, connection, TLS, headers and body; at most
    READ_LIMIT_BYTES of a body are read and as much as ``kept`` says is kept, and ``limits`` bounds all else that a
    receiver can send; certificates are verified; no redirects, cookies, proxies or decompression; no connection to an
    address that is not public, unless ``allow_private``.

    At most ``per_host`` requests of one ``tenant`` to one host and port run at once. Others wait up to one and a
    quarter deadlines for a slot and then report ``busy``: nothing was sent, and it says nothing about the receiver. So
    a call ends within two and a quarter deadlines. Tenants do not wait for each other, because one host can be a
    service that many customers use.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        deadline: float = DEADLINE_SECONDS,
        per_host: int = 50,
        kept: Kept = Kept(),
        resolver: AbstractResolver | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._allow_private = allow_private
        self._deadline = deadline
        self._per_host = per_host
        self._kept = kept
        self._resolver = resolver
        self._ssl_context = ssl_context
        self._session: aiohttp.ClientSession | None = None
        self._retry_session: aiohttp.ClientSession | None = None
        # By tenant and host. A semaphore exists as long as a request holds it or waits for it.
        self._slots: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def __aenter__(self) -> Self:
        self._resolver = self._resolver or DnsResolver()
        self._session = self._open_session(self._resolver, {"keepalive_timeout": _KEEP_ALIVE_SECONDS})
        self._retry_session = self._open_session(self._resolver, {"force_close": True})
        return self

    async def __aexit__(self, *error: object) -> None:
        for session in (self._session, self._retry_session):
            if session is not None:
                await session.close()
        if self._resolver is not None:
            await self._resolver.close()

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, tenant: str = "") -> OutboundResponse:
        """Send ``body`` exactly as it is. Raises nothing that an address or a receiver can cause."""
        return await self._send("POST", url, headers, body, tenant)

    async def get(self, url: str, *, headers: Mapping[str, str], tenant: str = "") -> OutboundResponse:
        """Ask for what is at the address. Raises nothing that an address or a receiver can cause."""
        return await self._send("GET", url, headers, None, tenant)

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, tenant: str
    ) -> OutboundResponse:
        try:
            check_url(url, allow_private=self._allow_private)
        except UrlRefused:
            return OutboundResponse(None, OutboundError.URL_REFUSED, 0)
        target = URL(url)
        key = f"{tenant} {target.raw_host}:{target.port}"
        slot = self._slots.setdefault(key, asyncio.Semaphore(self._per_host))
        try:
            async with asyncio.timeout(self._deadline * _SLOT_WAIT_DEADLINES):
                await slot.acquire()
        except TimeoutError:
            return OutboundResponse(None, OutboundError.BUSY, 0)
        exchange = _Exchange(self._kept)
        error: OutboundError | None = None
        try:
            async with asyncio.timeout(self._deadline):
                await self._exchange(exchange, partial(_request, method, target, headers, body))
        except (TimeoutError, aiohttp.ClientError, OSError, UnicodeError) as failure:
            error = _classify(failure)
        finally:
            slot.release()
        return exchange.result(error)

    def _open_session(self, resolver: AbstractResolver, keep_alive: dict[str, Any]) -> aiohttp.ClientSession:
        connector = _Connector(
            resolver=resolver,
            ttl_dns_cache=_DNS_CACHE_SECONDS,
            ssl=self._ssl_context or tls_context(),
            limit=0,  # slots are counted above: a wait inside the connector would use up the deadline
            socket_factory=self._open_socket,
            **keep_alive,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(),  # none of aiohttp's own: one deadline covers all phases
            auto_decompress=False,
            trust_env=False,
            read_bufsize=READ_LIMIT_BYTES,
        )

    def _open_socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        """Check the very address that the socket connects to next: nothing is resolved after this."""
        family, kind, protocol, _, address = info
        _current.get().is_connection_new = True
        if not self._allow_private and not is_public(str(address[0])):
            raise AddressRefused
        opened = socket.socket(family, kind, protocol)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        return opened

    async def _exchange(self, exchange: "_Exchange", request: "_Request") -> None:
        """Send once, and once more on a new connection if a kept one ended without a response, which a server may do
        at any time (RFC 9112, 9.3.1 and 9.6). Most likely it never saw the request; if it did, ours may be repeated."""
        if self._session is None or self._retry_session is None:
            raise RuntimeError("the client is used outside of its context")
        _current.set(exchange)
        try:
            await self._exchange_in(self._session, exchange, request)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, aiohttp.ClientConnectionResetError) as lost:
            never_connected = isinstance(lost, aiohttp.ClientConnectorError)
            if never_connected or exchange.is_connection_new or exchange.response is not None:
                raise
            await self._exchange_in(self._retry_session, exchange, request)

    @staticmethod
    async def _exchange_in(session: aiohttp.ClientSession, exchange: "_Exchange", request: "_Request") -> None:
        async with request(session) as response:
            exchange.response = response
            while len(exchange.body) < READ_LIMIT_BYTES and not response.content.at_eof():
                exchange.body += await response.content.read(READ_LIMIT_BYTES - len(exchange.body))


_Request = Callable[[aiohttp.ClientSession], AbstractAsyncContextManager[aiohttp.ClientResponse]]


def _request(
    method: str, target: URL, headers: Mapping[str, str], body: bytes | None, session: aiohttp.ClientSession
) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
    sent: LooseHeaders = {"User-Agent": USER_AGENT, **headers, "Accept-Encoding": "identity"}
    return session.request(method, target, data=body, headers=sent, allow_redirects=False)


class _Connector(aiohttp.TCPConnector):
    """aiohttp's connector with the protocol that bounds what is read. aiohttp has no option for the protocol's class:
    ``test_outbound_limits.py`` fails if an upgrade no longer uses this attribute."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        protocol: Callable[..., ResponseHandler] = BoundedResponseHandler
        self._factory = partial(protocol, self._loop, lambda: _current.get().budget)


class _Exchange:
    """What is known of one request so far, however it ends."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self.response: aiohttp.ClientResponse | None = None
        self.is_connection_new = False
        self.budget = ReadBudget()
        self._clock = asyncio.get_running_loop().time  # the deadline's clock: uvloop's differs, in whole milliseconds
        self._started = self._clock()
        self.body = bytearray()

    def result(self, error: OutboundError | None) -> OutboundResponse:
        elapsed = round((self._clock() - self._started) * 1000)
        if self.response is None:
            return OutboundResponse(None, error, elapsed)
        truncated = len(self.body) > self._kept.body_bytes or self.budget.is_overdrawn
        # UTF-8, whatever charset the receiver declares. Leaves out a character that the cut has split.
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        body = decoder.decode(bytes(self.body[: self._kept.body_bytes]), final=not truncated).replace("\0", "\ufffd")
        received = self.response.headers
        headers = {
            name: _storable(received[name])[:KEPT_HEADER_LENGTH] for name in self._kept.headers if name in received
        }
        return OutboundResponse(self.response.status, error, elapsed, body, truncated, headers)


# aiohttp opens a socket in the task of the request that needs it, or in a task which that one creates.
_current: ContextVar[_Exchange] = ContextVar("exchange")


def _classify(failure: BaseException) -> OutboundError:
    match failure:
        case aiohttp.ClientConnectorDNSError():
            return OutboundError.DNS_FAILED
        case aiohttp.ClientSSLError() | ssl.SSLError():
            return OutboundError.TLS_FAILED
        case aiohttp.ClientConnectorError(os_error=AddressRefused()):
            return OutboundError.ADDRESS_REFUSED
        case aiohttp.ClientConnectorError():
            return OutboundError.CONNECTION_FAILED
        case aiohttp.ClientResponseError():
            return OutboundError.ANSWER_INVALID
        case aiohttp.InvalidURL():
            return OutboundError.URL_REFUSED
        case TimeoutError():
            return OutboundError.TIMEOUT
        case _:
            return OutboundError.CONNECTION_LOST


def _storable(header: str) -> str:
    # aiohttp represents bytes that are not UTF-8 as lone surrogates, which PostgreSQL refuses.
    return header.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "\ufffd")
