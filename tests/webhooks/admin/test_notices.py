"""Notices about disabled and failing endpoints, on the panel's home and on the webhook pages."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crmsolid.core import clock
from crmsolid.workspaces.models import Role
from tests.panel import browser, moment
from tests.tenants import Tenants
from tests.webhooks.admin.pages import HOME, LIST, LOG, URL, page_url
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.receiver import Receiver, answering
from webhooks.models import Endpoint
from webhooks.services import delete_endpoint, update_endpoint

MakeEndpoint = Callable[..., Endpoint]
DISABLED, FAILING = "your system gets no events there", "A webhook endpoint is failing"


def test_an_automatically_disabled_endpoint_is_shown_until_it_is_enabled(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(410)
    endpoint = make_endpoint(receiver.url())
    emit(tenants.workspace)
    run_pump()
    for user in (tenants.owner, tenants.member(Role.ADMIN)):
        for page in (HOME, LIST, LOG):
            text = browser(user).get(page).content.decode()
            assert DISABLED in text and page_url("change", endpoint) in text and "enable it again" in text, page
            assert "The receiver answered 410 Gone" in text
    page = browser(tenants.owner).get(page_url("change", endpoint)).content.decode()
    assert "Your receiver answered 410 Gone" in page and "enable the endpoint again" in page
    browser(tenants.owner).post(page_url("enable", endpoint))
    assert DISABLED not in browser(tenants.owner).get(HOME).content.decode()


def test_a_failing_endpoint_is_shown_and_then_its_disabling(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(500)
    endpoint, client = make_endpoint(receiver.url()), browser(tenants.owner)
    emit(tenants.workspace)
    run_pump()
    home = client.get(HOME).content.decode()
    assert FAILING in home and DISABLED not in home
    endpoint.refresh_from_db()
    assert endpoint.failing_since is not None
    ends = endpoint.failing_since + timedelta(days=5)
    assert moment(ends) in client.get(page_url("change", endpoint)).content.decode()
    Endpoint.unscoped.update(failing_since=clock.now() - timedelta(days=5, seconds=1))
    emit(tenants.workspace)
    run_pump()
    home = client.get(HOME).content.decode()
    assert DISABLED in home and FAILING not in home
    assert "Nothing but failures for 5 days" in home


def test_healthy_manually_disabled_and_deleted_endpoints_are_not_shown(
    tenants: Tenants, make_endpoint: MakeEndpoint
) -> None:
    make_endpoint(URL)
    update_endpoint(tenants.actor(), make_endpoint(URL).pk, enabled=False)
    gone = make_endpoint(URL)
    Endpoint.unscoped.filter(pk=gone.pk).update(failing_since=clock.now())
    delete_endpoint(tenants.actor(), gone.pk)
    for page in (HOME, LIST, LOG):
        assert "cs-trouble" not in browser(tenants.owner).get(page).content.decode()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_viewers_and_agents_see_no_notices(tenants: Tenants, make_endpoint: MakeEndpoint, role: Role) -> None:
    make_endpoint(URL)
    Endpoint.unscoped.update(failing_since=clock.now())
    text = browser(tenants.member(role)).get(HOME).content.decode()
    assert "cs-trouble" not in text and URL not in text


@pytest.mark.parametrize("owner", ["twin", "other"])
def test_each_workspace_shows_its_own_notices(tenants: Tenants, make_endpoint: MakeEndpoint, owner: str) -> None:
    foreign: Any = getattr(tenants, owner)
    make_endpoint(URL, workspace=foreign)
    Endpoint.unscoped.update(failing_since=clock.now())
    assert "cs-trouble" not in browser(tenants.owner).get(HOME).content.decode()
    theirs = browser(tenants.owner if owner == "twin" else tenants.stranger, foreign)
    assert FAILING in theirs.get(HOME).content.decode()


def test_home_reads_alerts_in_one_query_and_lists_five(tenants: Tenants, make_endpoint: MakeEndpoint) -> None:
    client = browser(tenants.owner)
    client.get(HOME)
    with CaptureQueriesContext(connection) as none:
        client.get(HOME)
    for number in range(7):
        make_endpoint(f"{URL}/{number}")
    Endpoint.unscoped.update(failing_since=clock.now())
    with CaptureQueriesContext(connection) as many:
        text = client.get(HOME).content.decode()
    assert len(none) == len(many)
    assert sum("webhooks_endpoint" in query["sql"] for query in many) == 1
    assert "7 webhook endpoints are failing" in text
    assert text.count(f"{URL}/") == 5
