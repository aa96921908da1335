"""Telegram's refusals of a login, as advice: what to do next, never a name alone."""

import math

from telethon.errors import FloodWaitError, RPCError

from crmsolid.core.errors import DomainError, invalid
from messaging.telegram.codes import duration_text
from messaging.telegram.errors import WRONG_SETTINGS, name_of

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
