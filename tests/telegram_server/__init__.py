"""A small Telegram for tests: MTProto 2.0 over TCP on 127.0.0.1, spoken to by real Telethon clients.

    with TelegramServer() as server:
        register_public_key(server.key.public_pem)
        server.create_user("+15550001", username="shop")
        session = server.authorize("+15550001").fill(MemorySession())

It is built on Telethon's own TL classes, so a mistake in those would cancel out; what it does with them follows
Telegram's documentation. It covers private chats between users: no groups, channels, bots, media or secret chats.

Telethon is pinned exactly. One layer of the schema is served, and these names of Telethon are private or undocumented:
`crypto.rsa.get_byte_array`, `helpers.generate_key_data_from_nonce` and `password.compute_digest` in the server;
`TelegramClient._config` in `client_side`; `TelegramClient._sender`, `._connection`, `._log`, `._updates_error` and
`network.mtprotostate.MTProtoState` in the tests.
"""

import telethon

from .client_side import forget_cached_config
from .control_port import ControlClient, ControlFailed, ControlPort
from .keys import ServerKey, generate_key, load_or_create_key, register_public_key
from .records import DeliveryRecord, MessageRecord, PreparedSession, UserRecord
from .server import MAIN_DC, TelegramServer
from .settings import Duplicates, Settings

PINNED_TELETHON = "1.45.0"

if telethon.__version__ != PINNED_TELETHON:
    raise ImportError(f"the test server is written for Telethon {PINNED_TELETHON}, not {telethon.__version__}")

__all__ = [
    "MAIN_DC",
    "ControlClient",
    "ControlFailed",
    "ControlPort",
    "DeliveryRecord",
    "Duplicates",
    "MessageRecord",
    "PreparedSession",
    "ServerKey",
    "Settings",
    "TelegramServer",
    "UserRecord",
    "forget_cached_config",
    "generate_key",
    "load_or_create_key",
    "register_public_key",
]
