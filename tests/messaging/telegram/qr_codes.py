"""Waiting for QR codes, which an account worker fetches, and for what becomes of them."""

from typing import Any

import pytest

from crmsolid.workspaces.actor import Actor
from messaging.models import LoginAttempt
from messaging.telegram import services
from messaging.telegram.qr_login import QrLogin
from tests.waiting import wait_until

PREFIX = "tg://login?token="


def page(actor: Actor, attempt: LoginAttempt) -> QrLogin:
    return services.qr_login(actor, attempt_id=attempt.pk)


def code(actor: Actor, attempt: LoginAttempt, *, after: str = "") -> str:
    """The address that the page shows, once there is one; another one than ``after``."""

    def shown() -> str:
        address = page(actor, attempt).address
        return "" if address == after else address

    return wait_until(shown, "the code", seconds=60)


def wait_for_state(actor: Actor, attempt: LoginAttempt, state: str) -> QrLogin:
    def shown() -> QrLogin | None:
        login = page(actor, attempt)
        return login if login.state == state else None

    return wait_until(shown, f"the state {state}", seconds=60)


def logged(caplog: pytest.LogCaptureFixture) -> list[Any]:
    return [str(vars(record)) for record in caplog.records]
