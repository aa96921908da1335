"""Each page of the panel, each of its forms and each action of its lists, called by everybody who could try.

The URL configuration says what there is, ``access.py`` who may. What is not in that table fails
``test_every_page_is_in_the_table``, which says the line to add.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import connection, models, transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from contacts.panel.actions import bulk_choices, bulk_pages
from crmsolid.workspaces.actor import ADMINS, NOBODY
from crmsolid.workspaces.models import Role, Workspace
from crmsolid.workspaces.scoping import WorkspaceModel
from tests.architecture.access import (
    ELSEWHERE,
    MODELS,
    OWN_PAGES,
    PAGES_FOR_STRANGERS,
    Access,
    table,
)
from tests.browser.pages import model_of, routes
from tests.panel import PAGES as ADMIN_PAGES
from tests.panel import Belongings, browser, furnish, later
from tests.tenants import Tenants

WRITE = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
NO_TABLE = {"of", "set", "skip", "nowait"}  # what follows UPDATE in FOR UPDATE … and DO UPDATE SET
# Also without a plan the product notes what a member has seen.
OF_THE_SESSION = {"django_session", "workspaces_usersession", "messaging_alert"}
# Which rows the addresses name of pages that are none of Django's admin. The attempt to log in is one that has ended.
ROWS = {"messaging/account/login/": "messaging.account", "approvals/": "limits.proposal"}
# Pages that have nothing to show with the rows of ``furnish``: who may open them gets 404. An alert is one member's.
EMPTY = {"contacts_contactimport_failed_rows", "contacts_scoringrule_preview", "alert"}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the panel with the address of its rows' page, as a template in which ids are in braces."""

    name: str
    address: str
    access: Access

    def path(self, ids: dict[str, str]) -> str:
        return _fill(f"/panel/live/{self.address}{self.access.query}", ids)

    def forms(self, ids: dict[str, str]) -> list[dict[str, str]]:
        return [{name: _fill(value, ids) for name, value in form.items()} for form in self.access.forms]


def _fill(text: str, ids: dict[str, str]) -> str:
    return re.sub(r"{([\w.]+)}", lambda found: ids[found[1]], text)


def resolver(namespace: str) -> URLResolver:
    found = get_resolver().url_patterns
    return next(each for each in found if isinstance(each, URLResolver) and each.namespace == namespace)


def named_routes() -> dict[str, tuple[str, URLPattern]]:
    """Route and pattern of every page of one side, by the name of the URL, or by the route where it has none."""
    return {pattern.name or route: (route, pattern) for route, pattern in routes(resolver("live"))}


def pages() -> list[Page]:
    return [
        Page(name, _address(*named_routes()[name]), access)
        for name, access in table().items()
        if name in named_routes()
    ]


def _address(route: str, pattern: URLPattern) -> str:
    if "(?P<app_label>" in route:
        return "contacts/"
    model = model_of(pattern)
    label = next((label for start, label in ROWS.items() if route.startswith(start)), None)
    if label is None and "<" in route:
        label = model._meta.label_lower if model else ".".join(route.split("/")[:2])
    return re.sub(r"<[^>]+>", f"{{{label}}}", route)


def ids_of(rows: Belongings) -> dict[str, str]:
    """The id of a row of each model."""
    return {type(row)._meta.label_lower: str(row.pk) for row in reversed(rows.rows)}


@contextmanager
def statements_that_write() -> Iterator[list[str]]:
    """The statements that change a table other than those of ``OF_THE_SESSION``."""
    found: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        tables = {each.lower() for each in WRITE.findall(sql)} - NO_TABLE - OF_THE_SESSION
        if tables:
            found.append(sql[:200])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    leads_to: str
    wrote: list[str]

    @property
    def is_refusal(self) -> bool:
        return self.status == 403 and not self.wrote

    @property
    def asks_to_sign_in(self) -> bool:
        return self.status == 302 and self.leads_to.startswith(reverse("account:login")) and not self.wrote


def call(client: Client, method: str, path: str, form: dict[str, str] | None = None) -> Answer:
    """What is answered. What the call has changed is undone."""
    with transaction.atomic(), statements_that_write() as wrote:
        answer = getattr(client, method)(path, form or {}) if method == "post" else client.get(path)
        transaction.set_rollback(True)
    return Answer(answer.status_code, answer.headers.get("Location", ""), wrote)


def calls(page: Page, ids: dict[str, str]) -> Iterator[tuple[str, dict[str, str] | None]]:
    yield "get", None
    for form in page.forms(ids):
        yield "post", form


def problem(page: Page, role: str, method: str, answer: Answer, *, without_plan: bool) -> str:
    """What is wrong with an answer to a member; "" if nothing is."""
    roles = page.access.read if method == "get" else page.access.write
    if without_plan and page.access.needs_plan and page.access.write:  # the form may be shown or not
        return "changes something without a plan" if answer.wrote else ""
    if roles is None:
        return "" if answer.status in (403, 405) and not answer.wrote else "has no such method"
    if role not in roles:
        return "" if answer.is_refusal else "is not refused"
    fine = {200, 302, 422, *({404} if page.name in EMPTY else ())}
    return "" if answer.status in fine and not answer.asks_to_sign_in else "is refused"


@pytest.fixture
def blank_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are not rendered: who gets them is decided before, and what they show is tested elsewhere."""
    monkeypatch.setattr(Template, "render", lambda self, context=None, request=None: "")


CALLERS = [*((role.value, "live", False) for role in Role), ("viewer", "test", False), ("owner", "live", True)]


@pytest.mark.parametrize(("role", "side", "without_plan"), CALLERS)
def test_members_can_do_what_the_table_says(
    tenants: Tenants, blank_pages: None, role: str, side: str, without_plan: bool
) -> None:
    workspace = tenants.workspace if side == "live" else tenants.twin
    tenants.member(Role.AGENT)  # whom an owner could remove
    ids = ids_of(furnish(workspace, "zebra"))
    if side == "test":
        ids.update({"workspaces.invitation": "1"})
    if without_plan:
        Workspace.objects.filter(pk=tenants.workspace.pk).update(plan="trial", trial_ends_at=later(-1))
    client = browser(tenants.owner if role == Role.OWNER else tenants.member(Role(role)), workspace)
    wrong, allowed, refused = [], 0, 0
    for page in pages():
        for method, form in calls(page, ids):
            answer = call(client, method, page.path(ids), form)
            if found := problem(page, role, method, answer, without_plan=without_plan):
                wrong.append(f"{page.name}: {method} {form or ''} {found}: {answer}")
            allowed += answer.status in (200, 302)
            refused += answer.status == 403
    assert not wrong, "\n".join(wrong)
    assert allowed > 50 and refused > 30


def test_strangers_are_asked_to_sign_in(tenants: Tenants, blank_pages: None) -> None:
    ids, client, wrong = ids_of(furnish(tenants.workspace, "zebra")), Client(), []
    for page in pages():
        for method, form in calls(page, ids):
            answer = call(client, method, page.path(ids), form)
            is_fine = answer.status in (302, 404, 405) and not answer.wrote if page.access.is_public else False
            if not is_fine and not answer.asks_to_sign_in:
                wrong.append(f"{page.name}: {method} {form or ''}: {answer}")
    assert wrong == []


def content_of(workspaces: list[Workspace]) -> dict[str, Any]:
    """All rows of these workspaces."""
    found: dict[str, Any] = {}
    for model in apps.get_models():
        if issubclass(model, WorkspaceModel):
            rows = model.unscoped.filter(workspace__in=workspaces)
            found[model._meta.label] = list(rows.order_by("pk").values())
    return found


def test_owner_of_another_workspace_reads_and_changes_nothing(tenants: Tenants) -> None:
    ids, client, wrong = ids_of(furnish(tenants.workspace, "zebra")), browser(tenants.stranger), []
    before = content_of([tenants.workspace, tenants.twin])
    for page in pages():
        for method, form in calls(page, ids):
            path = page.path(ids)
            answer = client.post(path, form) if method == "post" else client.get(path)
            names_row = "{" in page.address or bool(re.search(r"{", page.access.query))
            if names_row and answer.status_code not in (302, 403, 404, 405):
                wrong.append(f"{page.name}: {method} {form or ''}: {answer.status_code}")
            if answer.headers.get("Content-Type", "").startswith("text/html") and b"zebra@" in answer.content:
                wrong.append(f"{page.name}: shows a row of the other workspace")
    assert wrong == []
    assert content_of([tenants.workspace, tenants.twin]) == before


# --- Actions of lists -------------------------------------------------------------------------------------------------
def list_actions(tenants: Tenants, rf: Any) -> dict[str, set[str]]:
    """The actions that the list of each model offers to an owner."""
    request = rf.get("/panel/live/")
    request.user, request.session = tenants.owner, {"workspace": tenants.workspace.pk}
    return {f"{page.opts.app_label}_{page.opts.model_name}": set(page.get_actions(request)) for page in ADMIN_PAGES}


def test_every_action_of_a_list_is_in_the_table(tenants: Tenants, rf: Any) -> None:
    assert list_actions(tenants, rf) == {name: set(model.actions) for name, model in MODELS.items()}


@pytest.mark.parametrize("role", list(Role))
def test_actions_of_lists_are_for_those_in_the_table(tenants: Tenants, role: Role) -> None:
    """Those who may not see the list, or not do it, are refused or shown the list, and nothing changes."""
    rows = furnish(tenants.workspace, "zebra")
    client = browser(tenants.owner if role == Role.OWNER else tenants.member(role))
    for name, model in MODELS.items():
        label, _, _ = name.partition("_")
        registered: type[models.Model] = apps.get_model(label, name.removeprefix(f"{label}_"))
        for action, roles in {"delete_selected": NOBODY, **model.actions}.items():
            form = {"action": action, "_selected_action": str(rows.of(registered).pk), "post": "yes"}
            answer = call(client, "post", reverse(f"admin:{name}_changelist"), form)
            assert bool(answer.wrote) == (role in roles), (name, action, answer)


# --- The table is whole -----------------------------------------------------------------------------------------------
def test_every_page_is_in_the_table() -> None:
    missing = sorted(set(named_routes()) - set(table()) - set(ELSEWHERE))
    assert [f'    "{name}": Access(read=…, write=…),' for name in missing] == [], "lines to add to access.py"
    assert sorted(set(table()) - set(named_routes())) == [], "rows of pages that are gone"
    assert set(MODELS) == {f"{page.opts.app_label}_{page.opts.model_name}" for page in admin.site._registry.values()}


def test_both_sides_have_the_same_pages() -> None:
    live, test = ([route for route, _ in routes(resolver(side))] for side in ("live", "test"))
    assert live == test


def test_every_page_about_the_user_is_in_the_table() -> None:
    names = {pattern.name or route for route, pattern in routes(resolver("account"))}
    assert names == OWN_PAGES | PAGES_FOR_STRANGERS


@pytest.mark.parametrize("name", sorted(OWN_PAGES))
def test_pages_about_the_user_ask_strangers_to_sign_in(db: None, name: str) -> None:
    path = reverse(f"account:{name}") if name else "/panel/"
    for method in ("get", "post"):
        answer = call(Client(), method, path)
        assert answer.asks_to_sign_in or (answer.status == 405 and not answer.wrote), (path, method, answer)


def test_every_button_of_a_form_is_in_the_table() -> None:
    """A form with several buttons says which was pressed in ``do`` or ``action``."""
    templates = Path(settings.BASE_DIR, "templates", "panel").glob("*.html")
    buttons = re.compile(r'name="(?:do|action)" value="([a-z_]+)"')
    found = {value for template in templates for value in buttons.findall(template.read_text())}
    found |= {choice.action for choice in bulk_choices.values()} | set(bulk_pages)
    forms = [form for access in table().values() for form in access.forms]
    posted = {form[name] for form in forms for name in ("do", "action") if name in form}
    assert len(found) > 30
    assert found - posted - HANDLED_LIKE_THE_PAGE == set()


# Buttons of pages whose forms all need the same role, which the table has: what they change is the page's own draft.
HANDLED_LIKE_THE_PAGE = {"none", "save", "show"}


def test_settings_are_for_admins() -> None:
    """What the table says of the pages of Settings, in one line: a mistake in the table would be seen here."""
    for name in ("apikeys_apikey", "oauth_grant", "webhooks_endpoint", "messaging_account", "workspaces_auditentry"):
        assert MODELS[name].view == ADMINS
