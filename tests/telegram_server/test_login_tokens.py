"""Logging in by QR code with Telethon's client: one that waits and one that scans."""

import asyncio
import base64
from collections.abc import Iterator
from typing import Any

import pytest
from telethon import functions
from telethon.errors import (
    AuthKeyUnregisteredError,
    AuthTokenAlreadyAcceptedError,
    AuthTokenExceptionError,
    AuthTokenExpiredError,
    AuthTokenInvalidError,
    SessionPasswordNeededError,
)
from telethon.tl import types

from .conftest import ANNA, API, OTHER_DC, SHOP, Clients, invoke

pytestmark = pytest.mark.asyncio

FAR, SAFE, PASSWORD = "+15550011", "+15550012", "correct horse"


@pytest.fixture(autouse=True)
def users(clients: Clients) -> Iterator[None]:
    clients.server.create_user(FAR, first_name="Far", dc_id=OTHER_DC)
    clients.server.create_user(SAFE, first_name="Safe", password=PASSWORD)
    yield


async def waiting(clients: Clients) -> tuple[Any, Any]:
    """A client that shows a code, and the code."""
    client = clients.make()
    await client.connect()
    return client, await client.qr_login()


async def export(client: Any, *except_ids: int) -> Any:
    return await invoke(client, functions.auth.ExportLoginTokenRequest(*API, list(except_ids)))


@pytest.mark.parametrize(("phone", "dc"), [(SHOP, 2), (FAR, OTHER_DC)])
async def test_scanned_code_logs_in(clients: Clients, phone: str, dc: int) -> None:
    client, code = await waiting(clients)
    login = asyncio.create_task(code.wait(30))
    await asyncio.sleep(0)  # wait() has to listen before the scan
    clients.server.scan_login_token(code.url, phone)
    me = await login
    assert (f"+{me.phone}", client.session.dc_id) == (phone, dc)
    assert await client.is_user_authorized()


async def test_another_client_accepts_the_token(clients: Clients) -> None:
    _, code = await waiting(clients)
    login = asyncio.create_task(code.wait(30))
    await asyncio.sleep(0)
    phone = await clients.login(ANNA)
    accepted = await phone(functions.auth.AcceptLoginTokenRequest(code.token))
    assert isinstance(accepted, types.Authorization)
    assert (await login).username == "anna"
    assert (await phone.get_me()).username == "anna"  # the scanning session stays as it is


async def test_password_is_asked_for_after_the_scan(clients: Clients) -> None:
    client, code = await waiting(clients)
    login = asyncio.create_task(code.wait(30))
    await asyncio.sleep(0)
    clients.server.scan_login_token(code.url, SAFE)
    with pytest.raises(SessionPasswordNeededError):
        await login
    await client.sign_in(password=PASSWORD)
    assert (await client.get_me()).first_name == "Safe"


async def test_scan_of_a_client_that_is_not_connected_counts_when_it_asks_again(clients: Clients) -> None:
    client, code = await waiting(clients)
    await client.disconnect()
    clients.server.scan_login_token(code.url, SHOP)
    await client.connect()
    answer = await export(client)
    assert isinstance(answer, types.auth.LoginTokenSuccess) and answer.authorization.user.username == "shop"
    assert isinstance(await export(client), types.auth.LoginTokenSuccess)  # it stays logged in


async def test_token_lives_half_a_minute_and_is_replaced(clients: Clients) -> None:
    client, _ = await waiting(clients)
    first, second = await export(client), await export(client)
    assert 28 <= (first.expires - second.expires).total_seconds() + 30 <= 30
    phone = await clients.login(ANNA)
    with pytest.raises(AuthTokenInvalidError):
        await invoke(phone, functions.auth.AcceptLoginTokenRequest(first.token))
    clients.server.expire_login_tokens()
    with pytest.raises(AuthTokenExpiredError):
        await invoke(phone, functions.auth.AcceptLoginTokenRequest(second.token))
    assert not await client.is_user_authorized()


async def test_token_is_accepted_once_and_not_by_an_excepted_user(clients: Clients) -> None:
    client, _ = await waiting(clients)
    token = (await export(client, clients.server.find(ANNA).id)).token
    phone = await clients.login(ANNA)
    with pytest.raises(AuthTokenExceptionError):
        await invoke(phone, functions.auth.AcceptLoginTokenRequest(token))
    clients.server.scan_login_token("tg://login?token=" + base64.urlsafe_b64encode(token).decode(), SHOP)
    with pytest.raises(AuthTokenAlreadyAcceptedError):
        await invoke(phone, functions.auth.AcceptLoginTokenRequest(token))


async def test_token_that_nobody_has_accepted_cannot_be_imported(clients: Clients) -> None:
    client, code = await waiting(clients)
    for token in (code.token, b"unknown"):
        with pytest.raises(AuthTokenInvalidError):
            await invoke(client, functions.auth.ImportLoginTokenRequest(token))
    with pytest.raises(AuthKeyUnregisteredError):
        await invoke(client, functions.auth.AcceptLoginTokenRequest(code.token))
