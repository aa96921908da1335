"""Settings > Deliveries: the filter by answer, replaying several, the curl command, and the figures of an endpoint."""

import subprocess
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from crmsolid.core import clock
from crmsolid.workspaces.models import AuditEntry, Role
from tests.panel import browser, flash_messages
from tests.tenants import Tenants
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.panel.pages import LOG, page_url
from tests.webhooks.receiver import Receiver, answering
from webhooks import querysets
from webhooks.models import Attempt, Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]


def delivered(tenants: Tenants, receiver: Receiver, endpoint: Endpoint, status: int) -> Delivery:
    """A delivery that was answered with this status."""
    receiver.behaviours["/hook"] = answering(status)
    emit(tenants.workspace)
    run_pump()
    newest: Delivery = Delivery.unscoped.order_by("-id")[0]
    return newest


def test_the_log_is_filtered_by_the_last_answer(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    endpoint, client = make_endpoint(receiver.url()), browser(tenants.owner)
    made = {status: delivered(tenants, receiver, endpoint, status) for status in (200, 404, 503)}
    lost = delivered(tenants, receiver, endpoint, 200)
    Attempt.unscoped.filter(delivery=lost).update(status=None, error="timeout")

    def found(answer: str) -> list[Any]:
        return list(client.get(LOG, {"answer": answer}).context["cl"].result_list)

    assert [found(value) for value in ("2xx", "4xx", "404", "403")] == [[made[200]], [made[404]], [made[404]], []]
    assert [found(value) for value in ("5xx", "503", "none")] == [[made[503]], [made[503]], [lost]]
    assert len(found("made-up")) == 4


def test_several_deliveries_are_replayed_and_the_refused_are_named(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    endpoint = make_endpoint(receiver.url())
    one, two = (delivered(tenants, receiver, endpoint, 404) for _ in range(2))
    going_on = delivered(tenants, receiver, endpoint, 404)
    leased = {"lease": "x", "lease_until": clock.now() + timedelta(minutes=1), "next_attempt_at": None}
    Delivery.unscoped.filter(pk=going_on.pk).update(status="sending", **leased)
    form = {"action": "replay_chosen", "_selected_action": [one.pk, two.pk, going_on.pk]}
    agent, client = browser(tenants.member(Role.AGENT)), browser(tenants.owner)
    assert agent.post(LOG, form).status_code == 403
    assert AuditEntry.unscoped.filter(action="webhook.replayed").count() == 0
    said = flash_messages(client.post(LOG, form))
    assert said == [
        "2 deliveries are being sent again.",
        "1 not sent again. The delivery is being sent at this moment; look again in a few seconds.",
    ]
    assert AuditEntry.unscoped.filter(action="webhook.replayed").count() == 2
    assert list(Delivery.unscoped.order_by("id").values_list("status", flat=True)) == ["pending", "pending", "sending"]


def test_the_curl_command_repeats_the_request_without_the_secret(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    delivery = delivered(tenants, receiver, make_endpoint(receiver.url()), 404)
    answer = browser(tenants.owner).get(page_url("change", delivery))
    command: str = answer.context["curl"]
    assert escape(command) in answer.content.decode() and "whsec_" not in command
    words = subprocess.run(
        ["sh", "-c", 'curl() { printf "%s\\n" "$@"; }\n' + command], capture_output=True, text=True, check=True
    ).stdout
    attempt = Attempt.unscoped.get()
    assert attempt.url in words and bytes(delivery.event.body).decode() in words
    assert f"X-Signature: {attempt.request_headers['X-Signature']}" in words


@pytest.mark.parametrize("limit", [500, 3])
def test_the_figures_of_an_endpoint_are_those_of_its_last_day(
    tenants: Tenants,
    receiver: Receiver,
    make_endpoint: MakeEndpoint,
    monkeypatch: pytest.MonkeyPatch,
    limit: int,
) -> None:
    endpoint = make_endpoint(receiver.url())
    monkeypatch.setattr(querysets, "MEASURED", limit)
    for number, status in enumerate((500, 200, 200, 200)):
        delivery = delivered(tenants, receiver, endpoint, status)
        Attempt.unscoped.filter(delivery=delivery).update(duration_ms=number * 100)
    old = delivered(tenants, receiver, endpoint, 500)
    Delivery.unscoped.filter(pk=old.pk).update(created_at=clock.now() - timedelta(days=2))
    with CaptureQueriesContext(connection) as queries:
        figures = querysets.performance(tenants.workspace, endpoint)
    assert len(queries.captured_queries) == 2
    of_all = querysets.Performance(attempts=4, accepted=3, p50=200, p95=300, complete=True)
    of_newest = querysets.Performance(attempts=3, accepted=3, p50=200, p95=300, complete=False)
    assert figures == (of_all if limit == 500 else of_newest)
    text = browser(tenants.owner).get(page_url("change", endpoint)).content.decode()
    assert f"{figures.percent}% of {figures.attempts} attempts accepted; answers in 200 ms (median)" in text
    assert ("Of the newest 3 deliveries." in text) is (limit == 3)
