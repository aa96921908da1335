"""One TCP connection: it reads and writes packets, and passes each to the session it belongs to."""

import asyncio
import logging
import struct
from typing import Any

from telethon.errors import TypeNotFoundError

from .encryption import InvalidMessage, MessageIds, decrypt
from .handshake import Handshake, InvalidHandshake
from .keys import ServerKey
from .rpc import Rpc
from .serialization import read_object
from .session import Session
from .state import Authorization, ServerState, User
from .transport import Codec, InvalidPacket, detect

KEY_NOT_FOUND = struct.pack("<i", -404)
PLAIN_HEADER = struct.Struct("<qqi")
CLIENT_ERRORS = (InvalidPacket, InvalidMessage, InvalidHandshake, TypeNotFoundError, struct.error, BufferError)

logger = logging.getLogger(__name__)


class Connection:
    """`dc_id` tells which keys are valid on this connection: a key belongs to one data center."""

    def __init__(
        self, dc_id: int, state: ServerState, rpc: Rpc, server_key: ServerKey, writer: asyncio.StreamWriter
    ) -> None:
        self._dc_id = dc_id
        self._state = state
        self._rpc = rpc
        self._writer = writer
        self._codec: Codec | None = None
        self._plain_ids = MessageIds()
        self._handshake = Handshake(server_key, self._add_key)
        self._sessions: dict[int, Session] = {}

    @property
    def client_address(self) -> str:
        """The IP address of the client."""
        return str(self._writer.get_extra_info("peername")[0])

    @property
    def transport(self) -> str:
        """Its name; empty before the client has announced it."""
        return "" if self._codec is None else type(self._codec).__name__

    async def serve(self, reader: asyncio.StreamReader) -> None:
        try:
            self._codec = await detect(reader)
            while True:
                self._receive(await self._codec.read(reader))
        except (asyncio.IncompleteReadError, ConnectionError):
            logger.debug("a client has disconnected")
        except CLIENT_ERRORS as error:
            logger.warning("closed a connection: %s", error)
        finally:
            self.abort()

    def abort(self) -> None:
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
            raise InvalidPacket(f"a packet of {len(packet)} bytes is too short")
        (key_id,) = struct.unpack_from("<Q", packet)
        if key_id == 0:
            self._receive_plain(packet)
            return
        authorization = self._state.authorizations.get((self._dc_id, key_id))
        if authorization is None:
            self.send_packet(KEY_NOT_FOUND)
            self._writer.close()
            return
        message = decrypt(authorization.auth_key, packet)
        self._session(authorization, message.session_id).receive(message)

    def _receive_plain(self, packet: bytes) -> None:
        _, _, length = PLAIN_HEADER.unpack_from(packet)
        request = read_object(packet[PLAIN_HEADER.size : PLAIN_HEADER.size + length])
        body = bytes(self._handshake.answer(request))
        msg_id = self._plain_ids.next(is_answer=True)
        self.send_packet(PLAIN_HEADER.pack(0, msg_id, len(body)) + body)

    def _add_key(self, auth_key: Any, salt: int) -> None:
        self._state.add_authorization(self._dc_id, auth_key, salt)

    def _session(self, authorization: Authorization, session_id: int) -> Session:
        session = self._sessions.get(session_id)
        if session is None:
            session = Session(session_id, authorization, self, self._rpc)
            self._sessions[session_id] = authorization.sessions[session_id] = session
            self._rpc.connection_added(authorization)
        return session

    def _leave_sessions(self) -> None:
        for session_id, session in self._sessions.items():
            if session.authorization.sessions.get(session_id) is session:
                del session.authorization.sessions[session_id]
        self._sessions.clear()
        self._state.notify()
