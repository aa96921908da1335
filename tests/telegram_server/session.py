"""One MTProto session: what comes out of sealed packets and what goes into them.

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

from .envelope import Envelope, MessageIds, seal
from .errors import AnswerLost, RpcFailure
from .wire import compressed, container, read_object, rpc_result, tl_bytes

if TYPE_CHECKING:
    from .state import Authorization

BAD_SALT = 48
MSG_ID_TOO_LOW = 16
MSG_ID_TOO_HIGH = 17
MSG_ID_NOT_DIVISIBLE = 18
OLDEST_SECONDS = 300
NEWEST_SECONDS = 30
SALT_SECONDS = 1800


class Line(Protocol):
    def send_packet(self, packet: bytes) -> None: ...

    def cut(self) -> None: ...


class Answerer(Protocol):
    async def answer(self, session: Session, msg_id: int, request: Any) -> Any: ...

    def spawn(self, session: Session, msg_id: int, request: Any) -> None: ...


class Session:
    """`wants_updates` once it sent a request outside invokeWithoutUpdates."""

    def __init__(self, session_id: int, authorization: Authorization, line: Line, rpc: Answerer) -> None:
        self.authorization = authorization
        self.line = line
        self.wants_updates = False
        self.unacknowledged: set[int] = set()
        self._id = session_id
        self._rpc = rpc
        self._ids = MessageIds()
        self._content_sent = 0
        self._seen: set[int] = set()
        self._outgoing: list[tuple[int, int, bytes]] = []

    def receive(self, envelope: Envelope) -> None:
        if complaint := self._complaint(envelope):
            self.send(complaint, is_content=False)
            return
        if envelope.msg_id in self._seen:  # a replay must not be executed again
            return
        if not self._seen:
            first = types.NewSessionCreated(envelope.msg_id, secrets.randbits(62), self.authorization.salt)
            self.send(first, is_content=True)
        self._process(envelope.msg_id, read_object(envelope.body))

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
        self._enqueue(rpc_result(msg_id, compressed(tl_bytes(result))), is_content=True, is_answer=True)

    def acknowledge(self, msg_id: int) -> None:
        """Sent for a request whose answer takes long; else the answer itself acknowledges."""
        self.send(types.MsgsAck([msg_id]), is_content=False)

    def _complaint(self, envelope: Envelope) -> Any | None:
        salt = self.authorization.salt
        if envelope.salt != salt:
            return types.BadServerSalt(envelope.msg_id, envelope.seq_no, BAD_SALT, salt)
        age = time.time() - (envelope.msg_id >> 32)
        code = 0
        if envelope.msg_id % 4:
            code = MSG_ID_NOT_DIVISIBLE
        elif age > OLDEST_SECONDS:
            code = MSG_ID_TOO_LOW
        elif age < -NEWEST_SECONDS:
            code = MSG_ID_TOO_HIGH
        return types.BadMsgNotification(envelope.msg_id, envelope.seq_no, code) if code else None

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
        elif not self._serve(msg_id, message) and isinstance(message, TLRequest):
            self._rpc.spawn(self, msg_id, message)

    def _serve(self, msg_id: int, message: Any) -> bool:
        """Answer a request of the protocol itself; False if it is one of the API."""
        if isinstance(message, functions.PingRequest | functions.PingDelayDisconnectRequest):
            reply = types.Pong(msg_id, message.ping_id)
        elif isinstance(message, functions.GetFutureSaltsRequest):
            now = int(time.time())
            salt = types.FutureSalt(now, now + SALT_SECONDS, self.authorization.salt)
            reply = types.FutureSalts(msg_id, now, [salt])
        elif isinstance(message, functions.DestroySessionRequest):
            reply = types.DestroySessionNone(message.session_id)
        else:
            return False
        self._enqueue(bytes(reply), is_content=False, is_answer=True)
        return True

    def _enqueue(self, body: bytes, *, is_content: bool, is_answer: bool) -> None:
        """What is sent in one turn of the loop leaves in one packet, several messages in a container."""
        if not self._outgoing:
            asyncio.get_running_loop().call_soon(self._flush)
        msg_id = self._ids.next(is_answer=is_answer)
        if is_content:
            self.unacknowledged.add(msg_id)
        self._outgoing.append((msg_id, self._sequence(is_content), body))

    def _flush(self) -> None:
        messages, self._outgoing = self._outgoing, []
        msg_id, seq_no, body = messages[0]
        if len(messages) > 1:
            msg_id, seq_no = self._ids.next(is_answer=False), self._sequence(False)
            body = container(messages)
        authorization = self.authorization
        envelope = Envelope(authorization.salt, self._id, msg_id, seq_no, body)
        self.line.send_packet(seal(authorization.auth_key, envelope))

    def _sequence(self, is_content: bool) -> int:
        number = 2 * self._content_sent + is_content
        self._content_sent += is_content
        return number
