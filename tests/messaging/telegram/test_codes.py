"""Every way in which Telegram sends a login code: what the page says, and that the code logs in."""

import html
import inspect
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from telethon.tl import types

from crmsolid.core import clock
from messaging.models import Account, LoginAttempt
from messaging.telegram.client import decrypt_session, encrypt_session
from tests.messaging.telegram.helpers import SHOP
from tests.messaging.telegram.panel_login import ADD, begin, connect, field_error, page_of, text
from tests.telegram_server import TelegramServer
from tests.tenants import Tenants

Fields = dict[str, Any]
MASKED = {"email_pattern": "a***z@example.org", "length": 6}
FRAGMENT = "https://fragment.com/login/15550001"

# The type, its fields, what the page says, and the code as the person types it and as Telegram wants it.
WAYS: list[tuple[str, Fields, str, str, str]] = [
    ("App", {"length": 5}, "the account's own app: look for the chat “Telegram”", "123-45", "12345"),
    ("Sms", {"length": 5}, "Telegram has sent it by SMS.", "12 345", "12345"),
    ("SmsWord", {"beginning": "h"}, "a word by SMS, beginning with “h”. Type that word.", " hello ", "hello"),
    ("SmsWord", {}, "a word by SMS. Type that word.", "hello", "hello"),
    (
        "SmsPhrase",
        {"beginning": "The quick"},
        "some words by SMS, beginning with “The quick”. Type all of them, with the spaces between them.",
        "The quick  brown",
        "The quick brown",
    ),
    ("FirebaseSms", {"length": 5}, "its own app for Android or iOS, so it may never arrive here.", "12345", "12345"),
    ("Call", {"length": 5}, "Telegram calls this number and reads it out.", "12345", "12345"),
    ("FlashCall", {"pattern": "+49*"}, "the code is the number of the caller, +49*.", "+49 30 1234", "49301234"),
    (
        "MissedCall",
        {"prefix": "+49", "length": 6},
        "the code is the last 6 digits of the caller's number, which begins with +49.",
        "+49 30 123456",
        "123456",
    ),
    ("EmailCode", MASKED, "the account's login e-mail, a***z@example.org.", "123456", "123456"),
    ("FragmentSms", {"url": FRAGMENT, "length": 5}, "the number's page at fragment.com.", "12345", "12345"),
]


def page(client: Client, address: str) -> str:
    """What the page says, with its spaces collapsed."""
    return re.sub(r"\s+", " ", html.unescape(text(client.get(address))))


def test_every_type_of_telegram_is_known() -> None:
    refused = {"SetUpEmailRequired"}
    names = [name for name, each in inspect.getmembers(types.auth, inspect.isclass) if name.startswith("SentCodeType")]
    assert {name.removeprefix("SentCodeType") for name in names} - refused == {kind for kind, *_ in WAYS}


@pytest.mark.parametrize(("kind", "fields", "said", "typed", "code"), WAYS)
def test_page_says_how_the_code_was_sent_and_the_code_logs_in(
    kind: str, fields: Fields, said: str, typed: str, code: str, client: Client, server: TelegramServer
) -> None:
    server.send_codes_by(SHOP, kind, fields, code=code)
    step = begin(client, SHOP)
    shown = page(client, step)
    assert "Step 2 of 2. Telegram " in shown and said in shown
    assert (f"{fields.get('length')} digits." in shown) is ("length" in fields)
    assert "Never send the code by Telegram to anybody, not even to yourself" in shown
    assert (f'href="{FRAGMENT}"' in shown) is (kind == "FragmentSms")
    assert ('inputmode="text"' in shown) is (kind in ("SmsWord", "SmsPhrase"))
    done = client.post(step, {"code": typed})
    assert done.status_code == 302, done.context["form"].errors
    assert done["Location"] == page_of("connected", Account.unscoped.get(kind="telegram").pk)


@pytest.mark.parametrize(
    ("next_type", "button"),
    [
        ("Sms", "Send the code by SMS instead"),
        ("Call", "Send the code by call instead"),
        ("FlashCall", "Use a missed call instead"),
        ("MissedCall", "Use a missed call instead"),
        ("FragmentSms", "Use fragment.com instead"),
    ],
)
def test_button_says_how_the_next_code_comes(
    next_type: str, button: str, client: Client, server: TelegramServer
) -> None:
    server.send_codes_by(SHOP, "App", {"length": 5}, next_type=next_type)
    step = begin(client, SHOP)
    assert button in page(client, step)
    if next_type == "FragmentSms":
        return  # the test server's plan for it would need an address
    assert "A new code is on its way" in text(client.post(f"{step}resend/", follow=True))
    assert button not in page(client, step)
    assert "Telegram has no other way to send a code now." in page(client, step)
    assert client.post(step, {"code": server.login_code(SHOP)}).status_code == 302


def test_same_way_again_is_called_a_new_code(client: Client, server: TelegramServer) -> None:
    server.send_codes_by(SHOP, "Sms", {"length": 5}, next_type="Sms")
    assert "Send a new code" in page(client, begin(client, SHOP))


def test_no_other_way_shows_no_button(client: Client, server: TelegramServer) -> None:
    server.send_codes_by(SHOP, "App", {"length": 5})
    step = begin(client, SHOP)
    assert 'form="resend"' not in page(client, step)
    assert "start over and log in by QR code" in page(client, step)
    assert "no other way to send a code" in text(client.post(f"{step}resend/", follow=True))


def test_new_code_is_not_asked_for_too_early(
    client: Client, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.send_codes_by(SHOP, "App", {"length": 5}, next_type="Sms", timeout=120)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    step = begin(client, SHOP)
    left = int(re.findall(r'data-ready-in="(\d+)"', page(client, step))[0])
    assert left in (119, 120)
    refused = text(client.post(f"{step}resend/", follow=True))
    assert "Telegram sends another code in 2 minutes" in refused or "in 119 seconds" in refused
    assert server.count("auth.resendCode") == 0
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(seconds=121))
    assert "data-ready-in" not in page(client, step)
    client.post(f"{step}resend/")
    assert (server.count("auth.resendCode"), "by SMS." in page(client, step)) == (1, True)


def test_wrong_code_of_an_email_may_be_corrected(client: Client, server: TelegramServer) -> None:
    server.send_codes_by(SHOP, "EmailCode", MASKED, code="654321")
    step = begin(client, SHOP)
    assert field_error(client.post(step, {"code": "111111"}), "code") == "The code is wrong."
    assert client.post(step, {"code": "654321"}).status_code == 302


def test_login_email_that_is_removed_at_once_is_replaced_by_the_phone(client: Client, server: TelegramServer) -> None:
    server.send_codes_by(SHOP, "EmailCode", {**MASKED, "reset_available_period": 0})
    step = begin(client, SHOP)
    shown = page(client, step)
    assert "Without access to this address, ask Telegram to remove it; then it sends codes to the phone.</p>" in shown
    answer = client.post(f"{step}reset-email/", follow=True)
    assert "Telegram has been asked to remove the login e-mail." in text(answer)
    assert "Telegram has sent it by SMS." in page(client, step)
    assert client.post(step, {"code": server.login_code(SHOP)}).status_code == 302


def test_removal_of_a_login_email_may_take_days(client: Client, server: TelegramServer) -> None:
    server.send_codes_by(SHOP, "EmailCode", {**MASKED, "reset_available_period": 7 * 86400}, code="123456")
    step = begin(client, SHOP)
    assert "Telegram takes 7 days for that." in page(client, step)
    client.post(f"{step}reset-email/")
    shown = page(client, step)
    assert "Telegram removes the login e-mail in 7 days, as was asked for" in shown
    assert "Remove the login e-mail" not in shown
    refused = text(client.post(f"{step}reset-email/", follow=True))
    assert "The removal of the login e-mail has been asked for already; it takes some days." in refused
    assert client.post(step, {"code": "123456"}).status_code == 302  # whoever reads the e-mail may still log in


def test_email_that_is_not_to_be_removed_shows_no_button(client: Client, server: TelegramServer) -> None:
    server.send_codes_by(SHOP, "EmailCode", MASKED)
    assert "Remove the login e-mail" not in page(client, begin(client, SHOP))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("SetUpEmailRequired", "Telegram wants a login e-mail for this account first: set it in Telegram on a phone"),
        ("PaymentRequired", "Telegram asks to be paid for an SMS to this number, which is not possible here"),
    ],
)
def test_code_that_is_not_sent_is_explained_beside_the_phone(
    kind: str, said: str, client: Client, server: TelegramServer
) -> None:
    server.send_codes_by(SHOP, kind)
    message = field_error(client.post(ADD, {"phone": SHOP}), "phone")
    assert message.startswith(said) and message.endswith("log in by QR code instead.")
    assert LoginAttempt.unscoped.count() == 0


def test_hint_of_the_password_is_shown(client: Client, server: TelegramServer) -> None:
    server.set_password(SHOP, "swordfish", hint="the <fish>")
    step = begin(client, SHOP)
    client.post(step, {"code": server.login_code(SHOP)})
    assert "Its owner’s hint: <strong>the &lt;fish&gt;</strong>" in text(client.get(step))
    assert client.post(step, {"password": "swordfish"}).status_code == 302


def test_password_that_was_removed_meanwhile_is_explained(client: Client, server: TelegramServer) -> None:
    server.set_password(SHOP, "swordfish")
    step = begin(client, SHOP)
    client.post(step, {"code": server.login_code(SHOP)})
    server.set_password(SHOP, None)
    message = field_error(client.post(step, {"password": "swordfish"}), "password")
    assert message == "The account has no two-step password any more; start over, the code alone will do."
    client.post(f"{step}cancel/")
    assert connect(client, server, SHOP)


def test_unknown_way_to_prove_a_password_is_explained(client: Client, server: TelegramServer) -> None:
    server.set_password(SHOP, "swordfish")
    server.use_unknown_algorithm(SHOP)
    step = begin(client, SHOP)
    client.post(step, {"code": server.login_code(SHOP)})
    message = field_error(client.post(step, {"password": "swordfish"}), "password")
    assert message.startswith("Telegram asks for this password in a way that this version of CRM Solid does not know")


def test_login_goes_on_without_the_hint(client: Client, server: TelegramServer) -> None:
    server.set_password(SHOP, "swordfish", hint="fish")
    step = begin(client, SHOP)
    server.fail("account.getPassword", "FLOOD_WAIT_30")
    assert client.post(step, {"code": server.login_code(SHOP)})["Location"] == step
    assert "’s hint:" not in page(client, step)
    assert client.post(step, {"password": "swordfish"}).status_code == 302


def test_last_page_says_that_the_login_may_have_to_be_confirmed(client: Client, server: TelegramServer) -> None:
    account = connect(client, server, SHOP)
    assert "whether this login was you, confirm it there" in page(client, page_of("connected", account))


def test_state_of_a_login_of_the_previous_version_is_read(client: Client, server: TelegramServer) -> None:
    """A login that was begun before an update goes on after it."""
    step = begin(client, SHOP)
    attempt = LoginAttempt.unscoped.get()
    session, state = decrypt_session(attempt)
    attempt.encrypted_state = encrypt_session(
        attempt, session, {name: state[name] for name in ("phone", "code_hash", "channel")}
    )
    attempt.save()
    assert "the account's own app" in page(client, step)
    assert client.post(step, {"code": server.login_code(SHOP)}).status_code == 302


class TypedLines(io.StringIO):
    """Standard input of a person who reads each code when it is asked for. A line is a text or how to read it."""

    def __init__(self, *lines: Any) -> None:
        super().__init__()
        self._lines = iter(lines)

    def readline(self, *_: Any) -> str:  # type: ignore[override]
        line = next(self._lines, None)
        return "" if line is None else f"{line() if callable(line) else line}\n"


def test_command_says_the_way_and_asks_for_another_code_after_an_empty_line(
    server: TelegramServer, tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.send_codes_by(SHOP, "EmailCode", MASKED, next_type="Sms")
    server.set_password(SHOP, "swordfish", hint="fish")
    monkeypatch.setattr("sys.stdin", TypedLines("", lambda: server.login_code(SHOP), "swordfish"))
    said = io.StringIO()
    call_command("telegram_login", workspace="acme", phone=SHOP, json=True, stdout=io.StringIO(), stderr=said)
    assert said.getvalue().splitlines() == [
        "Telegram has sent it to the account's login e-mail, a***z@example.org.",
        "Send the code by SMS instead: send an empty line.",
        "Code: ",
        "Telegram has sent it by SMS.",
        "Code: ",
        "Password (hint: fish): ",
    ]
    assert Account.objects.for_workspace(tenants.workspace).get(kind="telegram").state == "connected"
