"""Settings > Webhooks: endpoints in the panel."""

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crmsolid.core import clock
from crmsolid.events.catalogue import subscribable_names, wildcards
from crmsolid.jobs import runner
from crmsolid.jobs.models import Job
from crmsolid.workspaces.models import AuditEntry, Role, Workspace
from tests.panel import browser, flash_messages
from tests.tenants import Tenants
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.panel.pages import HOME, LIST, LOG, NEW, URL, columns, new_endpoint_form, page_url, rotation_form
from tests.webhooks.receiver import Receiver, answering
from webhooks import services
from webhooks.models import Delivery, DisabledReason, Endpoint

MakeEndpoint = Callable[..., Endpoint]
POSTS = ("rotate", "test", "enable", "disable", "replay")


def audited() -> list[str]:
    return list(
        AuditEntry.unscoped.filter(action__startswith="webhook.").order_by("id").values_list("action", flat=True)
    )


def test_an_empty_list_explains_endpoints(tenants: Tenants) -> None:
    text = browser(tenants.owner).get(LIST).content.decode()
    assert "Tell your own systems what happens here" in text and NEW in text
    assert "Nothing has been delivered yet" in browser(tenants.owner).get(LOG).content.decode()


def test_the_form_offers_every_event_type_except_ping_and_each_wildcard(tenants: Tenants) -> None:
    form = browser(tenants.owner).get(NEW).context["form"]
    offered = [value for value, _ in form.fields["events"].choices]
    assert offered == sorted([*subscribable_names(), *wildcards()])
    assert offered[:2] == ["account.*", "account.state_changed"]
    assert form["events"].value() is None and form["which"].value() == "some"


def test_all_events_are_those_that_are_added_later_too(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    client.post(NEW, new_endpoint_form(client, which="all", events=[]))
    endpoint = Endpoint.objects.for_workspace(tenants.workspace).get()
    assert (endpoint.url, endpoint.events, endpoint.enabled) == (URL, ["*"], True)
    assert "all events" in client.get(LIST).content.decode()
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="webhook.created")
    assert (entry.surface, entry.subject_label, entry.target) == ("panel", "owner@acme.example", endpoint.id)


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"url": ""}, "url", "Give the address of your receiver."),
        ({"url": "ftp://example.com/"}, "url", "The address must start with https://."),
        ({"url": "http://example.com/"}, "url", "The address must start with https://."),
        ({"url": "https://10.0.0.1/"}, "url", "must be reachable from the public internet"),
        ({"url": "https://2130706433/"}, "url", "four decimal numbers"),
        ({"url": "https://user:pass@example.com/"}, "url", "must not contain a user name or password"),
        ({"url": f"https://example.com/{'x' * 2048}"}, "url", "longer than 2048 characters"),
        ({"events": []}, "events", "name at least one event type"),
        ({"events": ["contact.exploded"]}, "events", "&#x27;contact.exploded&#x27; is none of"),
        ({"events": ["ping"]}, "events", "&#x27;ping&#x27; is none of"),
        ({"which": "most"}, "which", "most is not one of the available choices"),
        ({"secret": "with space"}, "secret", "visible characters only"),
        ({"secret": "x" * 256}, "secret", "1 to 255 characters"),
        ({"once": "forged"}, "once", "This page is too old."),
    ],
)
def test_an_invalid_form_shows_the_error_at_its_field_and_creates_nothing(
    tenants: Tenants, settings: Any, change: dict[str, Any], field: str, message: str
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False
    client = browser(tenants.owner)
    response = client.post(NEW, new_endpoint_form(client, **change))
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert message.lower() in response.content.decode().lower()
    if change.get("secret"):
        assert change["secret"] not in response.content.decode()
    assert (Endpoint.unscoped.count(), audited()) == (0, [])


def test_too_many_endpoints_are_refused(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_ENDPOINTS", 1)
    client = browser(tenants.owner)
    client.post(NEW, new_endpoint_form(client))
    assert "at most 1 endpoints" in client.post(NEW, new_endpoint_form(client)).content.decode()
    assert Endpoint.unscoped.count() == 1


def test_an_endpoint_is_created_in_the_shown_workspace(tenants: Tenants) -> None:
    client = browser(tenants.owner, tenants.twin)
    assert "for testing" in client.post(NEW, new_endpoint_form(client)).content.decode()
    assert Endpoint.unscoped.get().workspace == tenants.twin
    assert URL not in browser(tenants.owner).get(LIST).content.decode()
    assert URL in client.get(LIST).content.decode()


def test_the_edit_form_shows_and_saves_the_values(tenants: Tenants, make_endpoint: MakeEndpoint) -> None:
    endpoint, client = make_endpoint(URL), browser(tenants.owner)
    form = client.get(page_url("edit", endpoint)).context["form"]
    assert (form["url"].value(), form["which"].value(), form["events"].value()) == (URL, "some", ["contact.created"])
    new = {"url": "https://other.example.com/", "which": "some", "events": ["message.sent"]}
    response = client.post(page_url("edit", endpoint), new)
    assert (response.status_code, response["Location"]) == (302, page_url("change", endpoint))
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.events) == ("https://other.example.com/", ["message.sent"])
    entry = AuditEntry.unscoped.get(action="webhook.updated")
    assert (entry.data, entry.surface) == ({"fields": ["url", "events"]}, "panel")


@pytest.mark.parametrize(("field", "value"), [("url", "https://127.1/"), ("events", ["nonsense"])])
def test_an_invalid_edit_changes_nothing(
    tenants: Tenants, make_endpoint: MakeEndpoint, settings: Any, field: str, value: Any
) -> None:
    endpoint, client = make_endpoint(URL), browser(tenants.owner)
    settings.WEBHOOK_ALLOW_PRIVATE = False
    before = columns(endpoint)
    form = {"url": "https://new.example.com/", "which": "some", "events": ["message.sent"], field: value}
    response = client.post(page_url("edit", endpoint), form)
    assert list(response.context["form"].errors) == [field]
    assert (columns(endpoint), audited()) == (before, ["webhook.created"])


def test_a_test_ping_redirects_to_its_delivery(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(200, body=b"thank you")
    endpoint, client = make_endpoint(receiver.url()), browser(tenants.owner)
    response = client.post(page_url("test", endpoint))
    ping = Delivery.objects.for_workspace(tenants.workspace).get()
    assert (response.status_code, response["Location"]) == (302, page_url("change", ping))
    waiting = client.get(response["Location"])
    assert waiting["Refresh"] == "2" and "about to be sent" in waiting.content.decode()
    run_pump()
    done = client.get(response["Location"])
    assert "Refresh" not in done and "thank you" in done.content.decode() and "HTTP 200" in done.content.decode()
    assert [post.path for post in receiver.posts] == ["/hook"]


def test_disabling_cancels_the_queue_and_enabling_offers_a_replay(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(500)
    endpoint, client = make_endpoint(receiver.url()), browser(tenants.owner)
    emit(tenants.workspace)
    run_pump()
    made = Delivery.unscoped.get().created_at
    assert client.post(page_url("disable", endpoint))["Location"] == page_url("change", endpoint)
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.disabled_reason, Delivery.unscoped.get().status) == (False, "manual", "canceled")
    page = client.get(page_url("change", endpoint)).content.decode()
    assert "Enable again" in page and "Send a test ping" not in page and "Send all again" not in page
    back = client.post(page_url("enable", endpoint))["Location"]
    assert back == f"{page_url('change', endpoint)}?since={made:%Y-%m-%dT%H:%M}#replay"
    form = client.get(back).context["replay_form"]
    assert f"{made:%Y-%m-%dT%H:%M}" in str(form["since"])
    endpoint.refresh_from_db()
    assert endpoint.enabled
    assert audited() == ["webhook.created", "webhook.updated", "webhook.updated"]


@pytest.mark.parametrize("verb", ["test", "replay"])
def test_a_disabled_endpoint_refuses_ping_and_replay(tenants: Tenants, make_endpoint: MakeEndpoint, verb: str) -> None:
    endpoint, client = make_endpoint(URL), browser(tenants.owner)
    services.update_endpoint(tenants.actor(), endpoint.pk, enabled=False)
    response = client.post(page_url(verb, endpoint), {"since": "2026-01-01T00:00"}, follow=True)
    assert "endpoint is disabled; enable it first" in response.content.decode()
    assert (Delivery.unscoped.count(), Job.unscoped.count()) == (0, 0)
    assert audited() == ["webhook.created", "webhook.updated"]


def test_replay_starts_a_job_and_shows_its_total(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(500)
    endpoint, client = make_endpoint(receiver.url()), browser(tenants.owner)
    for _ in range(3):
        emit(tenants.workspace)
    run_pump()
    Delivery.unscoped.update(status="exhausted", next_attempt_at=None, failures=10)
    receiver.behaviours["/hook"] = answering(200)
    since = clock.now() - timedelta(hours=1)
    response = client.post(page_url("replay", endpoint), {"since": f"{since:%Y-%m-%dT%H:%M}"})
    job = Job.objects.for_workspace(tenants.workspace).get()
    assert (response["Location"], job.total, job.state) == (page_url("change", endpoint), 3, "queued")
    [message] = flash_messages(response)
    assert "3 deliveries are being sent again" in message and job.pk in message
    runner.run_due()
    run_pump()
    assert set(Delivery.unscoped.filter(event_type="contact.created").values_list("status", flat=True)) == {"succeeded"}
    nothing = client.post(page_url("replay", endpoint), {"since": f"{clock.now():%Y-%m-%dT%H:%M}"})
    assert "Nothing has failed" in flash_messages(nothing)[-1]


@pytest.mark.parametrize(
    "since",
    ["", "yesterday", "2026-13-01T00:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00+14:00", "1999-12-31T00:00"],
)
def test_a_replay_needs_a_valid_time(tenants: Tenants, make_endpoint: MakeEndpoint, since: str) -> None:
    endpoint, client = make_endpoint(URL), browser(tenants.owner)
    response = client.post(page_url("replay", endpoint), {"since": since})
    assert list(response.context["replay_form"].errors) == ["since"]
    assert (Job.unscoped.count(), audited()) == (0, ["webhook.created"])


@pytest.mark.parametrize("since", ["", "x", "2026-13-01T00:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"])
def test_an_invalid_time_in_the_query_is_ignored(tenants: Tenants, make_endpoint: MakeEndpoint, since: str) -> None:
    response = browser(tenants.owner).get(page_url("change", make_endpoint(URL)), {"since": since})
    assert response.status_code == 200
    proposed = response.context["replay_form"]["since"].value().replace(tzinfo=UTC)
    assert timedelta(days=1) <= clock.now() - proposed < timedelta(days=1, minutes=1)


def test_deleting_asks_for_confirmation(tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint) -> None:
    endpoint, client = make_endpoint(receiver.url()), browser(tenants.owner)
    emit(tenants.workspace)
    run_pump()
    log_page = page_url("change", Delivery.unscoped.get())
    before = columns(endpoint)
    assert "Delete this endpoint?" in client.get(page_url("delete", endpoint)).content.decode()
    assert "Tick the box" in client.post(page_url("delete", endpoint), {"post": "yes"}).content.decode()
    assert columns(endpoint) == before
    response = client.post(page_url("delete", endpoint), {"confirm": "on"})
    assert (response.status_code, response["Location"]) == (302, LIST)
    endpoint.refresh_from_db()
    assert endpoint.deleted_at is not None and bytes(endpoint.secret) == b""
    assert audited() == ["webhook.created", "webhook.deleted"]
    for address in (*(page_url(view, endpoint) for view in ("change", "edit", "delete", "history")), log_page):
        assert client.get(address).status_code == 404
    for verb in POSTS:
        assert client.post(page_url(verb, endpoint)).status_code == 404
    assert receiver.url() not in client.get(LIST).content.decode() + client.get(LOG).content.decode()


@pytest.mark.parametrize("verb", POSTS)
def test_get_changes_nothing_and_post_needs_a_csrf_token(
    tenants: Tenants, make_endpoint: MakeEndpoint, verb: str
) -> None:
    endpoint, client = make_endpoint(URL), browser(tenants.owner)
    form = {**rotation_form(client, endpoint), "since": "2026-01-01T00:00", "confirm": "on"}
    before = columns(endpoint)
    assert client.get(page_url(verb, endpoint)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(tenants.owner)
    for address in (page_url(verb, endpoint), page_url("edit", endpoint), page_url("delete", endpoint)):
        assert strict.post(address, form).status_code == 403
    assert strict.post(NEW, new_endpoint_form(client)).status_code == 403
    assert client.post(page_url("change", endpoint), {"url": "https://x.example.com/"}).status_code == 405
    client.post(LIST, {"action": "delete_selected", "_selected_action": [endpoint.pk], "post": "yes"})
    assert (columns(endpoint), audited()) == (before, ["webhook.created"])
    assert (Endpoint.unscoped.count(), Delivery.unscoped.count(), Job.unscoped.count()) == (1, 0, 0)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_only_admins_and_owners_see_and_change_endpoints(
    tenants: Tenants, make_endpoint: MakeEndpoint, role: Role
) -> None:
    endpoint, client = make_endpoint(URL), browser(tenants.member(role))
    form = {**rotation_form(browser(tenants.owner), endpoint), "since": "2026-01-01T00:00", "confirm": "on"}
    before, pages = (
        columns(endpoint),
        [LIST, NEW, LOG, page_url("change", endpoint), page_url("edit", endpoint), page_url("delete", endpoint)],
    )
    assert "Webhooks" not in client.get(HOME).content.decode()
    assert [client.get(page).status_code for page in pages] == [403] * len(pages)
    assert [client.post(page_url(verb, endpoint), form).status_code for verb in (*POSTS, "edit", "delete")] == [403] * 7
    assert client.post(NEW, new_endpoint_form(browser(tenants.owner))).status_code == 403
    assert (columns(endpoint), audited()) == (before, ["webhook.created"])
    assert (Endpoint.unscoped.count(), Delivery.unscoped.count(), Job.unscoped.count()) == (1, 0, 0)


@pytest.mark.parametrize("owner", ["other", "twin"])
def test_an_endpoint_of_another_workspace_is_not_found(
    tenants: Tenants, make_endpoint: MakeEndpoint, owner: str
) -> None:
    foreign: Workspace = getattr(tenants, owner)
    endpoint, client = make_endpoint(URL, workspace=foreign), browser(tenants.owner)
    before = columns(endpoint)
    form = {
        "replaces": services.secret_fingerprint(endpoint),
        "overlap": "0",
        "since": "2026-01-01T00:00",
        "confirm": "on",
    }
    assert [client.post(page_url(verb, endpoint), form).status_code for verb in POSTS] == [404] * len(POSTS)
    for verb in ("edit", "delete", "change", "history"):
        response = client.get(page_url(verb, endpoint))
        assert response.status_code == 404 and URL not in response.content.decode()
    edit = {"url": "https://taken.example.com/", "which": "all"}
    assert [client.post(page_url(verb, endpoint), {**edit, **form}).status_code for verb in ("edit", "delete")] == [
        404,
        404,
    ]
    assert (columns(endpoint), Delivery.unscoped.count(), Job.unscoped.count()) == (before, 0, 0)
    assert audited() == ["webhook.created"]


def test_an_expired_workspace_can_only_read(tenants: Tenants, make_endpoint: MakeEndpoint) -> None:
    endpoint, client = make_endpoint(URL), browser(tenants.owner)
    form = {**rotation_form(client, endpoint), "confirm": "on"}
    Workspace.objects.filter(pk=tenants.workspace.pk).update(
        plan="trial", trial_ends_at=clock.now() - timedelta(days=1)
    )
    page = client.get(page_url("change", endpoint))
    assert page.status_code == 200
    assert "Send a test ping" not in page.content.decode() and "Replace the secret" not in page.content.decode()
    before = columns(endpoint)
    assert [client.post(page_url(verb, endpoint), form).status_code for verb in (*POSTS, "edit", "delete")] == [403] * 7
    assert client.get(NEW).status_code == 403
    assert (columns(endpoint), Delivery.unscoped.count()) == (before, 0)


def test_the_list_shows_the_last_delivery_of_each_endpoint(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/bad"] = answering(503)
    bad = make_endpoint(receiver.url("/bad"))
    make_endpoint(receiver.url("/good"))
    make_endpoint(receiver.url("/new"), events=("message.sent",))
    off = make_endpoint(receiver.url("/off"))
    Endpoint.unscoped.filter(pk=off.pk).update(
        enabled=False, disabled_reason=DisabledReason.GONE, disabled_at=clock.now()
    )
    emit(tenants.workspace)
    run_pump()
    rows = {row.url.rpartition("/")[2]: row for row in browser(tenants.owner).get(LIST).context["cl"].result_list}
    assert {name: (row.last_status, row.last_answer) for name, row in rows.items()} == {
        "bad": ("failed", 503),
        "good": ("succeeded", 200),
        "new": (None, None),
        "off": (None, None),
    }
    text = browser(tenants.owner).get(LIST).content.decode()
    assert "Failed, will retry (HTTP 503)" in text and "Succeeded (HTTP 200)" in text and "None yet" in text
    bad.refresh_from_db()
    assert f">{bad.failing_since:%-d %b %Y %H:%M}</time>" in text


def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint
) -> None:
    """With one failing endpoint and delivery, and with several."""
    receiver.behaviours["/hook"] = answering(500)
    endpoint, client = make_endpoint(receiver.url()), browser(tenants.owner)
    emit(tenants.workspace)
    run_pump()

    def counts() -> dict[str, int]:
        counted = {}
        for name, address in {"list": LIST, "log": LOG, "home": HOME, "page": page_url("change", endpoint)}.items():
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counted[name] = len(captured)
        return counted

    few = counts()
    for _ in range(4):
        make_endpoint(receiver.url())
        emit(tenants.workspace)
    run_pump()
    assert Delivery.unscoped.count() > 5
    assert counts() == few
    assert (few["list"], few["log"], few["page"]) == (7, 9, 10)


def test_the_history_shows_the_audit_log(tenants: Tenants, make_endpoint: MakeEndpoint) -> None:
    endpoint, client = make_endpoint(URL), browser(tenants.owner)
    client.post(page_url("disable", endpoint))
    text = client.get(page_url("history", endpoint)).content.decode()
    assert "added the webhook" in text and "changed the webhook" in text and "Changed: enabled" in text
