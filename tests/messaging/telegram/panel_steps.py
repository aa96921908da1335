"""What somebody does in the panel to connect an account, and what they read there."""

from typing import Any

from django.test import Client
from django.urls import reverse

from tests.telegram_server import TelegramServer

LIST, ADD = reverse("admin:messaging_account_changelist"), reverse("admin:messaging_account_add")


def at(verb: str, key: Any) -> str:
    return reverse(f"admin:messaging_account_{verb}", args=[key])


def begin(client: Client, phone: str) -> str:
    """The first step; the address of the second."""
    answer = client.post(ADD, {"phone": phone})
    assert answer.status_code == 302, answer.context["form"].errors
    return str(answer["Location"])


def connect(client: Client, server: TelegramServer, phone: str, password: str = "") -> int:
    """All the steps; the account's number."""
    step = begin(client, phone)
    answer = client.post(step, {"code": server.login_code(phone)})
    if password:
        assert answer["Location"] == step
        answer = client.post(step, {"password": password})
    assert answer.status_code == 302, answer.context["form"].errors
    return int(answer["Location"].rstrip("/").split("/")[-2])


def text(answer: Any) -> str:
    return str(answer.content.decode())


def problem(answer: Any, field: str) -> str:
    """What the page says beside its one field."""
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    (said,) = answer.context["form"].errors[field]
    assert said in text(answer)
    return str(said)
