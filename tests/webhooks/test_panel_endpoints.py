"""Settings > Webhooks: endpoints in the panel."""

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crmsolid.core import clock
from crmsolid.events.catalogue import EVENT_TYPES
from crmsolid.workspaces.models import AuditEntry, Job, Role, Workspace
from tests.cast import Cast
from tests.panel import browser
from tests.webhooks.conftest import emit, run_pump
from tests.webhooks.panel import HOME, LIST, LOG, NEW, URL, at, filled, rotation, said, state
from tests.webhooks.receiver import Receiver, answering
from webhooks import services, tasks
from webhooks.models import Delivery, DisabledReason, Endpoint

MakeEndpoint = Callable[..., Endpoint]
POSTS = ("rotate", "test", "enable", "disable", "replay")


def audited() -> list[str]:
    return list(
        AuditEntry.unscoped.filter(action__startswith="webhook.").order_by("id").values_list("action", flat=True)
    )


def test_an_empty_list_says_what_an_endpoint_is_for(cast: Cast) -> None:
    text = browser(cast.owner).get(LIST).content.decode()
    assert "Tell your own systems what happens here" in text and NEW in text
    assert "Nothing has been delivered yet" in browser(cast.owner).get(LOG).content.decode()


def test_the_form_offers_every_event_but_ping_and_ticks_none(cast: Cast) -> None:
    form = browser(cast.owner).get(NEW).context["form"]
    assert [value for value, _ in form.fields["events"].choices] == list(EVENT_TYPES)
    assert form["events"].value() is None and form["which"].value() == "some"


def test_all_events_are_written_out_one_by_one(cast: Cast) -> None:
    client = browser(cast.owner)
    client.post(NEW, filled(client, which="all", events=[]))
    found = Endpoint.objects.for_workspace(cast.workspace).get()
    assert (found.url, found.events, found.enabled) == (URL, list(EVENT_TYPES), True)
    assert "all events" in client.get(LIST).content.decode()
    entry = AuditEntry.objects.for_workspace(cast.workspace).get(action="webhook.created")
    assert (entry.surface, entry.subject_label, entry.target) == ("panel", "owner@acme.example", found.id)


@pytest.mark.parametrize(
    ("change", "field", "told"),
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
def test_a_refused_form_says_so_at_its_field_and_makes_nothing(
    cast: Cast, settings: Any, change: dict[str, Any], field: str, told: str
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False
    client = browser(cast.owner)
    answer = client.post(NEW, filled(client, **change))
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert told.lower() in answer.content.decode().lower()
    if change.get("secret"):
        assert change["secret"] not in answer.content.decode()
    assert (Endpoint.unscoped.count(), audited()) == (0, [])


def test_the_hundred_and_first_endpoint_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_ENDPOINTS", 1)
    client = browser(cast.owner)
    client.post(NEW, filled(client))
    assert "at most 1 endpoints" in client.post(NEW, filled(client)).content.decode()
    assert Endpoint.unscoped.count() == 1


def test_an_endpoint_is_made_on_the_side_that_is_shown(cast: Cast) -> None:
    client = browser(cast.owner, cast.twin)
    assert "for testing" in client.post(NEW, filled(client)).content.decode()
    assert Endpoint.unscoped.get().workspace == cast.twin
    assert URL not in browser(cast.owner).get(LIST).content.decode()
    assert URL in client.get(LIST).content.decode()


def test_editing_shows_what_is_and_keeps_what_is_chosen(cast: Cast, endpoint: MakeEndpoint) -> None:
    found, client = endpoint(URL), browser(cast.owner)
    form = client.get(at("edit", found)).context["form"]
    assert (form["url"].value(), form["which"].value(), form["events"].value()) == (URL, "some", ["contact.created"])
    new = {"url": "https://other.example.com/", "which": "some", "events": ["message.sent"]}
    answer = client.post(at("edit", found), new)
    assert (answer.status_code, answer["Location"]) == (302, at("change", found))
    found.refresh_from_db()
    assert (found.url, found.events) == ("https://other.example.com/", ["message.sent"])
    entry = AuditEntry.unscoped.get(action="webhook.updated")
    assert (entry.data, entry.surface) == ({"fields": ["url", "events"]}, "panel")


@pytest.mark.parametrize(("field", "value"), [("url", "https://127.1/"), ("events", ["nonsense"])])
def test_a_refused_edit_changes_nothing(
    cast: Cast, endpoint: MakeEndpoint, settings: Any, field: str, value: Any
) -> None:
    found, client = endpoint(URL), browser(cast.owner)
    settings.WEBHOOK_ALLOW_PRIVATE = False
    before = state(found)
    form = {"url": "https://new.example.com/", "which": "some", "events": ["message.sent"], field: value}
    answer = client.post(at("edit", found), form)
    assert list(answer.context["form"].errors) == [field]
    assert (state(found), audited()) == (before, ["webhook.created"])


def test_a_test_ping_leads_to_what_the_receiver_answered(
    cast: Cast, receiver: Receiver, endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(200, body=b"thank you")
    found, client = endpoint(receiver.url()), browser(cast.owner)
    answer = client.post(at("test", found))
    ping = Delivery.objects.for_workspace(cast.workspace).get()
    assert (answer.status_code, answer["Location"]) == (302, at("change", ping))
    waiting = client.get(answer["Location"])
    assert waiting["Refresh"] == "2" and "about to be sent" in waiting.content.decode()
    run_pump()
    done = client.get(answer["Location"])
    assert "Refresh" not in done and "thank you" in done.content.decode() and "HTTP 200" in done.content.decode()
    assert [post.path for post in receiver.posts] == ["/hook"]


def test_disabling_stops_the_queue_and_enabling_offers_what_was_missed(
    cast: Cast, receiver: Receiver, endpoint: MakeEndpoint
) -> None:
    receiver.behaviours["/hook"] = answering(500)
    found, client = endpoint(receiver.url()), browser(cast.owner)
    emit(cast.workspace)
    run_pump()
    made = Delivery.unscoped.get().created_at
    assert client.post(at("disable", found))["Location"] == at("change", found)
    found.refresh_from_db()
    assert (found.enabled, found.disabled_reason, Delivery.unscoped.get().status) == (False, "manual", "canceled")
    page = client.get(at("change", found)).content.decode()
    assert "Enable again" in page and "Send a test ping" not in page and "Send all again" not in page
    back = client.post(at("enable", found))["Location"]
    assert back == f"{at('change', found)}?since={made:%Y-%m-%dT%H:%M}#replay"
    form = client.get(back).context["replay_form"]
    assert f"{made:%Y-%m-%dT%H:%M}" in str(form["since"])
    found.refresh_from_db()
    assert found.enabled
    assert audited() == ["webhook.created", "webhook.updated", "webhook.updated"]


@pytest.mark.parametrize("verb", ["test", "replay"])
def test_a_disabled_endpoint_is_sent_nothing(cast: Cast, endpoint: MakeEndpoint, verb: str) -> None:
    found, client = endpoint(URL), browser(cast.owner)
    services.update_endpoint(cast.actor(), found, enabled=False)
    answer = client.post(at(verb, found), {"since": "2026-01-01T00:00"}, follow=True)
    assert "endpoint is disabled; enable it first" in answer.content.decode()
    assert (Delivery.unscoped.count(), Job.unscoped.count()) == (0, 0)
    assert audited() == ["webhook.created", "webhook.updated"]


def test_all_that_failed_is_sent_again_as_a_counted_job(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    receiver.behaviours["/hook"] = answering(500)
    found, client = endpoint(receiver.url()), browser(cast.owner)
    for _ in range(3):
        emit(cast.workspace)
    run_pump()
    Delivery.unscoped.update(status="exhausted", next_attempt_at=None, failures=10)
    receiver.behaviours["/hook"] = answering(200)
    since = clock.now() - timedelta(hours=1)
    answer = client.post(at("replay", found), {"since": f"{since:%Y-%m-%dT%H:%M}"})
    job = Job.objects.for_workspace(cast.workspace).get()
    assert (answer["Location"], job.total, job.state) == (at("change", found), 3, "queued")
    assert (
        len(said(answer)) == 1 and "3 deliveries are being sent again" in said(answer)[0] and job.pk in said(answer)[0]
    )
    tasks.replay()
    run_pump()
    assert set(Delivery.unscoped.filter(event_type="contact.created").values_list("status", flat=True)) == {"succeeded"}
    nothing = client.post(at("replay", found), {"since": f"{clock.now():%Y-%m-%dT%H:%M}"})
    assert "Nothing has failed" in said(nothing)[-1]


@pytest.mark.parametrize(
    "since",
    ["", "yesterday", "2026-13-01T00:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00+14:00", "1999-12-31T00:00"],
)
def test_a_replay_needs_a_time(cast: Cast, endpoint: MakeEndpoint, since: str) -> None:
    found, client = endpoint(URL), browser(cast.owner)
    answer = client.post(at("replay", found), {"since": since})
    assert list(answer.context["replay_form"].errors) == ["since"]
    assert (Job.unscoped.count(), audited()) == (0, ["webhook.created"])


@pytest.mark.parametrize("since", ["", "x", "2026-13-01T00:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"])
def test_a_strange_time_in_the_address_is_passed_over(cast: Cast, endpoint: MakeEndpoint, since: str) -> None:
    answer = browser(cast.owner).get(at("change", endpoint(URL)), {"since": since})
    assert answer.status_code == 200
    proposed = answer.context["replay_form"]["since"].value().replace(tzinfo=UTC)
    assert timedelta(days=1) <= clock.now() - proposed < timedelta(days=1, minutes=1)


def test_deleting_asks_first(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    found, client = endpoint(receiver.url()), browser(cast.owner)
    emit(cast.workspace)
    run_pump()
    log_page = at("change", Delivery.unscoped.get())
    before = state(found)
    assert "Delete this endpoint?" in client.get(at("delete", found)).content.decode()
    assert "Tick the box" in client.post(at("delete", found), {"post": "yes"}).content.decode()
    assert state(found) == before
    answer = client.post(at("delete", found), {"confirm": "on"})
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    found.refresh_from_db()
    assert found.deleted_at is not None and bytes(found.secret) == b""
    assert audited() == ["webhook.created", "webhook.deleted"]
    for gone in (at("change", found), at("edit", found), at("delete", found), at("history", found), log_page):
        assert client.get(gone).status_code == 404
    for verb in POSTS:
        assert client.post(at(verb, found)).status_code == 404
    assert receiver.url() not in client.get(LIST).content.decode() + client.get(LOG).content.decode()


@pytest.mark.parametrize("verb", POSTS)
def test_a_get_changes_nothing_and_a_post_needs_its_token(cast: Cast, endpoint: MakeEndpoint, verb: str) -> None:
    found, client = endpoint(URL), browser(cast.owner)
    form = {**rotation(client, found), "since": "2026-01-01T00:00", "confirm": "on"}
    before = state(found)
    assert client.get(at(verb, found)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.owner)
    for address in (at(verb, found), at("edit", found), at("delete", found)):
        assert strict.post(address, form).status_code == 403
    assert strict.post(NEW, filled(client)).status_code == 403
    assert client.post(at("change", found), {"url": "https://x.example.com/"}).status_code == 405
    client.post(LIST, {"action": "delete_selected", "_selected_action": [found.pk], "post": "yes"})
    assert (state(found), audited()) == (before, ["webhook.created"])
    assert (Endpoint.unscoped.count(), Delivery.unscoped.count(), Job.unscoped.count()) == (1, 0, 0)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_settings_are_for_admins_and_owners(cast: Cast, endpoint: MakeEndpoint, role: Role) -> None:
    found, client = endpoint(URL), browser(cast.member(role))
    form = {**rotation(browser(cast.owner), found), "since": "2026-01-01T00:00", "confirm": "on"}
    before, pages = state(found), [LIST, NEW, LOG, at("change", found), at("edit", found), at("delete", found)]
    assert "Webhooks" not in client.get(HOME).content.decode()
    assert [client.get(page).status_code for page in pages] == [403] * len(pages)
    assert [client.post(at(verb, found), form).status_code for verb in (*POSTS, "edit", "delete")] == [403] * 7
    assert client.post(NEW, filled(browser(cast.owner))).status_code == 403
    assert (state(found), audited()) == (before, ["webhook.created"])
    assert (Endpoint.unscoped.count(), Delivery.unscoped.count(), Job.unscoped.count()) == (1, 0, 0)


@pytest.mark.parametrize("place", ["other", "twin"])
def test_another_workspaces_endpoint_is_not_there(cast: Cast, endpoint: MakeEndpoint, place: str) -> None:
    foreign: Workspace = getattr(cast, place)
    found, client = endpoint(URL, workspace=foreign), browser(cast.owner)
    before = state(found)
    form = {"replaces": services.secret_mark(found), "overlap": "0", "since": "2026-01-01T00:00", "confirm": "on"}
    assert [client.post(at(verb, found), form).status_code for verb in POSTS] == [404] * len(POSTS)
    for verb in ("edit", "delete", "change", "history"):
        answer = client.get(at(verb, found))
        assert answer.status_code == 404 and URL not in answer.content.decode()
    edit = {"url": "https://taken.example.com/", "which": "all"}
    assert [client.post(at(verb, found), {**edit, **form}).status_code for verb in ("edit", "delete")] == [404, 404]
    assert (state(found), Delivery.unscoped.count(), Job.unscoped.count()) == (before, 0, 0)
    assert audited() == ["webhook.created"]


def test_an_expired_workspace_reads_and_changes_nothing(cast: Cast, endpoint: MakeEndpoint) -> None:
    found, client = endpoint(URL), browser(cast.owner)
    form = {**rotation(client, found), "confirm": "on"}
    Workspace.objects.filter(pk=cast.workspace.pk).update(plan="trial", trial_ends_at=clock.now() - timedelta(days=1))
    page = client.get(at("change", found))
    assert page.status_code == 200
    assert "Send a test ping" not in page.content.decode() and "Replace the secret" not in page.content.decode()
    before = state(found)
    assert [client.post(at(verb, found), form).status_code for verb in (*POSTS, "edit", "delete")] == [403] * 7
    assert client.get(NEW).status_code == 403
    assert (state(found), Delivery.unscoped.count()) == (before, 0)


def test_the_list_tells_how_each_endpoint_stands(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    receiver.behaviours["/bad"] = answering(503)
    bad = endpoint(receiver.url("/bad"))
    endpoint(receiver.url("/good"))
    endpoint(receiver.url("/new"), events=("message.sent",))
    off = endpoint(receiver.url("/off"))
    Endpoint.unscoped.filter(pk=off.pk).update(
        enabled=False, disabled_reason=DisabledReason.GONE, disabled_at=clock.now()
    )
    emit(cast.workspace)
    run_pump()
    rows = {row.url.rpartition("/")[2]: row for row in browser(cast.owner).get(LIST).context["cl"].result_list}
    assert {name: (row.last_status, row.last_answer) for name, row in rows.items()} == {
        "bad": ("failed", 503),
        "good": ("succeeded", 200),
        "new": (None, None),
        "off": (None, None),
    }
    text = browser(cast.owner).get(LIST).content.decode()
    assert "Failed, will retry (HTTP 503)" in text and "Succeeded (HTTP 200)" in text and "None yet" in text
    bad.refresh_from_db()
    assert f"{bad.failing_since:%d %b %Y %H:%M} UTC" in text


def test_no_page_asks_a_query_for_each_row(cast: Cast, receiver: Receiver, endpoint: MakeEndpoint) -> None:
    """The same number of statements with one endpoint and delivery as with several, some of them in trouble."""
    receiver.behaviours["/hook"] = answering(500)
    found, client = endpoint(receiver.url()), browser(cast.owner)
    emit(cast.workspace)
    run_pump()

    def counts() -> dict[str, int]:
        counted = {}
        for name, address in {"list": LIST, "log": LOG, "home": HOME, "page": at("change", found)}.items():
            client.get(address)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counted[name] = len(captured)
        return counted

    few = counts()
    for _ in range(4):
        endpoint(receiver.url())
        emit(cast.workspace)
    run_pump()
    assert Delivery.unscoped.count() > 5
    assert counts() == few
    assert (few["list"], few["log"], few["page"]) == (5, 6, 6)


def test_the_history_is_the_audit_log(cast: Cast, endpoint: MakeEndpoint) -> None:
    found, client = endpoint(URL), browser(cast.owner)
    client.post(at("disable", found))
    text = client.get(at("history", found)).content.decode()
    assert "webhook.created" in text and "webhook.updated" in text and "enabled" in text
