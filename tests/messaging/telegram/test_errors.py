"""Each error of Telegram's, and its consequence for the message and the account."""

import pytest
from telethon.errors import AuthKeyNotFound, rpc_message_to_error
from telethon.tl.types import RpcError

from messaging.sending.gateway import SendError
from messaging.telegram.errors import classify


def consequence(error: BaseException) -> tuple[str, bool, bool, float | None, bool, str | None]:
    result: SendError = classify(error)
    return (
        result.code,
        result.permanent,
        result.unsent,
        result.retry_after,
        result.pauses_account,
        result.account_state,
    )


def permanent(code: str) -> tuple[object, ...]:
    return (code, True, True, None, True, None)


def wait(seconds: float) -> tuple[object, ...]:
    return ("flood_wait", False, True, seconds, True, None)


def again(code: str) -> tuple[object, ...]:
    """Certainly not sent, and no statement about the recipient."""
    return (code, False, True, None, True, None)


def account(code: str, state: str) -> tuple[object, ...]:
    return (code, False, True, None, True, state)


def expired() -> tuple[object, ...]:
    """The file is renewed or uploaded again, and nothing else waits for it."""
    return ("file_expired", False, True, 0.0, False, None)


def unknown(code: str) -> tuple[object, ...]:
    return (code, False, False, None, True, None)


TABLE: list[tuple[int, str, tuple[object, ...]]] = [
    (403, "USER_PRIVACY_RESTRICTED", permanent("privacy_restricted")),
    (406, "PRIVACY_PREMIUM_REQUIRED", permanent("premium_required")),
    (403, "ALLOW_PAYMENT_REQUIRED_10", permanent("payment_required")),
    (400, "USER_IS_BLOCKED", permanent("blocked_by_recipient")),
    (400, "YOU_BLOCKED_USER", permanent("recipient_blocked")),
    (400, "INPUT_USER_DEACTIVATED", permanent("recipient_deleted")),
    (400, "PEER_ID_INVALID", permanent("recipient_not_found")),
    (400, "USERNAME_NOT_OCCUPIED", permanent("recipient_not_found")),
    (400, "USERNAME_INVALID", permanent("recipient_not_found")),
    (403, "CHAT_WRITE_FORBIDDEN", permanent("write_forbidden")),
    (400, "MESSAGE_EMPTY", permanent("message_empty")),
    (400, "MESSAGE_TOO_LONG", permanent("message_too_long")),
    (403, "CHAT_RESTRICTED", permanent("write_forbidden")),
    (400, "USER_IS_BOT", permanent("write_forbidden")),
    (403, "VOICE_MESSAGES_FORBIDDEN", permanent("voice_forbidden")),
    (403, "CHAT_SEND_PLAIN_FORBIDDEN", permanent("write_forbidden")),
    (403, "CHAT_SEND_PHOTOS_FORBIDDEN", permanent("write_forbidden")),
    (400, "MEDIA_CAPTION_TOO_LONG", permanent("message_too_long")),
    (400, "MEDIA_INVALID", permanent("file_refused")),
    (400, "PHOTO_INVALID_DIMENSIONS", permanent("file_refused")),
    (400, "FILE_PARTS_INVALID", permanent("file_refused")),
    (400, "FILE_REFERENCE_EXPIRED", expired()),
    (400, "FILE_REFERENCE_EMPTY", expired()),
    (400, "FILE_REFERENCE_2_EXPIRED", expired()),
    (400, "FILE_PART_0_MISSING", expired()),
    (400, "FILE_PART_7_MISSING", expired()),
    (303, "FILE_MIGRATE_4", ("file_elsewhere", False, True, 60.0, False, None)),
    (400, "MESSAGE_NOT_MODIFIED", permanent("not_modified")),
    (400, "QUOTE_TEXT_INVALID", permanent("quote_invalid")),
    (400, "SOMETHING_NEW", again("something_new")),
    (403, "SOMETHING_NEW", again("something_new")),
    (406, "SOMETHING_NEW", again("something_new")),
    (400, "CONNECTION_NOT_INITED", again("connection_not_inited")),
    (400, "CONNECTION_LAYER_INVALID", again("connection_layer_invalid")),
    (400, "INPUT_FETCH_FAIL", again("input_fetch_fail")),
    (400, "INPUT_FETCH_ERROR", again("input_fetch_error")),
    (400, "MSG_WAIT_FAILED", again("msg_wait_failed")),
    (500, "MSG_WAIT_FAILED", again("msg_wait_failed")),
    (406, "UPDATE_APP_TO_LOGIN", again("update_app_to_login")),
    (420, "FLOOD_WAIT_30", wait(30)),
    (420, "FLOOD_WAIT_0", wait(1)),
    (420, "FLOOD_PREMIUM_WAIT_7", wait(7)),
    (420, "SLOWMODE_WAIT_9", ("flood_wait", False, True, 9.0, False, None)),
    (420, "SOMETHING_NEW_5", wait(60)),
    (400, "PEER_FLOOD", ("peer_flood", False, True, 3600.0, False, None)),
    (401, "AUTH_KEY_UNREGISTERED", account("login_lost", "needs_login")),
    (401, "AUTH_KEY_INVALID", account("login_lost", "needs_login")),
    (401, "SESSION_REVOKED", account("login_lost", "needs_login")),
    (401, "SESSION_EXPIRED", account("login_lost", "needs_login")),
    (401, "SOMETHING_NEW", account("login_lost", "needs_login")),
    (406, "AUTH_KEY_DUPLICATED", account("login_lost", "needs_login")),
    (401, "USER_DEACTIVATED", account("account_banned", "banned")),
    (401, "USER_DEACTIVATED_BAN", account("account_banned", "banned")),
    (420, "FROZEN_METHOD_INVALID", account("account_frozen", "frozen")),
    (400, "FROZEN_PARTICIPANT_MISSING", account("account_frozen", "frozen")),
    (420, "FROZEN_SOMETHING_NEW", account("account_frozen", "frozen")),
    (500, "RPC_CALL_FAIL", unknown("telegram_trouble")),
    (500, "INTERNAL", unknown("telegram_trouble")),
    (-503, "Timeout", unknown("telegram_trouble")),
    (503, "TIMEOUT", unknown("telegram_trouble")),
]


@pytest.mark.parametrize(("number", "name", "expected"), TABLE, ids=[f"{row[0]} {row[1]}" for row in TABLE])
def test_consequence_of_each_refusal(number: int, name: str, expected: tuple[object, ...]) -> None:
    assert consequence(rpc_message_to_error(RpcError(number, name), None)) == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TimeoutError(), unknown("timeout")),
        (ConnectionError("gone"), unknown("connection_lost")),
        (OSError("gone"), unknown("connection_lost")),
        (ValueError("unexpected"), unknown("connection_lost")),
        (AuthKeyNotFound(), account("login_lost", "needs_login")),
    ],
)
def test_consequence_of_each_connection_error(error: BaseException, expected: tuple[object, ...]) -> None:
    """Whether the message arrived is unknown, unless the session itself is refused."""
    assert consequence(error) == expected
