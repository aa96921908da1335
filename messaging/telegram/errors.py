"""Telegram's errors by name, and their consequences for a message and its account.

Errors are judged by Telegram's own names, because Telethon's classes mix kinds: PEER_FLOOD is a "bad request",
FROZEN_METHOD_INVALID a "flood", and an unknown 406 an "auth key error".
"""

import re

from telethon.errors import AuthKeyNotFound, RPCError
from telethon.errors.rpcerrorlist import rpc_errors_dict, rpc_errors_re

from crmsolid.core import crypto
from messaging.models import AccountState
from messaging.sending.gateway import SendError
from messaging.telegram.transport import Unreachable

RANDOM_ID_DUPLICATE = "RANDOM_ID_DUPLICATE"  # the message was sent by an earlier request
PEER_FLOOD = "PEER_FLOOD"
COLD_BLOCK_SECONDS = 24 * 3600.0
PEER_FLOOD_RETRY_SECONDS = 3600.0
UNKNOWN_FLOOD_RETRY_SECONDS = 60.0

PERMANENT = {
    "USER_PRIVACY_RESTRICTED": ("privacy_restricted", "the recipient accepts no messages from strangers"),
    "PRIVACY_PREMIUM_REQUIRED": ("premium_required", "the recipient accepts messages from Premium users only"),
    "ALLOW_PAYMENT_REQUIRED_X": ("payment_required", "the recipient asks to be paid for messages"),
    "ALLOW_PAYMENT_REQUIRED": ("payment_required", "the recipient asks to be paid for messages"),
    "USER_IS_BLOCKED": ("blocked_by_recipient", "the recipient has blocked this account"),
    "YOU_BLOCKED_USER": ("recipient_blocked", "this account has blocked the recipient"),
    "INPUT_USER_DEACTIVATED": ("recipient_deleted", "the recipient's account is deleted"),
    "PEER_ID_INVALID": ("recipient_not_found", "this account cannot address the recipient; use the @username"),
    "USER_ID_INVALID": ("recipient_not_found", "this account cannot address the recipient; use the @username"),
    "USERNAME_NOT_OCCUPIED": ("recipient_not_found", "nobody has this username"),
    "USERNAME_INVALID": ("recipient_not_found", "this is not a valid username"),
    "CHAT_WRITE_FORBIDDEN": ("write_forbidden", "this account may not write there"),
    "CHAT_RESTRICTED": ("write_forbidden", "this account may not write there"),
    "CHAT_SEND_PLAIN_FORBIDDEN": ("write_forbidden", "this account may not write there"),
    "USER_IS_BOT": ("write_forbidden", "bots cannot be written to by this account"),
    "MESSAGE_EMPTY": ("message_empty", "Telegram considers the text empty"),
    "MESSAGE_TOO_LONG": ("message_too_long", "Telegram considers the text too long"),
}

ACCOUNT_STATES = {
    "AUTH_KEY_UNREGISTERED": AccountState.NEEDS_LOGIN,
    "AUTH_KEY_INVALID": AccountState.NEEDS_LOGIN,
    "AUTH_KEY_PERM_EMPTY": AccountState.NEEDS_LOGIN,
    "AUTH_KEY_DUPLICATED": AccountState.NEEDS_LOGIN,
    "SESSION_REVOKED": AccountState.NEEDS_LOGIN,
    "SESSION_EXPIRED": AccountState.NEEDS_LOGIN,
    "SESSION_PASSWORD_NEEDED": AccountState.NEEDS_LOGIN,
    "USER_DEACTIVATED": AccountState.BANNED,
    "USER_DEACTIVATED_BAN": AccountState.BANNED,
    "PHONE_NUMBER_BANNED": AccountState.BANNED,
}

FROZEN = "FROZEN_"  # the beginning of what a frozen account is told: it may only read
STATE_CODES = {AccountState.BANNED: "account_banned", AccountState.FROZEN: "account_frozen"}

# Codes of refusals after which a message keeps its turn: they concern the whole account, or end at a known time.
KEEPING_TURN = ("flood_wait", "peer_flood", "not_the_owner", "login_lost", "wrong_data_centre", *STATE_CODES.values())

WRONG_SETTINGS = ("API_ID_INVALID", "API_ID_PUBLISHED_FLOOD", "CONNECTION_API_ID_INVALID")
# What members read where an account is not connected. Whoever runs the installation has to act.
_CONNECTION_REFUSALS = {
    **dict.fromkeys(WRONG_SETTINGS, "Telegram refuses TELEGRAM_API_ID and TELEGRAM_API_HASH: correct the settings"),
    "UPDATE_APP_TO_LOGIN": "Telegram wants a newer version of this product: update it",
}

# The connection is refused, not the message: nothing was sent, and a new connection is initialized again. tdlib and
# Telegram Desktop do the same.
SYSTEMIC = ("CONNECTION_", "INPUT_FETCH_", "INPUT_LAYER_", "INPUT_METHOD_", "INPUT_CONSTRUCTOR_", "MSG_WAIT_")
SYSTEMIC_NAMES = (*WRONG_SETTINGS, "UPDATE_APP_TO_LOGIN", "AUTH_RESTART", "TEMP_AUTH_KEY_EMPTY", "UNKNOWN_METHOD")

WAITS = ("FLOOD_WAIT_X", "FLOOD_PREMIUM_WAIT_X", "SLOWMODE_WAIT_X")

_PATTERNS = {cls: re.sub(r"\(\\d\+\)", "X", pattern) for pattern, cls in rpc_errors_re}
_NAME = re.compile(r"[A-Z0-9_]{1,60}")
_NAMES = {cls: name for name, cls in rpc_errors_dict.items()}


def name_of(error: RPCError) -> str:
    """Telegram's name of an error, its number replaced by X: ``PEER_FLOOD``, ``FLOOD_WAIT_X``.

    Telethon's classes do not carry the name, and some errors have no class of their own.
    """
    cls = type(error)
    return _PATTERNS.get(cls) or _NAMES.get(cls) or re.sub(r"_\d+$", "_X", str(error.message).upper())


class SystemicError(SendError):
    """Telegram refuses whatever this connection asks for."""


class UnknownRefusal(SendError):
    """A name that this version does not know. Nothing was sent; it may concern the message, or the account."""


def classify(error: BaseException) -> SendError:
    """The consequence of a failed send. ``unsent`` is False where the message may have arrived nevertheless."""
    if isinstance(error, AuthKeyNotFound):
        return SendError("login_lost", "Telegram no longer knows the session", account_state=AccountState.NEEDS_LOGIN)
    if isinstance(error, TimeoutError):
        return SendError("timeout", "Telegram did not answer in time")
    if not isinstance(error, RPCError):
        return SendError("connection_lost", type(error).__name__)
    name = name_of(error)
    if name in PERMANENT:
        return SendError(*PERMANENT[name], permanent=True)
    state = AccountState.FROZEN if name.startswith(FROZEN) else ACCOUNT_STATES.get(name)
    if state is not None:
        return SendError(STATE_CODES.get(state, "login_lost"), name, account_state=state)
    if name == PEER_FLOOD:
        return SendError("peer_flood", name, retry_after=PEER_FLOOD_RETRY_SECONDS, pauses_account=False)
    if name in WAITS:  # slow mode is one of a chat
        wait = float(max(1, error.seconds))
        return SendError("flood_wait", name, retry_after=wait, pauses_account=name != "SLOWMODE_WAIT_X")
    if name.startswith(SYSTEMIC) or name in SYSTEMIC_NAMES:
        return SystemicError(name.lower()[:40], name, unsent=True)
    # Names that Telegram may introduce later are judged by the number that the server sent.
    number = abs(getattr(error, "server_code", None) or error.code or 500)
    if number >= 500:
        return SendError("telegram_trouble", name)
    if number == 420:
        return SendError("flood_wait", name, retry_after=UNKNOWN_FLOOD_RETRY_SECONDS)
    if number == 401:
        return SendError("login_lost", name, account_state=AccountState.NEEDS_LOGIN)
    if number == 303:
        return SendError("wrong_data_centre", name, account_state=AccountState.NEEDS_LOGIN)
    return UnknownRefusal(name.lower()[:40], name, unsent=True)


def ends_session(refusal: SendError) -> bool:
    """Whether Telegram has ended the session. A frozen account stays connected and receives."""
    return refusal.account_state not in (None, AccountState.FROZEN)


def connection_error(error: BaseException) -> tuple[str, str]:
    """Why an account is not connected: a stable code, and words for members of the workspace.

    The words are ours or one of Telegram's names, because the text of an exception may have a path or a secret.
    """
    if isinstance(error, Unreachable):
        return error.code, str(error)
    if isinstance(error, RPCError):
        name = name_of(error)
        name = name if _NAME.fullmatch(name) else "an unknown error"
        return name.lower()[:40], _CONNECTION_REFUSALS.get(name, f"Telegram answers {name}")
    if isinstance(error, crypto.Unreadable):
        return (
            "session_unreadable",
            "no key of FIELD_ENCRYPTION_KEYS reads the session: set the former key, or log in again",
        )
    if isinstance(error, TimeoutError):
        return "timeout", "Telegram does not answer in time"
    if isinstance(error, OSError | EOFError | BufferError):
        return "unreachable", "Telegram cannot be reached from this server"
    return "internal_error", "an unexpected error; the worker's log has it"
