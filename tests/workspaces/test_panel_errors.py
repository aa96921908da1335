"""The panel's error pages."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from contacts.models import CustomField
from crmsolid.workspaces.models import Role, Workspace
from tests.panel import browser, later
from tests.tenants import Tenants

HOME = reverse("admin:index")
LOGIN = reverse("account:login")
ADD_FIELD = reverse("admin:contacts_customfield_add")
FIELD = {"label": "Company", "key": "company", "type": "text", "choices": ""}


@pytest.mark.parametrize(
    ("address", "in_frame"),
    [
        ("/panel/live/nowhere/", True),
        ("/panel/nowhere/", False),
        ("/panel/live/contacts/con_none/", True),
        ("/nowhere", False),
    ],
)
def test_an_unknown_address_gets_a_404_page(tenants: Tenants, address: str, in_frame: bool) -> None:
    answer = browser(tenants.owner).get(address)
    text = answer.content.decode()
    assert (answer.status_code, "There is nothing here" in text) == (404, True)
    assert ("cs-rail" in text) is in_frame


def test_without_a_login_the_404_page_mentions_no_workspace(tenants: Tenants) -> None:
    answer = Client().get("/nowhere")
    assert answer.status_code == 404
    assert "The address may be mistyped" in answer.content.decode() and "workspace" not in answer.content.decode()


def test_the_403_page_names_the_members_role(tenants: Tenants) -> None:
    answer = browser(tenants.member(Role.AGENT)).get(ADD_FIELD)
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "You are an agent in Acme." in text and "cs-rail" in text
    Workspace.objects.filter(pk=tenants.workspace.pk).update(plan="trial", trial_ends_at=later(-1))
    assert "The trial of Acme has ended" in browser(tenants.owner).get(ADD_FIELD).content.decode()


def test_the_403_page_does_not_send_an_owner_for_another_role(tenants: Tenants) -> None:
    answer = browser(tenants.owner).get(reverse("admin:messaging_message_add"))
    assert answer.status_code == 403
    assert "nobody can do it here" in answer.content.decode() and "another role" not in answer.content.decode()


def test_a_post_without_a_csrf_token_gets_a_page_that_explains_it(tenants: Tenants) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(tenants.owner)
    answer = client.post(ADD_FIELD, FIELD)
    assert (answer.status_code, CustomField.unscoped.count()) == (403, 0)
    assert "Nothing was changed." in answer.content.decode()


def test_a_form_that_the_server_refused_for_its_size_gets_a_413_page(tenants: Tenants) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(tenants.owner)
    client.defaults["crmsolid.body_too_large"] = "1"
    answer = client.post(ADD_FIELD)
    assert (answer.status_code, CustomField.unscoped.count()) == (413, 0)
    assert "A form may have at most 2 MiB." in answer.content.decode()


def test_the_500_page_reveals_nothing(tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("crmsolid.panel.pages.site.home_context", fail)
    client = browser(tenants.owner)
    client.raise_request_exception = False
    answer = client.get(HOME)
    assert answer.status_code == 500
    assert "Something went wrong" in answer.content.decode() and "secret" not in answer.content.decode()


def test_unavailable_database_gets_a_503_page_that_needs_no_database(tenants: Tenants) -> None:
    def fail(*args: Any) -> None:
        raise OperationalError("host=10.0.0.1 does not answer")

    client = browser(tenants.owner)
    client.raise_request_exception = False
    with connection.execute_wrapper(fail):
        answer = client.get(HOME)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "The database is not available" in answer.content.decode() and "10.0.0.1" not in answer.content.decode()


def test_the_browser_has_an_icon(tenants: Tenants) -> None:
    assert 'href="/static/panel/favicon.svg?v=' in Client().get(LOGIN).content.decode()
