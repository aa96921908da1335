"""Disabled and failing endpoints, among what needs a hand on Home and as notices on the webhook pages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from crmsolid.core import clock
from crmsolid.workspaces.models import Role, User, Workspace
from tests.panel import browser, moment
from tests.tenants import Tenants
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.panel.pages import HOME, LIST, LOG, URL, page_url
from tests.webhooks.receiver import Receiver, answering
from webhooks.models import Endpoint
from webhooks.services import delete_endpoint, update_endpoint

MakeEndpoint = Callable[..., Endpoint]
DISABLED, FAILING = "your system gets no events there", "A webhook endpoint is failing"


def home_line(user: User, workspace: Workspace | None = None) -> str:
    """What Home says of the first endpoint that needs a hand, with the page of its button; empty if none does."""
    for hand in browser(user, workspace).get(HOME).context["hands"]:
        if hand.title.startswith("Webhook"):
            return f"{hand.title}. {hand.detail} {hand.link}"
    return ""


def test_an_automatically_disabled_endpoint_is_shown_until_it_is_enabled(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(410)
    endpoint = make_endpoint(receiver.url())
    emit(tenants.workspace)
    run_pump()
    for user in (tenants.owner, tenants.member(Role.ADMIN)):
        line = home_line(user)
        assert line.startswith(f"Webhook to {endpoint.url} is disabled. The receiver answered 410 Gone. Repair")
        assert line.endswith(page_url("change", endpoint))
        for page in (LIST, LOG):
            text = browser(user).get(page).content.decode()
            assert DISABLED in text and page_url("change", endpoint) in text and "enable it again" in text, page
            assert "The receiver answered 410 Gone" in text
    page = browser(tenants.owner).get(page_url("change", endpoint)).content.decode()
    assert "Your receiver answered 410 Gone" in page and "enable the endpoint again" in page
    browser(tenants.owner).post(page_url("enable", endpoint))
    assert home_line(tenants.owner) == ""


def test_a_failing_endpoint_is_shown_and_then_its_disabling(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(500)
    endpoint, client = make_endpoint(receiver.url()), browser(tenants.owner)
    emit(tenants.workspace)
    run_pump()
    shown = client.get(LIST).content.decode()
    assert FAILING in shown and DISABLED not in shown
    assert home_line(tenants.owner).startswith(f"Webhook to {endpoint.url} fails. Events wait and are sent again.")
    endpoint.refresh_from_db()
    assert endpoint.failing_since is not None
    ends = endpoint.failing_since + timedelta(days=5)
    assert moment(ends) in client.get(page_url("change", endpoint)).content.decode()
    Endpoint.unscoped.update(failing_since=clock.now() - timedelta(days=5, seconds=1))
    emit(tenants.workspace)
    run_pump()
    shown = client.get(LIST).content.decode()
    assert DISABLED in shown and FAILING not in shown
    disabled = f"Webhook to {endpoint.url} is disabled. Nothing but failures for 5 days. Repair"
    assert home_line(tenants.owner).startswith(disabled)


def test_healthy_manually_disabled_and_deleted_endpoints_are_not_shown(
    tenants: Tenants, make_endpoint: MakeEndpoint
) -> None:
    make_endpoint(URL)
    update_endpoint(tenants.actor(), make_endpoint(URL).pk, enabled=False)
    gone = make_endpoint(URL)
    Endpoint.unscoped.filter(pk=gone.pk).update(failing_since=clock.now())
    delete_endpoint(tenants.actor(), gone.pk)
    assert home_line(tenants.owner) == ""
    for page in (LIST, LOG):
        assert "cs-trouble" not in browser(tenants.owner).get(page).content.decode()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_viewers_and_agents_see_no_notices(tenants: Tenants, make_endpoint: MakeEndpoint, role: Role) -> None:
    make_endpoint(URL)
    Endpoint.unscoped.update(failing_since=clock.now())
    user = tenants.member(role)
    assert home_line(user) == "" and URL not in browser(user).get(HOME).content.decode()


@pytest.mark.parametrize("owner", ["twin", "other"])
def test_each_workspace_shows_its_own_notices(tenants: Tenants, make_endpoint: MakeEndpoint, owner: str) -> None:
    foreign: Any = getattr(tenants, owner)
    make_endpoint(URL, workspace=foreign)
    Endpoint.unscoped.update(failing_since=clock.now())
    assert home_line(tenants.owner) == ""
    assert home_line(tenants.owner if owner == "twin" else tenants.stranger, foreign) != ""
