"""API requests: unwrapping, counting, faults, authorization, and calling the handler."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from telethon.tl import functions
from telethon.tl.alltlobjects import LAYER

from .delivery import Delivery
from .errors import SERVER_ERROR_CODE, RpcFailure, failure
from .faults import Faults, When
from .limits import RateLimits
from .session import Session
from .settings import Settings
from .state import Authorization, ServerState, User, digits

logger = logging.getLogger(__name__)

UNAUTHORIZED_CODE = 401


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler works with."""

    session: Session
    state: ServerState
    delivery: Delivery
    settings: Settings
    addresses: dict[int, tuple[str, int]]

    @property
    def authorization(self) -> Authorization:
        return self.session.authorization

    @property
    def user(self) -> User:
        """The user who owns the key. Raises the 401 for a client that has not finished its login."""
        authorization = self.authorization
        if authorization.awaiting_password is not None:
            raise failure("SESSION_PASSWORD_NEEDED")
        if authorization.user is None:
            raise authorization.refusal or failure("AUTH_KEY_UNREGISTERED")
        return authorization.user


Handler = Callable[[Call, Any], Any]
HANDLERS: dict[type, Handler] = {}


def handles(request: type) -> Callable[[Handler], Handler]:
    """Register the function that executes a request. It is synchronous: a request takes effect completely or not."""

    def register(handler: Handler) -> Handler:
        HANDLERS[request] = handler
        return handler

    return register


class Rpc:
    """`addresses` tells where each data center listens; help.getConfig answers it."""

    def __init__(self, state: ServerState, settings: Settings) -> None:
        self.faults = Faults()
        self.limits = RateLimits()
        self.delivery = Delivery(state, settings)
        self.addresses: dict[int, tuple[str, int]] = {}
        self._state = state
        self._settings = settings
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, session: Session, msg_id: int, request: Any) -> None:
        """Tasks start in the order of the requests and run without interruption, unless a fault makes one hang."""
        task = asyncio.get_running_loop().create_task(session.answer(msg_id, request))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def stop(self) -> None:
        """Cancel requests that a fault makes hang."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def answer(self, session: Session, msg_id: int, request: Any) -> Any:
        """The result. Raises RpcFailure, or AnswerLost if a fault withholds it."""
        query = unwrap(session, request, self._settings.init_refusal)
        name, phone = request_name(query), phone_of(session.authorization, query)
        self._state.count(name, phone)
        await self._apply_fault(session, msg_id, name, When.BEFORE, phone)
        self.limits.check(name, phone)
        result = self._execute(session, query)
        await self._apply_fault(session, msg_id, name, When.AFTER, phone)
        return result

    async def _apply_fault(self, session: Session, msg_id: int, name: str, when: When, phone: str) -> None:
        fault = self.faults.take(name, when, phone)
        if fault is None:
            return
        if fault.seconds or fault.is_ignored:
            session.acknowledge(msg_id)
        await fault.apply(session.connection)

    def _execute(self, session: Session, query: Any) -> Any:
        authorization = session.authorization
        if not authorization.has_layer:
            raise failure("CONNECTION_NOT_INITED")
        if authorization.refusal is not None and authorization.refusal.code != UNAUTHORIZED_CODE:
            raise authorization.refusal
        if authorization.user is not None and authorization.user.freeze and is_write(query):
            raise failure("FROZEN_METHOD_INVALID")
        handler = HANDLERS.get(type(query))
        if handler is None:
            logger.error("no handler for %s", request_name(query))
            raise failure("INPUT_METHOD_INVALID")
        call = Call(session, self._state, self.delivery, self._settings, self.addresses)
        try:
            return handler(call, query)
        except RpcFailure:
            raise
        except Exception as error:
            logger.exception("the handler of %s failed", request_name(query))
            self._state.crashes.append(traceback.format_exc())
            raise RpcFailure(SERVER_ERROR_CODE, "INTERNAL") from error

    def connection_added(self, authorization: Authorization) -> None:
        """Called when a connection has started to use this key."""
        connections = {id(session.connection) for session in authorization.sessions.values()}
        addresses = {session.connection.client_address for session in authorization.sessions.values()}
        too_many = self._settings.allows_one_connection and len(connections) > 1
        if too_many or (self._settings.allows_one_address and len(addresses) > 1):
            authorization.refusal = failure("AUTH_KEY_DUPLICATED")
        self._state.update_peak(authorization.user)
        self._state.notify()


def unwrap(session: Session, request: Any, init_refusal: RpcFailure | None = None) -> Any:
    """The request inside invokeWithLayer, initConnection and similar wrappers, whose effects are applied here."""
    wants_updates = True
    while True:
        if isinstance(request, functions.InvokeWithLayerRequest):
            if request.layer != LAYER:
                raise failure("CONNECTION_LAYER_INVALID")
            session.authorization.has_layer = True
        elif isinstance(request, functions.InvokeWithoutUpdatesRequest):
            wants_updates = False
        elif isinstance(request, functions.InitConnectionRequest):
            if init_refusal is not None:
                raise init_refusal
            if session.authorization.user is not None:
                session.authorization.user.identities[identity(request)] = None
        elif not isinstance(request, functions.InvokeAfterMsgRequest | functions.InvokeAfterMsgsRequest):
            break
        request = request.query
    # A session is subscribed to updates after one request outside invokeWithoutUpdates.
    session.wants_updates = session.wants_updates or wants_updates
    return request


def identity(request: Any) -> tuple[str, ...]:
    """What initConnection says of the client."""
    names = ("device_model", "system_version", "app_version", "lang_code", "system_lang_code")
    return tuple(getattr(request, name) for name in names)


def is_write(request: Any) -> bool:
    """Whether a frozen account may not send it."""
    group, _, method = request_name(request).partition(".")
    return group in ("messages", "contacts") and not method.startswith(("get", "resolve", "search"))


def request_name(request: Any) -> str:
    """The name in Telegram's schema, such as messages.sendMessage or ping."""
    request_type = type(request)
    name = request_type.__name__.removesuffix("Request")
    name = name[0].lower() + name[1:]
    group = request_type.__module__.removeprefix(functions.__name__).lstrip(".")
    return f"{group}.{name}" if group else name


def phone_of(authorization: Authorization, request: Any) -> str:
    """The phone number of the user who sends the request or logs in with it; "" if there is none yet."""
    user = authorization.user or authorization.awaiting_password
    return user.phone if user else digits(getattr(request, "phone_number", ""))
