"""One TCP connection: packets in, packets out, and which session they belong to."""

import asyncio
import logging
import struct
from typing import Any

from telethon.errors import TypeNotFoundError

from .envelope import BadEnvelope, MessageIds, unseal
from .handshake import BadHandshake, Handshake
from .keys import ServerKey
from .rpc import Rpc
from .session import Session
from .state import Authorization, User, World
from .transport import BrokenPacket, Codec, detect
from .wire import read_object

KEY_NOT_FOUND = struct.pack("<i", -404)
PLAIN_HEADER = struct.Struct("<qqi")
CLIENT_FAULTS = (BrokenPacket, BadEnvelope, BadHandshake, TypeNotFoundError, struct.error, BufferError)

logger = logging.getLogger(__name__)


class Connection:
    """`dc_id` says which keys are valid here: a key belongs to one data centre."""

    def __init__(self, dc_id: int, world: World, rpc: Rpc, server_key: ServerKey, writer: asyncio.StreamWriter) -> None:
        self._dc_id = dc_id
        self._world = world
        self._rpc = rpc
        self._writer = writer
        self._codec: Codec | None = None
        self._plain_ids = MessageIds()
        self._handshake = Handshake(server_key, self._keep_key)
        self._sessions: dict[int, Session] = {}

    async def serve(self, reader: asyncio.StreamReader) -> None:
        try:
            self._codec = await detect(reader)
            while True:
                self._receive(await self._codec.read(reader))
        except (asyncio.IncompleteReadError, ConnectionError):
            logger.debug("a client has left")
        except CLIENT_FAULTS as fault:
            logger.warning("closed a connection: %s", fault)
        finally:
            self.cut()

    def cut(self) -> None:
        """Close at once; what was not sent yet is lost."""
        self._leave_sessions()
        self._writer.transport.abort()

    def send_packet(self, packet: bytes) -> None:
        if self._codec is not None and not self._writer.transport.is_closing():
            self._writer.write(self._codec.encode(packet))

    def serves(self, user: User) -> bool:
        return any(session.authorization.user is user for session in self._sessions.values())

    def _receive(self, packet: bytes) -> None:
        if len(packet) < PLAIN_HEADER.size:
            raise BrokenPacket(f"a packet of {len(packet)} bytes is too short")
        (key_id,) = struct.unpack_from("<Q", packet)
        if key_id == 0:
            self._receive_plain(packet)
            return
        authorization = self._world.authorizations.get((self._dc_id, key_id))
        if authorization is None:
            self.send_packet(KEY_NOT_FOUND)
            self._writer.close()
            return
        envelope = unseal(authorization.auth_key, packet)
        self._session(authorization, envelope.session_id).receive(envelope)

    def _receive_plain(self, packet: bytes) -> None:
        _, _, length = PLAIN_HEADER.unpack_from(packet)
        request = read_object(packet[PLAIN_HEADER.size : PLAIN_HEADER.size + length])
        body = bytes(self._handshake.answer(request))
        msg_id = self._plain_ids.next(is_answer=True)
        self.send_packet(PLAIN_HEADER.pack(0, msg_id, len(body)) + body)

    def _keep_key(self, auth_key: Any, salt: int) -> None:
        self._world.add_authorization(self._dc_id, auth_key, salt)

    def _session(self, authorization: Authorization, session_id: int) -> Session:
        session = self._sessions.get(session_id)
        if session is None:
            session = Session(session_id, authorization, self, self._rpc)
            self._sessions[session_id] = authorization.sessions[session_id] = session
            self._rpc.note_connection(authorization)
        return session

    def _leave_sessions(self) -> None:
        for session_id, session in self._sessions.items():
            if session.authorization.sessions.get(session_id) is session:
                del session.authorization.sessions[session_id]
        self._sessions.clear()
        self._world.notify()
