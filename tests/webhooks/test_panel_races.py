"""Pages that make something, sent many times at one instant: on PostgreSQL, SQLite has one writer anyway."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from crmsolid.workspaces.models import AuditEntry
from tests.cast import Cast
from tests.concurrency import run_concurrently
from tests.messaging import world
from tests.panel import browser
from tests.webhooks.panel import NEW, URL, at, filled, rotation, secret_in
from webhooks import services
from webhooks.models import Endpoint
from webhooks.secrets import Keyring

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="threads that write at once need PostgreSQL"),
]

THREADS = 8


def posts(cast: Cast, address: str, form: dict[str, Any]) -> list[Any]:
    """The same form from as many browsers of one person."""

    def poster(client: Client) -> Callable[[], Any]:
        return lambda: client.post(address, form)

    answers = run_concurrently([poster(browser(cast.owner)) for _ in range(THREADS)])
    assert sorted(answer.status_code for answer in answers) == [200] + [302] * (THREADS - 1)
    return answers


def shown(answers: list[Any]) -> str:
    return next(secret_in(answer) for answer in answers if answer.status_code == 200)


def test_one_form_makes_one_endpoint(cast: Cast) -> None:
    answers = posts(cast, NEW, filled(browser(cast.owner)))
    assert Keyring.of(Endpoint.unscoped.get()).current == shown(answers)
    assert AuditEntry.unscoped.filter(action="webhook.created").count() == 1


def test_no_more_are_made_than_a_workspace_may_have(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_ENDPOINTS", 2)

    def make(number: int) -> Callable[[], Any]:
        return lambda: services.create_endpoint(cast.actor(), url=f"{URL}/{number}", events=["contact.created"])

    found = world.at_once([make(number) for number in range(THREADS)])
    assert sorted(type(each).__name__ for each in found) == ["DomainError"] * 6 + ["IssuedEndpoint"] * 2
    assert Endpoint.unscoped.count() == AuditEntry.unscoped.filter(action="webhook.created").count() == 2


def test_one_page_replaces_the_secret_once(cast: Cast, endpoint: Callable[..., Endpoint]) -> None:
    found = endpoint(URL)
    answers = posts(cast, at("rotate", found), rotation(browser(cast.owner), found))
    found.refresh_from_db()
    assert Keyring.of(found).current == shown(answers)
    assert AuditEntry.unscoped.filter(action="webhook.secret_rotated").count() == 1
