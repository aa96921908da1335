"""The places of the rail, and addresses of pages that have moved."""

from django.contrib import admin
from django.db import models
from django.urls import reverse

from apikeys.models import ApiKey
from crmsolid.panel.pages.navigation import PLACES
from crmsolid.workspaces.models import Role
from messaging.models import MessageAttempt
from tests.panel import browser, furnish
from tests.tenants import Tenants
from webhooks.models import Attempt


def test_every_list_of_rows_has_one_line() -> None:
    items = [item for place in PLACES for items in place.groups.values() for item in items]
    titles = [item.title for item in items]
    assert len(set(titles)) == len(titles)
    lines = {model: [item for item in items if item.has(_page(model))] for model in admin.site._registry}
    assert {model for model, found in lines.items() if not found} == {
        MessageAttempt,
        Attempt,
    }
    assert [found for found in lines.values() if len(found) > 1] == []


def _page(model: type[models.Model]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}_change"


def test_settings_has_the_pages_about_the_user_for_everybody_and_the_others_for_admins(tenants: Tenants) -> None:
    profile = reverse("account:profile")
    for role, leads_to in ((Role.VIEWER, profile), (Role.ADMIN, reverse("admin:workspace"))):
        answer = browser(tenants.member(role)).get(profile)
        [settings] = [place for place in answer.context["navigation"] if place["title"] == "Settings"]
        assert (settings["active"], settings["link"]) == (True, leads_to)
        groups = [group["title"] for group in settings["groups"]]
        assert groups == (["You"] if role == Role.VIEWER else ["You", "Workspace", "Customers", "Developers"])


def test_the_address_that_a_row_once_had_leads_to_its_page(tenants: Tenants) -> None:
    furnish(tenants.workspace, "acme")
    key: models.Model = ApiKey.objects.for_workspace(tenants.workspace).earliest("id")
    page = reverse("admin:apikeys_apikey_change", args=[key.pk])
    assert page.endswith(f"/apikey/{key.pk}/")
    answer = browser(tenants.owner).get(f"{page}change/?x=1")
    assert (answer.status_code, answer["Location"]) == (302, f"{page}?x=1")


def test_no_list_of_choices_begins_with_dashes(tenants: Tenants) -> None:
    page = browser(tenants.owner).get(reverse("admin:contacts_customfield_add")).content.decode()
    assert "Choose one</option>" in page and "-----" not in page
