"""What follows from Telegram's refusals. Judged by Telegram's own names: Telethon's classes mix kinds (PEER_FLOOD is
a "bad request", FROZEN_METHOD_INVALID a "flood", an unknown 406 an "auth key error")."""

from telethon.errors import AuthKeyNotFound, RPCError

from messaging.models import AccountState
from messaging.sending.gateway import SendError
from messaging.telegram.codes import name_of

DUPLICATE = "RANDOM_ID_DUPLICATE"  # no refusal: it was sent before
PEER_FLOOD = "PEER_FLOOD"
STRANGERS_HOLD_SECONDS = 24 * 3600.0
PEER_FLOOD_SECONDS = 3600.0
ODD_WAIT_SECONDS = 60.0

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
    "USERNAME_INVALID": ("recipient_not_found", "this is no username"),
    "CHAT_WRITE_FORBIDDEN": ("write_forbidden", "this account may not write there"),
    "MESSAGE_EMPTY": ("message_empty", "Telegram takes the text for empty"),
    "MESSAGE_TOO_LONG": ("message_too_long", "Telegram takes the text for too long"),
}

ACCOUNT = {
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
    "FROZEN_METHOD_INVALID": AccountState.BANNED,
}

WAITS = ("FLOOD_WAIT_X", "FLOOD_PREMIUM_WAIT_X", "SLOWMODE_WAIT_X")


def classify(error: BaseException) -> SendError:
    """The consequence of a failed send. What leaves open if it arrived is not ``unsent``."""
    if isinstance(error, RPCError):
        return _refused(error, name_of(error))
    if isinstance(error, AuthKeyNotFound):
        return SendError("login_lost", "Telegram no longer knows the session", account_state=AccountState.NEEDS_LOGIN)
    if isinstance(error, TimeoutError):
        return SendError("timeout", "Telegram did not answer in time")
    return SendError("connection_lost", type(error).__name__)


def _refused(error: RPCError, name: str) -> SendError:
    if name in PERMANENT:
        return SendError(*PERMANENT[name], permanent=True)
    if name in ACCOUNT:
        state = ACCOUNT[name]
        code = "account_banned" if state == AccountState.BANNED else "login_lost"
        return SendError(code, name, account_state=state)
    if name == PEER_FLOOD:
        return SendError("peer_flood", name, retry_after=PEER_FLOOD_SECONDS, pauses_account=False)
    if name in WAITS:
        return SendError("flood_wait", name, retry_after=float(max(1, error.seconds)))
    return _by_number(abs(error.code or 500), name)


def _by_number(number: int, name: str) -> SendError:
    """Names nobody has seen yet."""
    if number >= 500:
        return SendError("telegram_trouble", name)
    if number == 420:
        return SendError("flood_wait", name, retry_after=ODD_WAIT_SECONDS)
    if number == 401:
        return SendError("login_lost", name, account_state=AccountState.NEEDS_LOGIN)
    if number == 303:
        return SendError("wrong_data_centre", name, account_state=AccountState.NEEDS_LOGIN)
    return SendError(name.lower()[:40], name, permanent=True)
