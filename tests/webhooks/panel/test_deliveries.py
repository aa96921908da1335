"""Settings > Deliveries: the log in the panel."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crmsolid.core import clock
from crmsolid.events.positions import assign_positions
from crmsolid.workspaces.models import AuditEntry, Role, Workspace
from tests.panel import browser, flash_messages
from tests.tenants import Tenants
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.panel.pages import LOG, URL, page_url
from tests.webhooks.receiver import Receiver, answering
from webhooks import erasure, services
from webhooks.models import Attempt, Delivery, Endpoint

MakeEndpoint = Callable[..., Endpoint]


def one_delivery(tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint, status: int = 500) -> Delivery:
    """A delivery with one attempt, which was answered with this status."""
    receiver.behaviours["/hook"] = answering(status, {"X-Why": "because"}, "Ответ <b>".encode())
    make_endpoint(receiver.url())
    emit(tenants.workspace, contact_id="con_1")
    run_pump()
    return Delivery.unscoped.get()


def columns(delivery: Delivery) -> dict[str, Any]:
    return dict(Delivery.unscoped.filter(pk=delivery.pk).values().get())


def test_the_page_shows_the_body_and_every_attempt(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    delivery, client = one_delivery(tenants, receiver, make_endpoint), browser(tenants.owner)
    text = client.get(page_url("change", delivery)).content.decode()
    attempt = Attempt.unscoped.get()
    assert "Мария 😀" in text and "contact.created" in text and delivery.event_id in text
    assert f"{attempt.duration_ms} ms" in text and "HTTP 500" in text
    assert attempt.request_headers["X-Signature"] in text and "webhook-timestamp" in text
    assert "Ответ &lt;b&gt;" in text and "<b>" not in text
    assert "The next attempt is at" in text


def test_the_page_of_an_attempt_says_what_it_is_and_how_much_of_the_answer_is_kept(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    one_delivery(tenants, receiver, make_endpoint)
    address = reverse("admin:webhooks_attempt_change", args=[Attempt.unscoped.get().pk])
    client = browser(tenants.owner)
    for truncated, words in ((False, "All of it"), (True, "Its beginning: it was longer")):
        Attempt.unscoped.update(answer_truncated=truncated)
        text = client.get(address).content.decode()
        assert "Attempt 1 of contact.created" in text and words in text and "icon-no" not in text


def test_the_pages_of_a_delivery_and_its_event_show_the_request_id(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    make_endpoint(receiver.url())
    emit(tenants.workspace, request_id="req-of-the-call")
    run_pump()
    delivery, client = Delivery.unscoped.get(), browser(tenants.owner)
    event_page = reverse("admin:events_event_change", args=[delivery.event_id])
    for address in (page_url("change", delivery), event_page):
        assert "req-of-the-call" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("error", "words"), [("timeout", "No complete answer within 10 seconds"), ("lost", "ended before it recorded")]
)
def test_the_page_says_why_an_attempt_has_no_answer(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint, error: str, words: str
) -> None:
    delivery = one_delivery(tenants, receiver, make_endpoint)
    Attempt.unscoped.update(error=error, status=None)
    assert words in browser(tenants.owner).get(page_url("change", delivery)).content.decode()


def test_the_page_explains_every_status_and_reason(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    delivery, client = one_delivery(tenants, receiver, make_endpoint, 200), browser(tenants.owner)
    done = {"next_attempt_at": None, "lease": "", "lease_until": None, "reason": ""}
    explained: list[tuple[dict[str, Any], str]] = [
        ({"status": "succeeded"}, "The receiver has accepted it."),
        ({"status": "pending", "next_attempt_at": clock.now()}, "about to be sent"),
        ({"status": "sending", "lease": "x", "lease_until": clock.now()}, "being sent at this moment"),
        ({"status": "failed", "next_attempt_at": clock.now()}, "The next attempt is at"),
        ({"status": "exhausted"}, "not tried again automatically"),
        ({"status": "canceled", "reason": "endpoint_disabled"}, "Its endpoint was disabled"),
        ({"status": "canceled", "reason": "erased"}, "was erased before"),
    ]
    for fields, words in explained:
        Delivery.unscoped.update(**{**done, **fields})
        assert words in client.get(page_url("change", delivery)).content.decode(), fields


def test_the_page_reloads_itself_for_one_minute_at_most(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    delivery, client = one_delivery(tenants, receiver, make_endpoint), browser(tenants.owner)
    for age, reloads in [(timedelta(seconds=5), True), (timedelta(minutes=2), False)]:
        Delivery.unscoped.update(status="pending", next_attempt_at=clock.now() - age)
        assert ("Refresh" in client.get(page_url("change", delivery))) is reloads


def test_only_the_latest_attempts_are_read(tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint) -> None:
    delivery, client = one_delivery(tenants, receiver, make_endpoint), browser(tenants.owner)
    parents = {"workspace": tenants.workspace, "delivery": delivery}
    Attempt.unscoped.bulk_create(Attempt(number=number, status=500, **parents) for number in range(2, 62))
    with CaptureQueriesContext(connection) as many:
        response = client.get(page_url("change", delivery))
    shown = [attempt["row"].number for attempt in response.context["attempts"]]
    assert shown == list(range(61, 11, -1))
    assert "Only the latest 50 are shown" in response.content.decode()
    Attempt.unscoped.filter(number__gt=1).delete()
    with CaptureQueriesContext(connection) as one:
        client.get(page_url("change", delivery))
    assert len(many) == len(one) <= 7


def test_replay_sends_the_same_delivery_again(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    delivery, client = one_delivery(tenants, receiver, make_endpoint), browser(tenants.owner)
    Delivery.unscoped.update(status="exhausted", next_attempt_at=None, failures=10)
    response = client.post(page_url("replay", delivery))
    assert (response.status_code, response["Location"]) == (302, page_url("change", delivery))
    assert flash_messages(response) == ["It is being sent again, with the same bytes and id."]
    run_pump()
    first, second = receiver.posts
    assert first.body == second.body
    assert sorted(Attempt.unscoped.values_list("number", flat=True)) == [1, 2]
    entry = AuditEntry.unscoped.get(action="webhook.replayed")
    assert (entry.target, entry.surface) == (delivery.pk, "panel")


@pytest.mark.parametrize("case", ["erased", "sending", "disabled"])
def test_a_refused_replay_shows_the_reason_and_changes_nothing(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint, case: str
) -> None:
    delivery, client = one_delivery(tenants, receiver, make_endpoint), browser(tenants.owner)
    if case == "erased":
        erasure.erase(tenants.workspace.pk, "con_1")
    elif case == "sending":
        Delivery.unscoped.update(status="sending", lease="x", lease_until=clock.now(), next_attempt_at=None)
    else:
        services.update_endpoint(tenants.actor(), delivery.endpoint.pk, enabled=False)
    before = columns(delivery)
    response = client.post(page_url("replay", delivery), follow=True)
    words = {"erased": "has been erased", "sending": "being sent at this moment;", "disabled": "enable it first"}
    assert [words[case] in str(message) for message in response.context["messages"]] == [True]
    assert columns(delivery) == before
    assert not AuditEntry.unscoped.filter(action="webhook.replayed").exists()
    page = response.content.decode()
    assert "disabled><svg" in page  # the Replay button
    assert ("Мария" in page) is (case != "erased")


def listed(client: Client, query: str) -> set[str]:
    """The ids of the deliveries that the list shows for this query."""
    return {delivery.pk for delivery in client.get(f"{LOG}?{query}").context["cl"].result_list}


def test_the_list_is_filtered_by_endpoint_type_status_and_time(tenants: Tenants, make_endpoint: MakeEndpoint) -> None:
    first, second = make_endpoint(URL), make_endpoint(f"{URL}/2", events=("contact.created", "message.sent"))
    gone = make_endpoint(f"{URL}/gone", events=("message.failed",))
    theirs = make_endpoint(URL, workspace=tenants.other)
    emit(tenants.workspace)
    emit(tenants.workspace, type="message.sent")
    emit(tenants.workspace, type="message.failed")
    emit(tenants.other)
    assign_positions()
    services.delete_endpoint(tenants.actor(), gone.pk)
    client = browser(tenants.owner)
    rows = Delivery.objects.for_workspace(tenants.workspace).exclude(endpoint=gone)
    by_type = {(d.endpoint_id, d.event_type): d.pk for d in rows}
    a, b = by_type[first.pk, "contact.created"], by_type[second.pk, "contact.created"]
    c = by_type[second.pk, "message.sent"]
    Delivery.unscoped.filter(pk=a).update(created_at=clock.now() - timedelta(hours=3))
    Delivery.unscoped.filter(pk=b).update(status="exhausted", next_attempt_at=None)
    assert listed(client, "") == {a, b, c}
    assert listed(client, f"endpoint__id__exact={second.pk}") == {b, c}
    assert (
        listed(client, f"endpoint__id__exact={theirs.pk}") == listed(client, f"endpoint__id__exact={gone.pk}") == set()
    )
    assert listed(client, "event_type=message.sent") == {c}
    assert listed(client, "status=exhausted") == {b}
    assert listed(client, "made=1h") == {b, c}
    assert listed(client, "made=24h&status=pending") == {a, c}
    text = client.get(LOG).content.decode()
    assert f"{URL}/gone" not in text
    for probe in ("endpoint__secret__gt=a", "event__body__contains=x", "workspace__slug=acme"):
        assert client.get(f"{LOG}?{probe}").status_code == 400


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_only_admins_and_owners_see_deliveries(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint, role: Role
) -> None:
    delivery, client = one_delivery(tenants, receiver, make_endpoint), browser(tenants.member(role))
    before = columns(delivery)
    assert [client.get(address).status_code for address in (LOG, page_url("change", delivery))] == [403, 403]
    assert client.post(page_url("replay", delivery)).status_code == 403
    assert columns(delivery) == before


@pytest.mark.parametrize("owner", ["other", "twin"])
def test_a_delivery_of_another_workspace_is_not_found(
    tenants: Tenants, make_endpoint: MakeEndpoint, owner: str
) -> None:
    foreign: Workspace = getattr(tenants, owner)
    make_endpoint(URL, workspace=foreign)
    emit(foreign)
    assign_positions()
    delivery, client = Delivery.unscoped.get(), browser(tenants.owner)
    before = columns(delivery)
    assert client.post(page_url("replay", delivery)).status_code == 404
    assert client.get(page_url("change", delivery)).status_code == 404
    assert URL not in client.get(LOG).content.decode()
    assert columns(delivery) == before


def test_replay_needs_a_post_with_a_csrf_token(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    delivery, client = one_delivery(tenants, receiver, make_endpoint), browser(tenants.owner)
    before = columns(delivery)
    assert client.get(page_url("replay", delivery)).status_code == 405
    assert client.post(page_url("change", delivery), {"status": "pending"}).status_code == 405
    assert client.post(page_url("delete", delivery), {"post": "yes"}).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(tenants.owner)
    assert strict.post(page_url("replay", delivery)).status_code == 403
    assert columns(delivery) == before
