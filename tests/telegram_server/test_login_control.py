"""Codes of every kind, login e-mails, tokens of logouts and two-step passwords, with Telethon's client."""

from typing import Any

import pytest
from telethon import TelegramClient, functions
from telethon.errors import (
    ApiIdInvalidError,
    AuthKeyUnregisteredError,
    PhoneCodeInvalidError,
    RPCError,
    SendCodeUnavailableError,
    SessionPasswordNeededError,
)
from telethon.tl import types

from .conftest import API, SHOP, Clients, invoke

pytestmark = pytest.mark.asyncio

MASKED = {"email_pattern": "a***z@x.org", "length": 6}


async def ask_for_code(client: TelegramClient, **settings: Any) -> Any:
    return await invoke(client, functions.auth.SendCodeRequest(SHOP, *API, types.CodeSettings(**settings)))


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("App", {"length": 5}),
        ("Sms", {"length": 5}),
        ("SmsWord", {"beginning": "h"}),
        ("SmsPhrase", {"beginning": "the"}),
        ("FirebaseSms", {"length": 5}),
        ("Call", {"length": 5}),
        ("FlashCall", {"pattern": "+49*"}),
        ("MissedCall", {"prefix": "+49", "length": 6}),
        ("FragmentSms", {"url": "https://fragment.com/1", "length": 5}),
    ],
)
async def test_code_is_sent_as_planned(kind: str, fields: dict[str, Any], clients: Clients) -> None:
    clients.server.send_codes_by(SHOP, kind, fields, next_type="Call", timeout=60, code="the code")
    client = clients.make()
    await client.connect()
    sent = await ask_for_code(client)
    assert type(sent.type).__name__ == f"SentCodeType{kind}"
    assert {name: getattr(sent.type, name) for name in fields} == fields
    assert (type(sent.next_type).__name__, sent.timeout) == ("CodeTypeCall", 60)
    await client(functions.auth.SignInRequest(SHOP, sent.phone_code_hash, "the code"))
    assert (await client.get_me()).username == "shop"


async def test_next_code_is_of_the_next_type_and_the_last_one(clients: Clients) -> None:
    clients.server.send_codes_by(SHOP, "App", {"length": 5}, next_type="MissedCall")
    client = clients.make()
    await client.connect()
    first = await ask_for_code(client)
    second = await invoke(client, functions.auth.ResendCodeRequest(SHOP, first.phone_code_hash))
    assert (type(second.type).__name__, second.next_type) == ("SentCodeTypeMissedCall", None)
    with pytest.raises(SendCodeUnavailableError):
        await invoke(client, functions.auth.ResendCodeRequest(SHOP, second.phone_code_hash))


async def test_code_of_an_email_is_a_verification(clients: Clients) -> None:
    clients.server.send_codes_by(SHOP, "EmailCode", MASKED, code="654321")
    client = clients.make()
    await client.connect()
    sent = await ask_for_code(client)
    with pytest.raises(PhoneCodeInvalidError):
        await client(functions.auth.SignInRequest(SHOP, sent.phone_code_hash, "654321"))
    proof = types.EmailVerificationCode("654321")
    await client(functions.auth.SignInRequest(SHOP, sent.phone_code_hash, email_verification=proof))
    assert (await client.get_me()).username == "shop"


async def test_login_email_is_removed_at_once_or_later(clients: Clients) -> None:
    client = clients.make()
    await client.connect()
    clients.server.send_codes_by(SHOP, "EmailCode", {**MASKED, "reset_available_period": 0})
    sent = await ask_for_code(client)
    reset = await invoke(client, functions.auth.ResetLoginEmailRequest(SHOP, sent.phone_code_hash))
    assert isinstance(reset.type, types.auth.SentCodeTypeSms)
    clients.server.send_codes_by(SHOP, "EmailCode", {**MASKED, "reset_available_period": 60})
    sent = await ask_for_code(client)
    reset = await invoke(client, functions.auth.ResetLoginEmailRequest(SHOP, sent.phone_code_hash))
    assert reset.type.reset_pending_date is not None and reset.type.reset_available_period is None
    with pytest.raises(RPCError, match="TASK_ALREADY_EXISTS"):
        await invoke(client, functions.auth.ResetLoginEmailRequest(SHOP, reset.phone_code_hash))


@pytest.mark.parametrize(
    ("kind", "answer"), [("SetUpEmailRequired", "SentCode"), ("PaymentRequired", "SentCodePaymentRequired")]
)
async def test_no_code_is_sent(kind: str, answer: str, clients: Clients) -> None:
    clients.server.send_codes_by(SHOP, kind)
    client = clients.make()
    await client.connect()
    assert type(await ask_for_code(client)).__name__ == answer


async def test_token_of_a_logout_replaces_the_code_once(clients: Clients) -> None:
    clients.server.configure_logins(gives_logout_tokens=True)
    first = await clients.login(SHOP)
    token = (await invoke(first, functions.auth.LogOutRequest())).future_auth_token
    client, other = clients.make(), clients.make()
    await client.connect()
    assert isinstance(await ask_for_code(client, logout_tokens=[token]), types.auth.SentCodeSuccess)
    assert (await client.get_me()).username == "shop"
    await other.connect()
    assert isinstance(await ask_for_code(other, logout_tokens=[token]), types.auth.SentCode)


async def test_token_of_a_logout_does_not_replace_the_password(clients: Clients) -> None:
    clients.server.configure_logins(gives_logout_tokens=True)
    clients.server.set_password(SHOP, "swordfish", hint="fish")
    first = await clients.login(SHOP)
    token = (await invoke(first, functions.auth.LogOutRequest())).future_auth_token
    client = clients.make()
    await client.connect()
    with pytest.raises(SessionPasswordNeededError):
        await ask_for_code(client, logout_tokens=[token])
    assert (await client(functions.account.GetPasswordRequest())).hint == "fish"
    assert (await client.sign_in(password="swordfish")).username == "shop"


async def test_password_of_an_unknown_algorithm_and_none(clients: Clients) -> None:
    clients.server.set_password(SHOP, "swordfish")
    clients.server.use_unknown_algorithm(SHOP)
    client = await clients.login(SHOP)
    password = await client(functions.account.GetPasswordRequest())
    assert isinstance(password.current_algo, types.PasswordKdfAlgoUnknown)
    clients.server.set_password(SHOP, None)
    assert not (await client(functions.account.GetPasswordRequest())).has_password


async def test_api_id_is_refused_when_connecting(clients: Clients) -> None:
    clients.server.refuse_clients("API_ID_INVALID")
    with pytest.raises(ApiIdInvalidError):
        await clients.make().connect()


async def test_revoking_without_a_push_is_noticed_with_the_next_request(clients: Clients) -> None:
    client = await clients.login(SHOP)
    assert clients.server.revoke(SHOP, is_pushed=False) == 1
    assert client.is_connected()
    with pytest.raises(AuthKeyUnregisteredError):
        await invoke(client, functions.updates.GetStateRequest())
