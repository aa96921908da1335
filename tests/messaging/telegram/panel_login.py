"""The steps by which a person connects an account in the panel, and what the pages say."""

import html
from typing import Any

from django.test import Client
from django.urls import reverse

from tests.panel import words
from tests.telegram_server import TelegramServer

ACCOUNT_LIST, ADD = reverse("admin:messaging_account_changelist"), reverse("admin:messaging_account_add")


def page_of(name: str, key: Any) -> str:
    """The path of a page of an account or a login."""
    return reverse(f"admin:messaging_account_{name}", args=[key])


def begin(client: Client, phone: str) -> str:
    """The first step; returns the path of the next."""
    answer = client.post(ADD, {"phone": phone})
    assert answer.status_code == 302, answer.context["form"].errors
    return str(answer["Location"])


def connect(client: Client, server: TelegramServer, phone: str, password: str = "") -> int:
    """All steps; returns the account's id."""
    step = begin(client, phone)
    answer = client.post(step, {"code": server.login_code(phone)})
    if password:
        assert answer["Location"] == step
        answer = client.post(step, {"password": password})
    assert answer.status_code == 302, answer.context["form"].errors
    return int(answer["Location"].rstrip("/").split("/")[-2])


def text(answer: Any) -> str:
    return words(answer)


def field_error(answer: Any, field: str) -> str:
    """The error that the page shows beside its only field."""
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    (message,) = answer.context["form"].errors[field]
    assert message in html.unescape(text(answer))
    return str(message)
