"""Forms that are submitted many times at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crmsolid.workspaces.models import AuditEntry
from tests.panel import browser
from tests.tenants import Tenants
from tests.threads import run_together, run_together_catching
from tests.webhooks.panel.pages import NEW, URL, new_endpoint_form, page_url, rotation_form, shown_secret
from webhooks import services
from webhooks.models import Endpoint
from webhooks.secrets import EndpointSecrets

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 8


def submit_at_once(tenants: Tenants, address: str, form: dict[str, Any]) -> list[Any]:
    """Submit the same form from several browsers of one user; all but one are redirected."""

    def poster(client: Client) -> Callable[[], Any]:
        return lambda: client.post(address, form)

    answers = run_together([poster(browser(tenants.owner)) for _ in range(THREADS)])
    assert sorted(response.status_code for response in answers) == [200] + [302] * (THREADS - 1)
    return answers


def only_secret(answers: list[Any]) -> str:
    return next(shown_secret(response) for response in answers if response.status_code == 200)


def test_one_form_creates_one_endpoint(tenants: Tenants) -> None:
    answers = submit_at_once(tenants, NEW, new_endpoint_form(browser(tenants.owner)))
    assert EndpointSecrets.of(Endpoint.unscoped.get()).current == only_secret(answers)
    assert AuditEntry.unscoped.filter(action="webhook.created").count() == 1


def test_concurrent_creations_respect_the_limit(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_ENDPOINTS", 2)

    def make(number: int) -> Callable[[], Any]:
        return lambda: services.create_endpoint(tenants.actor(), url=f"{URL}/{number}", events=["contact.created"])

    results = run_together_catching([make(number) for number in range(THREADS)])
    assert sorted(type(each).__name__ for each in results) == ["DomainError"] * 6 + ["IssuedEndpoint"] * 2
    assert Endpoint.unscoped.count() == AuditEntry.unscoped.filter(action="webhook.created").count() == 2


def test_one_form_rotates_the_secret_once(tenants: Tenants, make_endpoint: Callable[..., Endpoint]) -> None:
    endpoint = make_endpoint(URL)
    answers = submit_at_once(tenants, page_url("rotate", endpoint), rotation_form(browser(tenants.owner), endpoint))
    endpoint.refresh_from_db()
    assert EndpointSecrets.of(endpoint).current == only_secret(answers)
    assert AuditEntry.unscoped.filter(action="webhook.secret_rotated").count() == 1
