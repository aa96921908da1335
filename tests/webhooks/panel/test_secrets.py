"""Secrets in the panel: shown once, and rotated with an overlap."""

import html
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from crmsolid.core import clock
from crmsolid.workspaces.models import AuditEntry, Role
from tests.panel import browser, flash_messages, moment
from tests.tenants import Tenants
from tests.webhooks.conftest import SECRET, emit, run_pump
from tests.webhooks.panel.pages import (
    HOME,
    LIST,
    NEW,
    URL,
    columns,
    new_endpoint_form,
    page_url,
    rotation_form,
    shown_secret,
)
from tests.webhooks.receiver import Receiver, answering
from tests.webhooks.secrets import standard_form
from webhooks.delivery import signing
from webhooks.models import Attempt, Endpoint
from webhooks.secrets import EndpointSecrets

MakeEndpoint = Callable[..., Endpoint]


def test_a_generated_secret_is_shown_and_signs(tenants: Tenants, receiver: Receiver) -> None:
    client = browser(tenants.owner)
    response = client.post(NEW, new_endpoint_form(client, url=receiver.url()))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"] and response["Referrer-Policy"] == "no-referrer"
    secret = shown_secret(response)
    assert standard_form(secret) == secret  # a Standard Webhooks library takes it unchanged
    assert EndpointSecrets.of(Endpoint.unscoped.get()).current == secret
    emit(tenants.workspace)
    run_pump()
    assert receiver.posts[0].headers["x-signature"] == signing.body_signature(secret, receiver.posts[0].body)


def places_showing(client: Client, endpoint: Endpoint, secret: str) -> list[str]:
    """The pages, and the other places, that contain the secret."""
    pages = [HOME, LIST, NEW, *(page_url(verb, endpoint) for verb in ("change", "edit", "delete", "history"))]
    places = [page for page in pages if secret in client.get(page).content.decode()]
    places += ["session" for row in Session.objects.all() if secret in str(row.get_decoded())]
    places += ["audit" for row in AuditEntry.unscoped.all() if secret in str(row.__dict__)]
    return places + (["cookies"] if secret in str(client.cookies) else [])


def test_a_generated_secret_appears_nowhere_else(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    first = shown_secret(client.post(NEW, new_endpoint_form(client)))
    endpoint = Endpoint.unscoped.get()
    assert places_showing(client, endpoint, first) == []
    second = shown_secret(client.post(page_url("rotate", endpoint), rotation_form(client, endpoint)))
    assert first != second
    assert places_showing(client, endpoint, first) + places_showing(client, endpoint, second) == []


def test_a_chosen_secret_is_never_shown(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    response = client.post(NEW, new_endpoint_form(client, secret="chosen-one"))
    endpoint = Endpoint.unscoped.get()
    assert (response.status_code, response["Location"]) == (302, page_url("change", endpoint))
    assert flash_messages(response) == ["The endpoint is ready. It signs with the secret that you chose."]
    assert EndpointSecrets.of(endpoint).current == "chosen-one"
    again = client.post(page_url("rotate", endpoint), rotation_form(client, endpoint, secret="chosen-two"))
    assert (again.status_code, again["Location"]) == (302, page_url("change", endpoint))
    for secret in ("chosen-one", "chosen-two"):
        assert places_showing(client, endpoint, secret) == []
        assert places_showing(client, endpoint, standard_form(secret)) == []


def test_a_form_submitted_twice_creates_one_endpoint(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    form = new_endpoint_form(client)
    secret = shown_secret(client.post(NEW, form))
    before = columns(Endpoint.unscoped.get())
    again = client.post(NEW, form, follow=True)
    assert "was made a moment ago" in again.content.decode()
    assert secret not in again.content.decode() and "whsec_" not in again.content.decode()
    assert columns(Endpoint.unscoped.get()) == before


def test_a_form_of_another_user_is_refused(tenants: Tenants) -> None:
    theirs = new_endpoint_form(browser(tenants.member(Role.ADMIN)))
    assert list(browser(tenants.owner).post(NEW, theirs).context["form"].errors) == ["once"]
    assert not Endpoint.unscoped.exists()


def test_rotation_keeps_the_old_secret_in_force_for_the_overlap(tenants: Tenants, make_endpoint: MakeEndpoint) -> None:
    endpoint, client = make_endpoint(URL), browser(tenants.owner)
    response = client.post(page_url("rotate", endpoint), rotation_form(client, endpoint))
    assert "no-store" in response["Cache-Control"] and "The old secret keeps working until" in response.content.decode()
    new = shown_secret(response)
    endpoint.refresh_from_db()
    until = endpoint.previous_secret_until
    assert until is not None and timedelta(hours=23) < until - clock.now() <= timedelta(hours=24)
    assert (EndpointSecrets.of(endpoint).current, EndpointSecrets.of(endpoint).previous) == (new, SECRET)
    page = client.get(page_url("change", endpoint)).content.decode()
    assert "Two secrets, until <time" in page and moment(until) in page
    assert "has accepted nothing since the rotation" in page
    entry = AuditEntry.unscoped.get(action="webhook.secret_rotated")
    assert (entry.surface, entry.data) == ("panel", {"overlap_seconds": 86_400})


@pytest.mark.parametrize(("taken", "words"), [("old", "still checks with the"), ("new", "the change is done")])
def test_the_page_shows_which_secret_the_receiver_accepts(
    tenants: Tenants, receiver: Receiver, make_endpoint: MakeEndpoint, taken: str, words: str
) -> None:
    endpoint, client = make_endpoint(receiver.url()), browser(tenants.owner)
    new = shown_secret(client.post(page_url("rotate", endpoint), rotation_form(client, endpoint)))
    known = SECRET if taken == "old" else new

    def check(post: Any) -> Any:
        good = post.headers["x-signature"] == signing.body_signature(known, post.body)
        return answering(200 if good else 401)(post)

    receiver.behaviours["/hook"] = check
    client.post(page_url("test", endpoint))
    run_pump()
    page = client.get(page_url("change", endpoint)).content.decode()
    assert words in page
    assert Attempt.unscoped.filter(status=200).count() == 1


def test_rotation_without_overlap_ends_the_old_secret(tenants: Tenants, make_endpoint: MakeEndpoint) -> None:
    endpoint, client = make_endpoint(URL), browser(tenants.owner)
    response = client.post(page_url("rotate", endpoint), rotation_form(client, endpoint, overlap="0"))
    assert "The old secret no longer works" in response.content.decode()
    endpoint.refresh_from_db()
    assert (endpoint.previous_secret, EndpointSecrets.of(endpoint).current) == (None, shown_secret(response))


def test_a_rotation_form_submitted_twice_rotates_once(tenants: Tenants, make_endpoint: MakeEndpoint) -> None:
    """The secret that was copied stays the one in force."""
    endpoint, client = make_endpoint(URL), browser(tenants.owner)
    form = rotation_form(client, endpoint)
    copied = shown_secret(client.post(page_url("rotate", endpoint), form))
    before = columns(endpoint)
    again = client.post(page_url("rotate", endpoint), form)
    assert (again.status_code, again["Location"]) == (302, page_url("change", endpoint))
    assert flash_messages(again) == ["The secret has been replaced in the meantime; look again"]
    endpoint.refresh_from_db()
    assert (columns(endpoint), EndpointSecrets.of(endpoint).current) == (before, copied)
    assert AuditEntry.unscoped.filter(action="webhook.secret_rotated").count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"overlap": "8d"}, "overlap"),
        ({"secret": "tab\there"}, "secret"),
        ({"secret": "x" * 256}, "secret"),
        ({"replaces": ""}, "replaces"),
    ],
)
def test_an_invalid_rotation_changes_nothing(
    tenants: Tenants, make_endpoint: MakeEndpoint, change: dict[str, Any], field: str
) -> None:
    endpoint, client = make_endpoint(URL), browser(tenants.owner)
    before = columns(endpoint)
    response = client.post(page_url("rotate", endpoint), rotation_form(client, endpoint, **change))
    assert list(response.context["rotate_form"].errors) == [field]
    assert "xxxx" not in response.content.decode() and "tab\there" not in response.content.decode()
    assert columns(endpoint) == before
    assert not AuditEntry.unscoped.filter(action="webhook.secret_rotated").exists()


def snippet(tenants: Tenants, language: str) -> str:
    page = browser(tenants.owner).post(NEW, new_endpoint_form(browser(tenants.owner))).content.decode()
    match = re.search(rf'<pre[^>]* data-snippet="{language}"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert match is not None
    return html.unescape(match[1])


BODY = '{"name": "Мария 😀"}'.encode()


def test_the_python_snippet_detects_forged_signatures(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    names: dict[str, Any] = {}
    exec(snippet(tenants, "python"), names)
    monkeypatch.setenv("CRMSOLID_WEBHOOK_SECRET", SECRET)
    assert names["is_genuine"](BODY, signing.body_signature(SECRET, BODY)) is True
    for forged in (signing.body_signature("other", BODY), signing.body_signature(SECRET, BODY + b" "), "", "Ж"):
        assert names["is_genuine"](BODY, forged) is False


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_the_node_snippet_detects_forged_signatures(tenants: Tenants) -> None:
    calls = [signing.body_signature(SECRET, BODY), signing.body_signature("other", BODY), ""]
    asked = ", ".join(f"isGenuine(body, {signature!r})" for signature in calls)
    code = (
        f"{snippet(tenants, 'node')}\nconst body = Buffer.from('{BODY.hex()}', 'hex');\nconsole.log([{asked}].join());"
    )
    ran = subprocess.run(
        ["node", "-e", code],
        env={"CRMSOLID_WEBHOOK_SECRET": SECRET, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (ran.stdout.strip(), ran.stderr) == ("true,false,false", "")


@pytest.mark.parametrize("secret", ["chosen", "пароль🔑", "x" * 90])
def test_the_shell_snippet_prints_the_standard_form(tenants: Tenants, secret: str) -> None:
    ran = subprocess.run(
        ["sh", "-c", snippet(tenants, "form")],
        env={"SECRET": secret, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ran.stdout == standard_form(secret)


def test_the_standard_webhooks_snippet_accepts_a_generated_secret(
    tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("standardwebhooks")
    secret, now = signing.generate_secret(), int(clock.now().timestamp())
    monkeypatch.setenv("CRMSOLID_WEBHOOK_SECRET", secret)
    names: dict[str, Any] = {}
    exec(snippet(tenants, "standard"), names)
    headers = signing.signature_headers([secret], event_id="evt_1", timestamp=now, body=BODY)
    assert names["verified"](BODY, headers) == {"name": "Мария 😀"}
