"""One MTProto session: the messages in encrypted packets, received and sent.

Service messages are described at core.telegram.org/mtproto/service_messages.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import TYPE_CHECKING, Any, Protocol

from telethon.tl import functions, types
from telethon.tl.core import GzipPacked, MessageContainer
from telethon.tl.tlobject import TLRequest

from .encryption import MessageIds, ProtocolMessage, encrypt
from .errors import AnswerLost, RpcFailure
from .serialization import compressed, container, read_object, rpc_result, tl_bytes

if TYPE_CHECKING:
    from .state import Authorization

BAD_SALT = 48
MSG_ID_TOO_LOW = 16
MSG_ID_TOO_HIGH = 17
MSG_ID_NOT_DIVISIBLE = 18
OLDEST_SECONDS = 300
NEWEST_SECONDS = 30
SALT_SECONDS = 1800


class PacketConnection(Protocol):
    @property
    def client_address(self) -> str: ...

    def send_packet(self, packet: bytes) -> None: ...

    def abort(self) -> None: ...


class RequestHandler(Protocol):
    async def answer(self, session: Session, msg_id: int, request: Any) -> Any: ...

    def spawn(self, session: Session, msg_id: int, request: Any) -> None: ...


class Session:
    """`wants_updates` is set by the first request outside invokeWithoutUpdates; nothing is pushed before."""

    def __init__(
        self, session_id: int, authorization: Authorization, connection: PacketConnection, rpc: RequestHandler
    ) -> None:
        self.authorization = authorization
        self.connection = connection
        self.wants_updates = False
        self.unacknowledged: set[int] = set()
        self._id = session_id
        self._rpc = rpc
        self._ids = MessageIds()
        self._content_sent = 0
        self._seen: set[int] = set()
        self._outgoing: list[tuple[int, int, bytes]] = []

    def receive(self, message: ProtocolMessage) -> None:
        if error := self._error_of(message):
            self.send(error, is_content=False)
            return
        if message.msg_id in self._seen:  # a replay must not be executed again
            return
        if not self._seen:
            created = types.NewSessionCreated(message.msg_id, secrets.randbits(62), self.authorization.salt)
            self.send(created, is_content=True)
        self._process(message.msg_id, read_object(message.body))

    def push(self, body: bytes) -> None:
        self._enqueue(compressed(body), is_content=True, is_answer=False)

    def send(self, message: Any, *, is_content: bool) -> None:
        self._enqueue(bytes(message), is_content=is_content, is_answer=False)

    async def answer(self, msg_id: int, request: Any) -> None:
        try:
            result = await self._rpc.answer(self, msg_id, request)
        except AnswerLost:
            return
        except RpcFailure as refusal:
            result = types.RpcError(refusal.code, refusal.name)
        body = tl_bytes(result)
        if not isinstance(result, types.upload.File):  # most files are compressed already
            body = compressed(body)
        self._enqueue(rpc_result(msg_id, body), is_content=True, is_answer=True)

    def forget(self) -> None:
        """As if the server had lost all it knows of the session. The next message from the client creates it anew."""
        self.wants_updates = False
        self.unacknowledged.clear()
        self._seen.clear()

    def acknowledge(self, msg_id: int) -> None:
        """For a request whose answer takes long; otherwise the answer itself acknowledges it."""
        self.send(types.MsgsAck([msg_id]), is_content=False)

    def _error_of(self, message: ProtocolMessage) -> Any | None:
        salt = self.authorization.salt
        if message.salt != salt:
            return types.BadServerSalt(message.msg_id, message.seq_no, BAD_SALT, salt)
        age = self._time() - (message.msg_id >> 32)
        code = 0
        if message.msg_id % 4:
            code = MSG_ID_NOT_DIVISIBLE
        elif age > OLDEST_SECONDS:
            code = MSG_ID_TOO_LOW
        elif age < -NEWEST_SECONDS:
            code = MSG_ID_TOO_HIGH
        return types.BadMsgNotification(message.msg_id, message.seq_no, code) if code else None

    def _process(self, msg_id: int, message: Any) -> None:
        self._seen.add(msg_id)
        if isinstance(message, MessageContainer):
            for inner in message.messages:
                if inner.msg_id not in self._seen:
                    self._process(inner.msg_id, inner.obj)
        elif isinstance(message, GzipPacked):
            self._process(msg_id, read_object(message.data))
        elif isinstance(message, types.MsgsAck):
            self.unacknowledged.difference_update(message.msg_ids)
        elif not self._answer_service_request(msg_id, message) and isinstance(message, TLRequest):
            self._rpc.spawn(self, msg_id, message)

    def _answer_service_request(self, msg_id: int, message: Any) -> bool:
        """Answer a request of the protocol itself; returns False for a request of the API."""
        if isinstance(message, functions.PingRequest | functions.PingDelayDisconnectRequest):
            reply = types.Pong(msg_id, message.ping_id)
        elif isinstance(message, functions.GetFutureSaltsRequest):
            now = int(self._time())
            salt = types.FutureSalt(now, now + SALT_SECONDS, self.authorization.salt)
            reply = types.FutureSalts(msg_id, now, [salt])
        elif isinstance(message, functions.DestroySessionRequest):
            reply = types.DestroySessionNone(message.session_id)
        else:
            return False
        self._enqueue(bytes(reply), is_content=False, is_answer=True)
        return True

    def _enqueue(self, body: bytes, *, is_content: bool, is_answer: bool) -> None:
        """Messages of one iteration of the loop are sent in one packet, in a container if there are several."""
        if not self._outgoing:
            asyncio.get_running_loop().call_soon(self._flush)
        msg_id = self._next_id(is_answer=is_answer)
        if is_content:
            self.unacknowledged.add(msg_id)
        self._outgoing.append((msg_id, self._sequence(is_content), body))

    def _flush(self) -> None:
        messages, self._outgoing = self._outgoing, []
        msg_id, seq_no, body = messages[0]
        if len(messages) > 1:
            msg_id, seq_no = self._next_id(is_answer=False), self._sequence(False)
            body = container(messages)
        authorization = self.authorization
        message = ProtocolMessage(authorization.salt, self._id, msg_id, seq_no, body)
        self.connection.send_packet(encrypt(authorization.auth_key, message))

    def _next_id(self, *, is_answer: bool) -> int:
        return self._ids.next(is_answer=is_answer, clock_offset=self.authorization.clock_offset)

    def _time(self) -> float:
        return time.time() + self.authorization.clock_offset

    def _sequence(self, is_content: bool) -> int:
        number = 2 * self._content_sent + is_content
        self._content_sent += is_content
        return number
