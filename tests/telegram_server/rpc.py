"""API requests: unwrapping, counting, faults, permission, and the handler that does the work."""

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
from .faults import Faults, Moment
from .session import Session
from .settings import Settings
from .state import Authorization, User, World, digits

logger = logging.getLogger(__name__)

UNAUTHORIZED_CODE = 401


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler may touch."""

    session: Session
    world: World
    delivery: Delivery
    settings: Settings
    addresses: dict[int, tuple[str, int]]

    @property
    def authorization(self) -> Authorization:
        return self.session.authorization

    @property
    def user(self) -> User:
        """Whose key it is. Raises the 401 a client gets that has not logged in, or not all the way."""
        authorization = self.authorization
        if authorization.awaiting_password is not None:
            raise failure("SESSION_PASSWORD_NEEDED")
        if authorization.user is None:
            raise authorization.refusal or failure("AUTH_KEY_UNREGISTERED")
        return authorization.user


Handler = Callable[[Call, Any], Any]
HANDLERS: dict[type, Handler] = {}


def handles(request: type) -> Callable[[Handler], Handler]:
    """Register the function that executes a request. It must not await: a request takes effect at once or not."""

    def register(handler: Handler) -> Handler:
        HANDLERS[request] = handler
        return handler

    return register


class Rpc:
    """`addresses`: where each data centre listens, as help.getConfig tells."""

    def __init__(self, world: World, settings: Settings) -> None:
        self.faults = Faults()
        self.delivery = Delivery(world, settings)
        self.addresses: dict[int, tuple[str, int]] = {}
        self._world = world
        self._settings = settings
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, session: Session, msg_id: int, request: Any) -> None:
        """Tasks start in the order of the requests and run without a pause, unless a fault makes one wait."""
        task = asyncio.get_running_loop().create_task(session.answer(msg_id, request))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def stop(self) -> None:
        """Abandon requests that a fault keeps waiting."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def answer(self, session: Session, msg_id: int, request: Any) -> Any:
        """The result, or RpcFailure; AnswerLost where a fault has cut the connection."""
        query = unwrap(session, request)
        name, phone = request_name(query), account_of(session.authorization, query)
        self._world.count(name, phone)
        await self._strike(session, msg_id, name, Moment.BEFORE, phone)
        result = self._execute(session, query)
        await self._strike(session, msg_id, name, Moment.AFTER, phone)
        return result

    async def _strike(self, session: Session, msg_id: int, name: str, moment: Moment, phone: str) -> None:
        fault = self.faults.take(name, moment, phone)
        if fault is None:
            return
        if fault.seconds:
            session.acknowledge(msg_id)
        await fault.strike(session.line)

    def _execute(self, session: Session, query: Any) -> Any:
        authorization = session.authorization
        if not authorization.has_layer:
            raise failure("CONNECTION_NOT_INITED")
        if authorization.refusal is not None and authorization.refusal.code != UNAUTHORIZED_CODE:
            raise authorization.refusal
        handler = HANDLERS.get(type(query))
        if handler is None:
            logger.error("no handler for %s", request_name(query))
            raise failure("INPUT_METHOD_INVALID")
        call = Call(session, self._world, self.delivery, self._settings, self.addresses)
        try:
            return handler(call, query)
        except RpcFailure:
            raise
        except Exception as mistake:
            logger.exception("the handler of %s failed", request_name(query))
            self._world.crashes.append(traceback.format_exc())
            raise RpcFailure(SERVER_ERROR_CODE, "INTERNAL") from mistake

    def note_connection(self, authorization: Authorization) -> None:
        """A connection has started to use this key."""
        lines = {id(session.line) for session in authorization.sessions.values()}
        if len(lines) > 1 and self._settings.allows_one_connection:
            authorization.refusal = failure("AUTH_KEY_DUPLICATED")
        self._world.note_peak(authorization.user)
        self._world.notify()


def unwrap(session: Session, request: Any) -> Any:
    """The request inside invokeWithLayer, initConnection and the like, whose effects on the session are applied."""
    wants_updates = True
    while True:
        if isinstance(request, functions.InvokeWithLayerRequest):
            if request.layer != LAYER:
                raise failure("CONNECTION_LAYER_INVALID")
            session.authorization.has_layer = True
        elif isinstance(request, functions.InvokeWithoutUpdatesRequest):
            wants_updates = False
        elif not isinstance(
            request,
            functions.InitConnectionRequest | functions.InvokeAfterMsgRequest | functions.InvokeAfterMsgsRequest,
        ):
            break
        request = request.query
    # A subscription holds for the connection: one request outside invokeWithoutUpdates is enough.
    session.wants_updates = session.wants_updates or wants_updates
    return request


def request_name(request: Any) -> str:
    """As Telegram's schema writes it: messages.sendMessage, ping."""
    kind = type(request)
    name = kind.__name__.removesuffix("Request")
    name = name[0].lower() + name[1:]
    group = kind.__module__.removeprefix(functions.__name__).lstrip(".")
    return f"{group}.{name}" if group else name


def account_of(authorization: Authorization, request: Any) -> str:
    """The phone number of the account that asks, or of the one that logs in; "" if there is none yet."""
    user = authorization.user or authorization.awaiting_password
    return user.phone if user else digits(getattr(request, "phone_number", ""))
