"""Telegram's errors by name: their consequences for a message and its account, and what a login says of them.

Errors are judged by Telegram's own names, because Telethon's classes mix kinds: PEER_FLOOD is a "bad request",
FROZEN_METHOD_INVALID a "flood", and an unknown 406 an "auth key error".
"""

import math
import re

from telethon.errors import AuthKeyNotFound, FloodWaitError, RPCError
from telethon.errors.rpcerrorlist import rpc_errors_dict, rpc_errors_re

from crmsolid.core import crypto
from crmsolid.core.errors import DomainError, invalid
from messaging.models import AccountState
from messaging.sending.gateway import SendError
from messaging.telegram.transport import Unreachable

RANDOM_ID_DUPLICATE = "RANDOM_ID_DUPLICATE"  # the message was sent by an earlier request
PEER_FLOOD = "PEER_FLOOD"
COLD_BLOCK_SECONDS = 24 * 3600.0
PEER_FLOOD_RETRY_SECONDS = 3600.0
UNKNOWN_FLOOD_RETRY_SECONDS = 60.0
FILE_MIGRATE_RETRY_SECONDS = 60.0

FILE_REFUSED = "file_refused"
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
    "VOICE_MESSAGES_FORBIDDEN": ("voice_forbidden", "the recipient accepts no voice or video messages"),
    "USER_IS_BOT": ("write_forbidden", "bots cannot be written to by this account"),
    "MESSAGE_EMPTY": ("message_empty", "Telegram considers the text empty"),
    "MESSAGE_TOO_LONG": ("message_too_long", "Telegram considers the text too long"),
    "MEDIA_CAPTION_TOO_LONG": ("message_too_long", "Telegram considers the text too long for a message with files"),
    "MESSAGE_NOT_MODIFIED": ("not_modified", "the message has this text already"),
    "QUOTE_TEXT_INVALID": ("quote_invalid", "the quoted text is not in the message"),
    **dict.fromkeys(
        (
            *("MEDIA_EMPTY", "MEDIA_INVALID", "MEDIA_TYPE_INVALID", "MEDIA_GROUPED_INVALID", "MEDIA_FILE_INVALID"),
            *("IMAGE_PROCESS_FAILED", "VIDEO_CONTENT_TYPE_INVALID", "VIDEO_FILE_INVALID", "STICKER_MIME_INVALID"),
            *("PHOTO_INVALID", "PHOTO_INVALID_DIMENSIONS", "PHOTO_EXT_INVALID", "PHOTO_CONTENT_TYPE_INVALID"),
            *("PHOTO_SAVE_FILE_INVALID", "PHOTO_FILE_MISSING", "PHOTO_CONTENT_URL_EMPTY", "PHOTO_THUMB_URL_INVALID"),
        ),
        (FILE_REFUSED, "Telegram does not accept the file as what it was sent as; send it as a document"),
    ),
    **dict.fromkeys(
        ("FILE_PARTS_INVALID", "FILE_PART_SIZE_INVALID", "FILE_PART_TOO_BIG", "FILE_PART_SIZE_CHANGED"),
        (FILE_REFUSED, "Telegram does not accept the file; it may be too large for this account"),
    ),
}
# Forbidden is one kind of message, such as CHAT_SEND_PHOTOS_FORBIDDEN.
_KIND_FORBIDDEN = ("CHAT_SEND_", "_FORBIDDEN")

# Telegram does not know a file any more, or a part of it: the message is sent once it is there again.
FILE_EXPIRED = "file_expired"
_FILE_EXPIRED = ("FILE_REFERENCE_", "FILE_PART_", "FILE_ID_INVALID")

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
# Telegram slows down how fast files go, of accounts without a subscription. A longer pause than this is a flood wait.
SLOWED_DOWN, LONGEST_PAUSE = "FLOOD_PREMIUM_WAIT_X", 60

_PATTERNS = {cls: re.sub(r"\(\\d\+\)", "X", pattern) for pattern, cls in rpc_errors_re}
_NAME = re.compile(r"[A-Z0-9_]{1,60}")
_NAMES = {cls: name for name, cls in rpc_errors_dict.items()}
USE_QR = "log in by QR code instead"
USE_PHONE = "log in with the phone number instead"
TRY_LATER = "; try again in some minutes"
VOID_CODE = "a code that was passed on in a Telegram chat, even to oneself, is void"
# Beside the field: the field, a stable code, and the sentence.
_OF_FIELD = {
    "PHONE_NUMBER_INVALID": ("phone", "invalid", "Telegram knows no such phone number"),
    "PHONE_NUMBER_UNOCCUPIED": ("phone", "not_registered", "this phone has no Telegram account; sign up on a phone"),
    "PHONE_NUMBER_BANNED": ("phone", "banned", "Telegram has banned this phone number"),
    "PHONE_NUMBER_FLOOD": ("phone", "flood", "Telegram has had too many tries with this phone; wait some hours"),
    "PHONE_PASSWORD_FLOOD": ("phone", "flood", "Telegram has had too many tries with this phone; wait some hours"),
    "USER_DEACTIVATED": ("phone", "deleted", "this Telegram account has been deleted"),
    "USER_DEACTIVATED_BAN": ("phone", "banned", "Telegram has banned this account"),
    "PHONE_CODE_EMPTY": ("code", "wrong", "the code is wrong"),
    "PHONE_CODE_INVALID": ("code", "wrong", "the code is wrong"),
    "CODE_INVALID": ("code", "wrong", "the code is wrong"),
    "EMAIL_CODE_INVALID": ("code", "wrong", "the code is wrong"),
    "EMAIL_TOKEN_INVALID": ("code", "wrong", "the code is wrong"),
    "PHONE_CODE_EXPIRED": ("code", "expired", f"the code has expired; start again. Mind that {VOID_CODE}"),
    "PHONE_HASH_EXPIRED": ("code", "expired", f"the code has expired; start again. Mind that {VOID_CODE}"),
    "EMAIL_HASH_EXPIRED": ("code", "expired", "the code has expired; start again"),
    "EMAIL_VERIFY_EXPIRED": ("code", "expired", "the code has expired; start again"),
    "PASSWORD_HASH_INVALID": ("password", "wrong", "the password is wrong"),
    "SRP_ID_INVALID": ("password", "stale", "Telegram has changed its question; send the password again"),
    "SRP_PASSWORD_CHANGED": ("password", "stale", "the password has just been changed; send the new one"),
}
_ADVICE = {
    "PHONE_NUMBER_APP_SIGNUP_FORBIDDEN": f"Telegram sends this number no code through other applications; {USE_QR}",
    "PHONE_PASSWORD_PROTECTED": f"Telegram sends this number no code, because of its password; {USE_QR}",
    "AUTH_RESTART": f"Telegram wants the login to begin anew; start over, and if it happens again, {USE_QR}",
    "PHONE_CODE_HASH_EMPTY": "Telegram no longer knows this login; start over",
    "UPDATE_APP_TO_LOGIN": f"Telegram accepts no code from this version of the application; {USE_QR}, or update it",
    "SMS_CODE_CREATE_FAILED": f"Telegram could not send an SMS; wait some minutes, or {USE_QR}",
    "SEND_CODE_UNAVAILABLE": "Telegram has no other way to send a code; use the last one, or start over",
    "EMAIL_INSTALL_MISSING": "the account has no login e-mail that could be removed; start over",
    "EMAIL_UNCONFIRMED": "the login e-mail is not confirmed; confirm it in Telegram on a phone, then start over",
    "EMAIL_NOT_ALLOWED": "Telegram does not accept this e-mail address; change it in Telegram on a phone",
    "EMAIL_INVALID": "Telegram does not accept this e-mail address; change it in Telegram on a phone",
    "TASK_ALREADY_EXISTS": "the removal of the login e-mail has been asked for already; it takes some days",
    "SIGN_IN_FAILED": f"Telegram could not finish the login; start over, or {USE_QR}",
}
# Telegram has ended the session, or with it the key.
KEY_OVER = (
    "AUTH_KEY_UNREGISTERED",
    "AUTH_KEY_INVALID",
    "AUTH_KEY_PERM_EMPTY",
    "AUTH_KEY_DUPLICATED",
    "SESSION_REVOKED",
    "SESSION_EXPIRED",
)
# Answers that are no errors for Telegram.
SET_UP_EMAIL = (
    "Telegram wants a login e-mail for this account first: set it in Telegram on a phone, under Settings > Privacy and "
    f"Security, then start again; or {USE_QR}"
)
PAYMENT_REQUIRED = f"Telegram asks to be paid for an SMS to this number, which is not possible here; {USE_QR}"
PASSWORD_REMOVED = "the account has no two-step password any more; start over, the code alone will do"
UNKNOWN_ALGORITHM = (
    "Telegram asks for this password in a way that this version of CRM Solid does not know; update CRM Solid, or set "
    "the password anew in Telegram, then start over"
)


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
    if name.startswith(_KIND_FORBIDDEN[0]) and name.endswith(_KIND_FORBIDDEN[1]):
        return SendError("write_forbidden", "this account may not send this kind of message there", permanent=True)
    if name.startswith(_FILE_EXPIRED):
        return SendError(FILE_EXPIRED, name, retry_after=0.0, pauses_account=False)
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
    return _classify_by_number(error, name)


def _classify_by_number(error: RPCError, name: str) -> SendError:
    """Names that Telegram may introduce later are judged by the number that the server sent."""
    number = abs(getattr(error, "server_code", None) or error.code or 500)
    if number >= 500:
        return SendError("telegram_trouble", name)
    if number == 420:
        return SendError("flood_wait", name, retry_after=UNKNOWN_FLOOD_RETRY_SECONDS)
    if number == 401:
        return SendError("login_lost", name, account_state=AccountState.NEEDS_LOGIN)
    if number == 303 and name.startswith("FILE_MIGRATE_"):
        return SendError("file_elsewhere", name, retry_after=FILE_MIGRATE_RETRY_SECONDS, pauses_account=False)
    if number == 303:
        return SendError("wrong_data_centre", name, account_state=AccountState.NEEDS_LOGIN)
    return UnknownRefusal(name.lower()[:40], name, unsent=True)


def pause_before_same_part(error: RPCError) -> float | None:
    """How many seconds later Telegram takes or gives this part of a file; None if it says anything else."""
    if name_of(error) != SLOWED_DOWN:
        return None
    seconds = float(max(1, getattr(error, "seconds", 1)))
    return seconds if seconds <= LONGEST_PAUSE else None


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


def no_account() -> DomainError:
    """The code was right, and nobody has signed up with this phone."""
    return invalid(*_OF_FIELD["PHONE_NUMBER_UNOCCUPIED"])


def login_error(error: RPCError) -> DomainError:
    """What a person can do about a refused request of a login. An unknown name shows itself, with advice."""
    name = name_of(error).removesuffix("_X")
    if isinstance(error, FloodWaitError):
        wait = max(1, math.ceil(error.seconds))
        headers = {"Retry-After": str(wait)}
        return DomainError("rate_limited", f"Telegram allows no further try for {duration_text(wait)}", headers=headers)
    if name in _OF_FIELD:
        return invalid(*_OF_FIELD[name])
    if name in _ADVICE:
        return DomainError("invalid_state", _ADVICE[name])
    if name in WRONG_SETTINGS:
        return DomainError("invalid_state", f"Telegram refuses TELEGRAM_API_ID and TELEGRAM_API_HASH: {name}")
    if name.startswith("RECAPTCHA_CHECK"):
        return DomainError("invalid_state", f"Telegram wants a proof that only its own apps can give; {USE_QR}")
    if error.code is not None and abs(error.code) >= 500:
        return DomainError("service_unavailable", f"Telegram is in trouble ({name}){TRY_LATER}")
    return DomainError(
        "invalid_state",
        f"Telegram refuses the login ({name}); try again in some minutes, or log in the other way, by QR code or phone",
    )


def duration_text(seconds: int) -> str:
    """``40 seconds``, ``2 minutes``, ``3 hours`` or ``7 days``: rounded up, so that nobody tries too early."""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"{math.ceil(seconds / size)} {unit}s"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
