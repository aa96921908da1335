"""The panel's forms and pages of what an endpoint has beside its address."""

from collections.abc import Callable
from typing import Any

import pytest

from crmsolid.workspaces.models import AuditEntry
from tests.panel import browser
from tests.tenants import Tenants
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.panel.pages import LIST, NEW, URL, new_endpoint_form, page_url
from tests.webhooks.receiver import Receiver
from webhooks import services
from webhooks.headers import headers_of
from webhooks.models import Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]
TOKEN = "Bearer t0ken-of-the-receiver"


def test_a_new_endpoint_gets_its_details(tenants: Tenants) -> None:
    account, theirs, client = tenants.sandbox(name="Anna"), tenants.sandbox(tenants.other), browser(tenants.owner)
    form = client.get(NEW).context["form"]
    assert form.fields["account_ids"].choices == [(account.pk, f"Anna (#{account.pk})")]
    details = {
        "description": "Билинг",
        "account_ids": [account.pk],
        "headers": f"Authorization: {TOKEN}\n\n X-Team :a:b ",
    }
    client.post(NEW, new_endpoint_form(client, **details, events=["contact.*"]))
    endpoint = Endpoint.unscoped.get()
    assert (endpoint.description, endpoint.events, endpoint.account_ids) == ("Билинг", ["contact.*"], [account.pk])
    assert headers_of(endpoint) == {"Authorization": TOKEN, "X-Team": "a:b"}
    page = client.get(page_url("change", endpoint)).content.decode()
    for text in ("Билинг", f"Anna (#{account.pk})", "Authorization", "X-Team", "contact.*"):
        assert text in page
    assert "Билинг" in client.get(LIST).content.decode()
    assert "t0ken" not in page + client.get(page_url("edit", endpoint)).content.decode()
    assert str(theirs.pk) not in [value for value, _ in form.fields["account_ids"].choices]


def test_headers_are_set_and_removed_and_others_stay(tenants: Tenants, make_endpoint: MakeEndpoint) -> None:
    endpoint, client = make_endpoint(URL), browser(tenants.owner)
    services.update_endpoint(tenants.actor(), endpoint.pk, headers={"Authorization": TOKEN, "X-A": "1", "X-B": "2"})
    form = client.get(page_url("edit", endpoint)).context["form"]
    assert [name for name, _ in form.fields["remove_headers"].choices] == ["Authorization", "X-A", "X-B"]
    sent = {"url": URL, "which": "some", "events": ["contact.created"], "_shown": form.shown}
    client.post(page_url("edit", endpoint), {**sent, "headers": "X-B: 3", "remove_headers": ["X-A"]})
    assert headers_of(Endpoint.unscoped.get()) == {"Authorization": TOKEN, "X-B": "3"}
    changes = AuditEntry.unscoped.filter(action="webhook.updated").order_by("id")
    assert [entry.data for entry in changes] == [{"fields": ["headers"]}] * 2


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"headers": "t0ken-of-the-receiver"}, "headers", "Write each line as Name: value."),
        ({"headers": "X: t0ken\nX: t0ken2"}, "headers", "Name each header once."),
        ({"headers": "Host: t0ken"}, "headers", "Host is set by the product itself"),
        ({"headers": "X: t0kén"}, "headers", "printable ASCII"),
        ({"account_ids": ["nonsense"]}, "account_ids", "Choose accounts of this workspace."),
        ({"account_ids": ["999999"]}, None, "no account 999999"),
        ({"description": "x" * 201}, "description", "at most 200 characters"),
    ],
)
def test_wrong_details_are_said_and_change_nothing(
    tenants: Tenants, make_endpoint: MakeEndpoint, change: dict[str, Any], field: str | None, message: str
) -> None:
    endpoint, client = make_endpoint(URL), browser(tenants.owner)
    before = Endpoint.unscoped.values().get()
    page = client.post(page_url("edit", endpoint), {"url": URL, "which": "all", **change})
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field or "__all__"]
    assert message.lower() in page.content.decode().lower()
    assert "t0k" not in page.content.decode()
    assert Endpoint.unscoped.values().get() == before


def test_the_page_of_a_delivery_shows_no_header_of_the_endpoint(
    tenants: Tenants, make_endpoint: MakeEndpoint, receiver: Receiver
) -> None:
    endpoint = make_endpoint(receiver.url())
    services.update_endpoint(tenants.actor(), endpoint.pk, headers={"Authorization": TOKEN})
    emit(tenants.workspace)
    run_pump()
    assert receiver.posts[0].headers["authorization"] == TOKEN
    page = browser(tenants.owner).get(page_url("change", Delivery.unscoped.get())).content.decode()
    assert "curl -X POST" in page and "X-Signature" in page
    assert "t0ken" not in page and "Authorization" not in page
