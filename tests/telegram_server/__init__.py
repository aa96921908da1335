"""A small Telegram server for tests: MTProto 2.0 over TCP on 127.0.0.1, for real Telethon clients.

    with TelegramServer() as server:
        register_public_key(server.key.public_pem)
        server.create_user("+15550001", username="shop")
        session = server.authorize("+15550001").fill(MemorySession())

It is built on Telethon's own TL classes, so it does not reveal mistakes in them; its behaviour follows Telegram's
documentation. It covers private chats between users with files of every kind, and channels that post: no groups or
secret chats; a bot is a user with a mark.

Telethon is pinned exactly. One layer of the schema is supported, and these names of Telethon are private or
undocumented: `crypto.rsa.get_byte_array`, `helpers.generate_key_data_from_nonce` and `password.compute_digest` in the
server; `TelegramClient._config`, `password.pbkdf2sha512`, and `os` in `password` and `network.authenticator`, in
`keys`; `TelegramClient._sender`, `._connection`, `._log`, `._updates_error` and `network.mtprotostate.MTProtoState` in
the tests.
"""

import telethon

from .control_port import ControlClient, ControlFailed, ControlPort
from .keys import ServerKey, compute_less, forget_cached_config, generate_key, load_or_create_key, register_public_key
from .records import DeliveryRecord, MediaRecord, MessageRecord, PreparedSession, UploadRecord, UserRecord
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
    "MediaRecord",
    "MessageRecord",
    "PreparedSession",
    "ServerKey",
    "Settings",
    "TelegramServer",
    "UploadRecord",
    "UserRecord",
    "compute_less",
    "forget_cached_config",
    "generate_key",
    "load_or_create_key",
    "register_public_key",
]
