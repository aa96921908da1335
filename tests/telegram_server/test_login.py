"""Logging in by code and two-step password, signing up, and logging out, with Telethon's client."""

import os

import pytest
from telethon import TelegramClient, functions
from telethon import password as telethon_password
from telethon.errors import (
    ApiIdInvalidError,
    AuthKeyUnregisteredError,
    FirstNameInvalidError,
    PasswordHashInvalidError,
    PhoneCodeEmptyError,
    PhoneCodeExpiredError,
    PhoneCodeInvalidError,
    PhoneMigrateError,
    PhoneNumberInvalidError,
    PhoneNumberUnoccupiedError,
    SessionPasswordNeededError,
    SrpIdInvalidError,
)
from telethon.network import authenticator
from telethon.password import compute_check
from telethon.sessions import StringSession
from telethon.tl import types

from .conftest import ANNA, OTHER_DC, SHOP, Clients, invoke

pytestmark = pytest.mark.asyncio

NEW_PHONE = "+15550009"
SECRET = "correct horse"
WITH_PASSWORD = "+15550003"


async def test_code_logs_in(clients: Clients) -> None:
    client = clients.make()
    await client.connect()
    assert not await client.is_user_authorized()
    await client.send_code_request(SHOP)
    me = await client.sign_in(SHOP, clients.server.login_code(SHOP))
    assert (me.username, me.phone, me.first_name, me.is_self) == ("shop", "15550001", "Shop", True)
    assert await client.is_user_authorized()


async def test_login_in_two_steps_by_two_clients(clients: Clients) -> None:
    first = clients.make()
    await first.connect()
    sent = await first.send_code_request(SHOP)
    saved = StringSession.save(first.session)
    await first.disconnect()

    second = clients.make(StringSession(saved))
    await second.connect()
    code = clients.server.login_code(SHOP)
    await second.sign_in(SHOP, code, phone_code_hash=sent.phone_code_hash)
    assert (await second.get_me()).username == "shop"


async def test_right_code_works_after_a_wrong_one(clients: Clients) -> None:
    client = clients.make()
    await client.connect()
    await client.send_code_request(SHOP)
    right = clients.server.login_code(SHOP)
    wrong = f"{(int(right) + 1) % 100_000:05}"
    with pytest.raises(PhoneCodeInvalidError):
        await client.sign_in(SHOP, wrong)
    assert not await client.is_user_authorized()
    await client.sign_in(SHOP, right)
    assert await client.is_user_authorized()


async def test_code_works_once(clients: Clients) -> None:
    client, other = clients.make(), clients.make()
    await client.connect()
    await other.connect()
    sent = await client.send_code_request(SHOP)
    code = clients.server.login_code(SHOP)
    await client.sign_in(SHOP, code)
    with pytest.raises(PhoneCodeExpiredError):
        await other.sign_in(SHOP, code, phone_code_hash=sent.phone_code_hash)
    assert not await other.is_user_authorized()


async def test_expired_code(clients: Clients) -> None:
    client = clients.make()
    await client.connect()
    await client.send_code_request(SHOP)
    code = clients.server.login_code(SHOP)
    clients.server.expire_login_code(SHOP)
    with pytest.raises(PhoneCodeExpiredError):
        await client.sign_in(SHOP, code)
    assert not await client.is_user_authorized()


async def test_empty_code_and_wrong_hash(clients: Clients) -> None:
    client = clients.make()
    await client.connect()
    sent = await client.send_code_request(SHOP)
    with pytest.raises(PhoneCodeEmptyError):
        await client(functions.auth.SignInRequest(SHOP, sent.phone_code_hash, ""))
    with pytest.raises(PhoneCodeExpiredError):
        await client.sign_in(SHOP, clients.server.login_code(SHOP), phone_code_hash="another")
    assert not await client.is_user_authorized()


async def test_resent_code_replaces_the_first(clients: Clients) -> None:
    client = clients.make()
    await client.connect()
    first = await client.send_code_request(SHOP)
    again = await client(functions.auth.ResendCodeRequest(SHOP, first.phone_code_hash))
    assert again.phone_code_hash != first.phone_code_hash
    await client.sign_in(SHOP, clients.server.login_code(SHOP), phone_code_hash=again.phone_code_hash)
    assert await client.is_user_authorized()


@pytest.mark.parametrize("phone", ["+123", "+1234567890123456"])
async def test_impossible_phone(clients: Clients, phone: str) -> None:
    client = clients.make()
    await client.connect()
    with pytest.raises(PhoneNumberInvalidError):
        await invoke(client, functions.auth.SendCodeRequest(phone, 1, "hash", types.CodeSettings()))


async def test_missing_api_id(clients: Clients) -> None:
    client = clients.make()
    await client.connect()
    with pytest.raises(ApiIdInvalidError):
        await invoke(client, functions.auth.SendCodeRequest(SHOP, 0, "hash", types.CodeSettings()))


async def test_unknown_phone_signs_up(clients: Clients) -> None:
    client = clients.make()
    await client.connect()
    sent = await client.send_code_request(NEW_PHONE)
    sign_up = functions.auth.SignUpRequest(NEW_PHONE, sent.phone_code_hash, "Nova", "New")
    with pytest.raises(PhoneCodeEmptyError):  # the code comes first
        await client(sign_up)
    with pytest.raises(PhoneNumberUnoccupiedError):
        await client.sign_in(NEW_PHONE, clients.server.login_code(NEW_PHONE))
    with pytest.raises(FirstNameInvalidError):
        await client(functions.auth.SignUpRequest(NEW_PHONE, sent.phone_code_hash, " ", ""))
    authorization = await client(sign_up)
    assert (authorization.user.first_name, authorization.user.last_name) == ("Nova", "New")
    assert (await client.get_me()).phone == "15550009"


async def asked_for_its_password(clients: Clients) -> TelegramClient:
    client = clients.make()
    await client.connect()
    await client.send_code_request(WITH_PASSWORD)
    with pytest.raises(SessionPasswordNeededError):
        await client.sign_in(WITH_PASSWORD, clients.server.login_code(WITH_PASSWORD))
    return client


async def test_password_is_asked_for_and_checked(clients: Clients) -> None:
    clients.server.create_user(WITH_PASSWORD, username="guarded", password=SECRET)
    client = await asked_for_its_password(clients)
    assert not await client.is_user_authorized()
    with pytest.raises(PasswordHashInvalidError):
        await client.sign_in(password="wrong horse")
    assert not await client.is_user_authorized()
    assert (await client.sign_in(password=SECRET)).username == "guarded"


async def test_password_step_from_another_client(clients: Clients) -> None:
    clients.server.create_user(WITH_PASSWORD, password=SECRET)
    first = await asked_for_its_password(clients)
    saved = StringSession.save(first.session)
    await first.disconnect()

    second = clients.make(StringSession(saved))
    await second.connect()
    assert (await second.sign_in(password=SECRET)).phone == "15550003"


async def test_secrets_of_full_length_log_in(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Telethon draws them where the tests do not shorten them."""
    for module in (authenticator, telethon_password):
        monkeypatch.setattr(module, "os", os)
    clients.server.create_user(WITH_PASSWORD, username="guarded", password=SECRET)
    client = await asked_for_its_password(clients)
    assert (await client.sign_in(password=SECRET)).username == "guarded"


async def test_password_challenge_works_once(clients: Clients) -> None:
    clients.server.create_user(WITH_PASSWORD, password=SECRET)
    client = await asked_for_its_password(clients)
    challenge = await client(functions.account.GetPasswordRequest())
    wrong = compute_check(challenge, "wrong horse")
    with pytest.raises(PasswordHashInvalidError):
        await client(functions.auth.CheckPasswordRequest(wrong))
    with pytest.raises(SrpIdInvalidError):
        await client(functions.auth.CheckPasswordRequest(compute_check(challenge, SECRET)))
    assert not await client.is_user_authorized()


async def test_account_without_password_has_none(clients: Clients) -> None:
    client = await clients.login(SHOP)
    assert not (await client(functions.account.GetPasswordRequest())).has_password
    unknown = clients.make()
    await unknown.connect()
    with pytest.raises(AuthKeyUnregisteredError):
        await unknown(functions.account.GetPasswordRequest())


async def test_phone_of_another_data_center_migrates(clients: Clients) -> None:
    clients.server.create_user(NEW_PHONE, username="far", dc_id=OTHER_DC)
    client = clients.make(request_retries=2)
    await client.connect()
    with pytest.raises(PhoneMigrateError) as refusal:
        await invoke(client, functions.auth.SendCodeRequest(NEW_PHONE, 1, "hash", types.CodeSettings()))
    assert refusal.value.new_dc == OTHER_DC
    await client.send_code_request(NEW_PHONE)
    assert (client.session.dc_id, client.session.port) == (OTHER_DC, clients.server.address(OTHER_DC)[1])
    await client.sign_in(NEW_PHONE, clients.server.login_code(NEW_PHONE))
    await client.send_message("shop", "from far away")
    assert [message.text for message in clients.server.received(SHOP)] == ["from far away"]


async def test_log_out_ends_the_session_only_here(clients: Clients) -> None:
    client, other = await clients.login(ANNA), await clients.login(ANNA)
    saved = StringSession.save(client.session)
    assert await client.log_out()
    again = clients.make(StringSession(saved))
    await again.connect()
    assert not await again.is_user_authorized()
    assert (await other.get_me()).username == "anna"


async def test_requests_need_a_login(clients: Clients) -> None:
    client = clients.make()
    await client.connect()
    for request in (
        functions.messages.SendMessageRequest(types.InputPeerSelf(), "hello", random_id=5),
        functions.contacts.ResolveUsernameRequest("shop"),
        functions.updates.GetStateRequest(),
        functions.users.GetUsersRequest([types.InputUserSelf()]),
    ):
        with pytest.raises(AuthKeyUnregisteredError):
            await invoke(client, request)
    assert clients.server.sent(SHOP) == clients.server.sent(ANNA) == []
