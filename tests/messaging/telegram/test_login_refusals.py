"""What the pages say when Telegram refuses a step of a login: what to do next, never a name alone."""

import pytest
from django.test import Client

from messaging.models import Account, LoginAttempt
from tests.messaging.telegram.helpers import SHOP
from tests.messaging.telegram.panel_login import ADD, begin, field_error
from tests.telegram_server import TelegramServer

USE_QR = "log in by QR code instead."
VOID = "Mind that a code that was passed on in a Telegram chat, even to oneself, is void."

OF_PHONE = [
    ("RECAPTCHA_CHECK_signup__6Lc-KEY", 403, f"Telegram wants a proof that only its own apps can give; {USE_QR}"),
    (
        "PHONE_NUMBER_APP_SIGNUP_FORBIDDEN",
        400,
        f"Telegram sends this number no code through other applications; {USE_QR}",
    ),
    (
        "UPDATE_APP_TO_LOGIN",
        406,
        "Telegram accepts no code from this version of the application; log in by QR code instead, or update it.",
    ),
    (
        "AUTH_RESTART",
        500,
        "Telegram wants the login to begin anew; start over, and if it happens again, log in by QR code instead.",
    ),
    ("CONNECTION_API_ID_INVALID", 400, "Telegram refuses TELEGRAM_API_ID and TELEGRAM_API_HASH: "),
    ("WORKER_BUSY", 500, "Telegram is in trouble (WORKER_BUSY); try again in some minutes."),
    (
        "A_NEW_REASON",
        400,
        "Telegram refuses the login (A_NEW_REASON); try again in some minutes, or log in the other way, by QR code or "
        "phone.",
    ),
]
OF_CODE = [
    ("PHONE_CODE_EXPIRED", 400, f"The code has expired; start again. {VOID}"),
    ("EMAIL_VERIFY_EXPIRED", 400, "The code has expired; start again."),
    ("EMAIL_CODE_INVALID", 400, "The code is wrong."),
    ("CODE_INVALID", 400, "The code is wrong."),
    ("EMAIL_UNCONFIRMED_6", 400, "The login e-mail is not confirmed; confirm it in Telegram on a phone, then start"),
    ("PHONE_CODE_HASH_EMPTY", 400, "Telegram no longer knows this login; start over."),
    ("SIGN_IN_FAILED", 500, "Telegram could not finish the login; start over, or log in by QR code instead."),
]
OF_PASSWORD = [
    ("SRP_PASSWORD_CHANGED", 400, "The password has just been changed; send the new one."),
    ("SRP_ID_INVALID", 400, "Telegram has changed its question; send the password again."),
    ("PHONE_PASSWORD_FLOOD", 406, "Telegram has had too many tries with this phone; wait some hours."),
]


@pytest.mark.parametrize(("error", "code", "said"), OF_PHONE)
def test_refused_phone(error: str, code: int, said: str, client: Client, server: TelegramServer) -> None:
    server.fail("auth.sendCode", error, code=code, times=3)  # a client repeats a request after a 500
    assert field_error(client.post(ADD, {"phone": SHOP}), "phone").startswith(said)
    assert LoginAttempt.unscoped.count() == 0
    server.clear_faults()
    assert begin(client, SHOP)


@pytest.mark.parametrize(("error", "code", "said"), OF_CODE)
def test_refused_code(error: str, code: int, said: str, client: Client, server: TelegramServer) -> None:
    step = begin(client, SHOP)
    server.fail("auth.signIn", error, code=code, times=3)
    assert field_error(client.post(step, {"code": server.login_code(SHOP)}), "code").startswith(said)
    server.clear_faults()
    assert client.post(step, {"code": server.login_code(SHOP)}).status_code == 302


@pytest.mark.parametrize(("error", "code", "said"), OF_PASSWORD)
def test_refused_password(error: str, code: int, said: str, client: Client, server: TelegramServer) -> None:
    server.set_password(SHOP, "swordfish")
    step = begin(client, SHOP)
    client.post(step, {"code": server.login_code(SHOP)})
    server.fail("auth.checkPassword", error, code=code)
    assert field_error(client.post(step, {"password": "swordfish"}), "password") == said
    assert Account.unscoped.filter(kind="telegram").count() == 0
    assert client.post(step, {"password": "swordfish"}).status_code == 302


def test_api_id_that_is_refused_when_connecting(client: Client, server: TelegramServer) -> None:
    server.refuse_clients("API_ID_INVALID")
    said = field_error(client.post(ADD, {"phone": SHOP}), "phone")
    assert said == "Telegram refuses TELEGRAM_API_ID and TELEGRAM_API_HASH: API_ID_INVALID."
    server.refuse_clients(None)
    assert begin(client, SHOP)
