"""The one HTTP client for addresses that customers choose.

It sends frozen bytes, waits a fixed time in all, reads a little of the answer, follows nothing, and connects only
where the address guard lets it. It reports failures by stable codes, never by texts of the network layer, because
those tell what a name resolved to.
"""

import asyncio
import codecs
import socket
import ssl
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from errno import EACCES
from functools import lru_cache
from types import TracebackType
from typing import Any, Self
from weakref import WeakValueDictionary

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.typedefs import LooseHeaders
from yarl import URL

from crmsolid.core.http.resolver import ThreadedResolver
from crmsolid.core.http.url_guard import UrlRefused, check_url, is_public

DEADLINE_SECONDS = 10.0
READ_LIMIT_BYTES = 16 * 1024
KEPT_BYTES = 4 * 1024
KEPT_HEADERS = ("Content-Type", "Retry-After")
KEPT_HEADER_LENGTH = 200
# Many servers (Node and uvicorn among them) close an idle connection after 5 s. Leaving first keeps a request
# from being written into a connection that the other side is just closing.
_KEEP_ALIVE_SECONDS = 4.0
# How long to wait for a place, in deadlines. More than one: whoever came together with requests that hang to their
# end gets the places they leave, and does not lose them to a timer that is a moment earlier than theirs.
_PATIENCE = 1.25
_NAME_CACHE_SECONDS = 60


class OutboundError(StrEnum):
    """Why a request got no complete answer. The values are stored and shown, so they never change."""

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
class Answer:
    """What came back. `error` None means a complete answer, or one read up to the limit.

    `status` may stand beside an error: the headers came, the body did not. `body` and `headers` are safe to store
    as text: no NUL, no lone surrogate. `duration_ms` does not count the wait for a place at a busy host.
    """

    status: int | None
    error: OutboundError | None
    duration_ms: int
    body: str = ""
    truncated: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


class AddressRefused(OSError):
    """The guard's refusal. One constant text, so that aiohttp can merge several, and names no address."""

    def __init__(self) -> None:
        super().__init__(EACCES, "address refused")


class OutboundClient:
    """Posts to customers' addresses; one for each event loop, entered once, used by any number of tasks.

    Promises: `deadline` seconds in all for name look-up, connection, TLS, headers and body; at most
    READ_LIMIT_BYTES of an answer read, KEPT_BYTES kept; certificates verified; no redirect, cookie, proxy or
    decompression; never a connection to an address that is not public, unless `allow_private`.
    At most `per_host` requests of one `payer` to one host and port run at once. Others wait for one and a quarter
    times the `deadline`, then report `busy`: nothing was sent, and it says nothing about the receiver. A call so ends
    within two and a quarter deadlines. Different payers wait for each other nowhere: one host can be a service with
    many customers.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        deadline: float = DEADLINE_SECONDS,
        per_host: int = 50,
        user_agent: str = "CRMSolid-Webhooks/1",
        resolver: AbstractResolver | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._allow_private = allow_private
        self._deadline = deadline
        self._per_host = per_host
        self._user_agent = user_agent
        self._resolver = resolver
        self._ssl_context = ssl_context
        self._session: aiohttp.ClientSession | None = None
        self._unkept: aiohttp.ClientSession | None = None
        # By payer and host; a semaphore lives as long as somebody holds or awaits it.
        self._places: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def __aenter__(self) -> Self:
        self._resolver = self._resolver or ThreadedResolver()
        self._session = self._open_session(self._resolver, keep_alive=True)
        self._unkept = self._open_session(self._resolver, keep_alive=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for session in (self._session, self._unkept):
            if session is not None:
                await session.close()
        if self._resolver is not None:
            await self._resolver.close()

    async def post(self, url: str, *, headers: Mapping[str, str], body: bytes, payer: str = "") -> Answer:
        """Sends `body` exactly as it is. Never raises for anything that an address or a receiver can cause."""
        try:
            target, host = _judged(url, self._allow_private)
        except UrlRefused:
            return Answer(None, OutboundError.URL_REFUSED, 0)
        place = self._place(f"{payer} {host}")
        if place.locked():
            try:
                async with asyncio.timeout(self._deadline * _PATIENCE):
                    await place.acquire()
            except TimeoutError:
                return Answer(None, OutboundError.BUSY, 0)
        else:
            await place.acquire()  # at once; a timer would cost more than the place
        try:
            return await self._attempt(target, headers, body)
        finally:
            place.release()

    def _open_session(self, resolver: AbstractResolver, *, keep_alive: bool) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=self._connector(resolver, keep_alive),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(),  # none of aiohttp's own: one deadline covers all phases
            auto_decompress=False,
            trust_env=False,
            read_bufsize=READ_LIMIT_BYTES,
        )

    def _connector(self, resolver: AbstractResolver, keep_alive: bool) -> aiohttp.TCPConnector:
        kept: dict[str, Any] = {"keepalive_timeout": _KEEP_ALIVE_SECONDS} if keep_alive else {"force_close": True}
        return aiohttp.TCPConnector(
            resolver=resolver,
            ttl_dns_cache=_NAME_CACHE_SECONDS,
            ssl=self._ssl_context or True,
            limit=0,  # places are counted here: waiting inside the connector would eat the deadline
            socket_factory=self._open_socket,
            **kept,
        )

    def _open_socket(self, info: aiohttp.AddrInfoType) -> socket.socket:
        """Judges the very address the socket connects to next: nothing is resolved after this."""
        family, kind, protocol, _, address = info
        _current.get().is_connection_new = True
        if not self._allow_private and not is_public(str(address[0])):
            raise AddressRefused
        return socket.socket(family, kind, protocol)

    def _place(self, key: str) -> asyncio.Semaphore:
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = asyncio.Semaphore(self._per_host)
        return place

    async def _attempt(self, target: URL, headers: Mapping[str, str], body: bytes) -> Answer:
        exchange = _Exchange()
        error: OutboundError | None = None
        try:
            async with asyncio.timeout(self._deadline):
                await self._exchange(exchange, target, headers, body)
        except (TimeoutError, aiohttp.ClientError, OSError) as failure:
            error = _classify(failure)
        return exchange.answer(error)

    async def _exchange(self, exchange: "_Exchange", target: URL, headers: Mapping[str, str], body: bytes) -> None:
        """Once; once more if a kept connection ended without a word, which a server may do at any time (RFC 9112,
        9.3.1 and 9.6). Most likely it never saw the request, and if it did, ours may be repeated."""
        if self._session is None or self._unkept is None:
            raise RuntimeError("the client is used outside of its context")
        sent: LooseHeaders = {"User-Agent": self._user_agent, **headers, "Accept-Encoding": "identity"}
        _current.set(exchange)
        try:
            await self._exchange_in(self._session, exchange, target, sent, body)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, aiohttp.ClientConnectionResetError) as lost:
            never_connected = isinstance(lost, aiohttp.ClientConnectorError)
            if never_connected or exchange.is_connection_new or exchange.response is not None:
                raise
            await self._exchange_in(self._unkept, exchange, target, sent, body)

    @staticmethod
    async def _exchange_in(
        session: aiohttp.ClientSession, exchange: "_Exchange", target: URL, headers: LooseHeaders, body: bytes
    ) -> None:
        async with session.post(target, data=body, headers=headers, allow_redirects=False) as response:
            exchange.response = response
            try:
                await exchange.read()
            finally:
                _abort_unless_complete(response)


@lru_cache(maxsize=1024)
def _judged(url: str, allow_private: bool) -> tuple[URL, str]:
    """The address and its host with port, as a key. The judgement of a form never changes; that of the network, at
    each connection, is not remembered. Raises UrlRefused, each time anew."""
    check_url(url, allow_private=allow_private)
    target = URL(url)
    return target, f"{target.raw_host}:{target.port}"


class _Exchange:
    """What is known of one request so far, whatever ends it."""

    def __init__(self) -> None:
        self.response: aiohttp.ClientResponse | None = None
        self.is_connection_new = False
        self._clock = asyncio.get_running_loop().time  # the deadline's: uvloop's runs in whole milliseconds of its own
        self._started = self._clock()
        self._body = bytearray()

    async def read(self) -> None:
        """Reads to the end or to the limit, whichever comes first."""
        assert self.response is not None
        content = self.response.content
        while len(self._body) < READ_LIMIT_BYTES and not content.at_eof():
            self._body += await content.read(READ_LIMIT_BYTES - len(self._body))

    def answer(self, error: OutboundError | None) -> Answer:
        elapsed = round((self._clock() - self._started) * 1000)
        if self.response is None:
            return Answer(None, error, elapsed)
        kept = bytes(self._body[:KEPT_BYTES])
        truncated = len(self._body) > KEPT_BYTES
        found = self.response.headers
        headers = {name: _storable(found[name])[:KEPT_HEADER_LENGTH] for name in KEPT_HEADERS if name in found}
        return Answer(self.response.status, error, elapsed, _as_text(kept, truncated), truncated, headers)


# Sockets are opened in the task of the request that needs one, or in tasks of its making.
_current: ContextVar[_Exchange] = ContextVar("exchange")


def _abort_unless_complete(response: aiohttp.ClientResponse) -> None:
    # Closing TLS politely waits up to 30 s for the other side, a socket held per request by whoever never answers.
    connection = response.connection
    if connection is not None and connection.transport is not None and not response.content.is_eof():
        connection.transport.abort()


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


def _as_text(raw: bytes, cut: bool) -> str:
    """Decodes as UTF-8 whatever the receiver claims; a character that the cut split is left out."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    return decoder.decode(raw, final=not cut).replace("\0", "\ufffd")


def _storable(header: str) -> str:
    # aiohttp keeps bytes that are not UTF-8 as lone surrogates, which PostgreSQL refuses.
    return header.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\0", "\ufffd")
