"""With rows in three workspaces, no page, choice or filter of the panel shows a row of another one."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import models
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse

from apikeys.models import KeyUse
from contacts.models import (
    AssistantChange,
    Contact,
    ContactColumns,
    ContactNote,
    ContactTag,
    CustomField,
    Erasure,
    ImportChunk,
    ImportDraft,
    ImportFailure,
    OptOut,
    ScoreEntry,
    ScoreTimer,
    StageChange,
)
from crmsolid.api.idempotency import IdempotencyRecord
from crmsolid.limits.models import BudgetUse, GivenText, Proposal
from crmsolid.panel.components.admin_base import TenantAdmin, TenantInline
from crmsolid.panel.components.tenant_page import TenantPage
from crmsolid.urls import pages
from crmsolid.workspaces.models import Invitation, Membership, Role, User, Workspace
from crmsolid.workspaces.scoping import ScopedManager, UnscopedAccess, WorkspaceModel
from messaging.broadcasts.models import Recipient
from messaging.models import (
    AccountLease,
    Alert,
    AlertSettings,
    Attachment,
    Episode,
    ErasedMessage,
    File,
    HistoryRequest,
    LoginAttempt,
    Message,
    MessageChange,
    PeerHash,
    SandboxDelivery,
    SentReport,
    SessionToEnd,
    SpentSlot,
    StoredObject,
    TelegramDownload,
    TelegramSession,
    TelegramUpload,
    Thread,
    ThreadDraft,
    WrittenMessage,
)
from sequences.models import SequenceVersion, Step, StepRun
from tests.architecture import PACKAGES, workspaced_models
from tests.panel import PAGES, Belongings, browser, furnish, stage_form
from tests.tenants import Tenants

OURS, TEST, THEIRS = "zebraours", "zebratwin", "zebratheirs"

# The only modules that may use the manager ``unscoped``, and why.
UNSCOPED = {
    "crmsolid/workspaces/scoping.py": "defines it",
    "contacts/imports/reading.py": "the space that a workspace and its test twin take together",
    "contacts/undoing/services.py": "retention, for all workspaces",
    "contacts/imports/erasure.py": "retention, for all workspaces",
    "contacts/erasing/ledger.py": "the erasures of all workspaces, to repeat them on a restored backup",
    "contacts/erasing/finding.py": "looks for a person in every table, for somebody with a shell",
    "contacts/scoring/awarding.py": "rules, ledgers and timers of contacts that the caller has locked",
    "contacts/scoring/ledger.py": "ledgers of contacts that the caller has read or locked",
    "contacts/scoring/occasions.py": "tags and stages of contacts that the caller has read or locked",
    "contacts/activity.py": "the contacts of messages that were settled, whoever they belong to",
    "contacts/stages.py": "the stages of these contacts",
    "contacts/scoring/sweep.py": "what is due, whoever it belongs to",
    "contacts/segments/compilation.py": "tags of the contact that a subquery is about, in its workspace",
    "crmsolid/workspaces/audit.py": "writes rows with their workspace, and about a user into all of theirs",
    "crmsolid/workspaces/invitations.py": "finds an invitation by the token in its link",
    "crmsolid/workspaces/two_factor.py": "which of a user's workspaces require two factors",
    "crmsolid/workspaces/purging.py": "retention, for all workspaces",
    "crmsolid/workspaces/services.py": "makes workspaces and finds a user's membership",
    "crmsolid/workspaces/migration_operations.py": "changes all rows of a table, in batches",
    "crmsolid/panel/components/context.py": "finds the memberships of the user who asks",
    "crmsolid/core/crypto.py": "puts what is encrypted under the newest key, for all workspaces",
    "crmsolid/health.py": "lengths and ages over all workspaces, for /metrics",
    "apikeys/authentication.py": "which tokens exist at all, to tell floods from keys",
    "apikeys/uses.py": "retention, for all workspaces",
    "crmsolid/api/idempotency.py": "retention, for all workspaces",
    "crmsolid/oauth/services.py": "the memberships of a grant's user in the grant's workspace",
    "crmsolid/oauth/tasks.py": "ends grants of all workspaces that have no token left; clients that have no grant",
    "crmsolid/limits/budgets.py": "retention, for all workspaces",
    "crmsolid/limits/reading.py": "retention, for all workspaces",
    "crmsolid/proposals/running.py": "carries out what was approved in all workspaces",
    "crmsolid/events/positions.py": "gives the events of all workspaces their order",
    "crmsolid/events/feed.py": "one order of events for all; readers name their workspace",
    "webhooks/delivery/queue.py": "the endpoints of all workspaces that a batch of events is of",
    "webhooks/endpoint_health.py": "endpoints by the deliveries that the pump holds, whoever they belong to",
    "webhooks/purging.py": "retention, for all workspaces",
    "crmsolid/jobs/runner.py": "runs the open jobs of all workspaces",
    "crmsolid/jobs/services.py": "retention, for all workspaces",
    "messaging/changes/applying.py": "messages, threads and contacts by their ids, which the caller has fetched",
    "messaging/changes/queue.py": "what is due, whoever it belongs to; changes of a message that is locked",
    "messaging/changes/received.py": "messages and threads by the account, or of a sandbox by their ids",
    "messaging/changes/services.py": "changes of a message that was fetched through its workspace",
    "messaging/sending/claiming.py": "what is due, whoever it belongs to",
    "messaging/alerts/recording.py": "messages that were received, whoever they belong to; alerts by the user",
    "messaging/alerts/reading.py": "alerts of a user, from all workspaces where they are a member",
    "messaging/alerts/telling.py": "what is due, whoever it belongs to",
    "messaging/alerts/wishes.py": "the members of the workspaces of messages that were received",
    "messaging/broadcasts/message_source.py": "the recipients of messages that were claimed, whoever they belong to",
    "sequences/querysets.py": "what is due, whoever it belongs to, and related rows of what a workspace has fetched",
    "sequences/running/runner.py": "works on what is due, whoever it belongs to",
    "sequences/running/progress.py": "what belongs to enrollments that are locked, of any workspace",
    "sequences/hooks.py": "the enrollments of contacts that are given; what waits while sending is held",
    "sequences/running/message_source.py": "the enrollments of messages that were claimed, whoever they belong to",
    "messaging/threads/drafts.py": "retention, for all workspaces",
    "messaging/account_states.py": "an account that its caller has locked, of any workspace",
    "messaging/threads/events.py": "a thread that a message of the same workspace has opened again",
    "messaging/threads/state.py": "the threads of messages that were fetched through their workspace",
    "messaging/threads/albums.py": "messages of an account or a thread, and their files",
    "messaging/files/received.py": "files of messages that the account has received",
    "messaging/files/downloads.py": "what a worker fetches, and its files and contents",
    "messaging/telegram/downloading.py": "what is to be fetched for accounts that a worker holds",
    "messaging/threads/received.py": "messages and words by the account or the contacts they belong to",
    "messaging/files/processing.py": "what is due, whoever it belongs to",
    "messaging/files/retention.py": "retention, for all workspaces",
    "messaging/files/uses.py": "uses of a file by rows of its workspace",
    "messaging/files/storage.py": "contents that are due, or that the caller has written",
    "messaging/erasure.py": "deletes expired logins and slots of all workspaces",
    "messaging/held.py": "what waits in all workspaces while sending is held, for somebody with a shell",
    "messaging/stats.py": "the messages of accounts that were fetched through their workspace",
    "messaging/episodes.py": "the episodes of threads that were fetched through their workspace",
    "messaging/team.py": "what was written in messages that were fetched through their workspace",
    "messaging/querysets.py": "counts within rows that were fetched through their workspace",
    "messaging/files/models.py": "the messages of a file, in a subquery",
    "messaging/sending/waiting.py": "messages that were fetched through their workspace, their accounts and threads",
    "messaging/sending/attaching.py": "files of messages that were made or claimed, and uploads of their accounts",
    "messaging/files/progress.py": "uploads for messages that were fetched through their workspace",
    "messaging/sending/automatic.py": "threads of accounts that were fetched through their workspace",
    "messaging/sending/sandbox.py": "answers that are owed, whoever owes them",
    "messaging/sandbox/answers.py": "the thread of a message that is answered",
    "messaging/accounts.py": "looks whether an account's number is taken by anybody",
    "messaging/sending/quoting.py": "messages that others quote, which were claimed or found in their workspace",
    "messaging/sending/slots.py": "the slots of an account that was fetched through its workspace",
    "messaging/telegram/database.py": "rows of accounts that a worker holds, whoever they belong to",
    "messaging/telegram/ending.py": "sessions that are over, whoever they belong to",
    "messaging/telegram/health.py": "rows of accounts that a worker holds, whoever they belong to",
    "messaging/telegram/leases.py": "shares all accounts among the workers",
    "messaging/telegram/mapping.py": "addresses by the account that knows them",
    "messaging/telegram/history.py": "the session of the account that is connected",
    "messaging/telegram/qr_login.py": "logins that a worker holds, whoever they belong to; the row that was fetched",
    "messaging/telegram/own_sends.py": "sends and reports of the account that an update came in on",
    "messaging/telegram/receiving.py": "rows of the account that an update came in on",
    "messaging/telegram/changes.py": "changes for accounts that a worker holds, whoever they belong to",
    "messaging/telegram/requested_history.py": "requests for accounts that a worker holds, whoever they belong to",
    "messaging/telegram/uploading.py": "what is to be uploaded for accounts that a worker holds",
    "messaging/telegram/sending.py": "rows of a message that was claimed",
    "messaging/telegram/services.py": "sets out an account's lease; drops logins of all workspaces that have expired",
    "apikeys/services.py": "expired keys of all workspaces; keys named in a shell",
}
# Plumbing without a page: stored answers, the sandbox's own Telegram, keyed hashes of opt-outs and erasures, bare
# instants; keys to Telegram with who holds them, addresses there, logins between two steps; requests for older
# messages, which the inbox shows; reports that wait for the end of a send;
# uses of keys, which the pages of keys show; versions and steps, which
# the pages of sequences and enrollments show; recipients, which the pages of broadcasts show; threads,
# which the inbox shows; rows of imports, of which
# their pages show the first, and those that failed; ledgers of scores and histories of stages, which the pages of
# contacts show, and timers; members and invitations, which Settings > Members shows.
NOT_SHOWN: set[type[models.Model]] = {
    AssistantChange,
    Contact,
    ContactColumns,
    ContactNote,
    ContactTag,
    IdempotencyRecord,
    KeyUse,
    SandboxDelivery,
    ImportChunk,
    ImportDraft,
    ImportFailure,
    OptOut,
    Erasure,
    ScoreEntry,
    ScoreTimer,
    StageChange,
    SpentSlot,
    ErasedMessage,
    WrittenMessage,
    Episode,
    Alert,
    AlertSettings,
    ThreadDraft,
    TelegramSession,
    AccountLease,
    PeerHash,
    LoginAttempt,
    SessionToEnd,
    HistoryRequest,
    SentReport,
    Attachment,
    File,
    MessageChange,
    StoredObject,
    TelegramDownload,
    TelegramUpload,
    SequenceVersion,
    Step,
    StepRun,
    Recipient,
    GivenText,
    BudgetUse,
    Proposal,
    Thread,
    Membership,
    Invitation,
}

Furnished = dict[str, Belongings]


@pytest.fixture
def furnished(tenants: Tenants) -> Furnished:
    return {
        OURS: furnish(tenants.workspace, OURS),
        TEST: furnish(tenants.twin, TEST),
        THEIRS: furnish(tenants.other, THEIRS),
    }


def sources() -> Iterator[tuple[str, str]]:
    """Every module of the product with its path."""
    for package in PACKAGES:
        for path in sorted(Path(settings.BASE_DIR, package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(settings.BASE_DIR)), path.read_text()


def test_only_the_listed_modules_use_unscoped() -> None:
    naming = {path for path, text in sources() if re.search(r"\bunscoped\b|_(default|base)_manager\b", text)}
    assert naming == set(UNSCOPED)


def test_every_model_with_a_workspace_is_a_workspace_model() -> None:
    with_workspace = {
        model
        for model in apps.get_models()
        if any(f.name == "workspace" and f.related_model is Workspace for f in model._meta.concrete_fields)
    }
    assert with_workspace == set(workspaced_models())
    assert len(with_workspace) > 10


@pytest.mark.parametrize("model", workspaced_models(), ids=lambda model: str(model._meta.label))
def test_objects_raises_without_a_workspace(model: type[WorkspaceModel]) -> None:
    assert model._meta.default_manager is not None
    assert (model._meta.default_manager.name, model._meta.base_manager.name) == ("unscoped", "unscoped")
    assert isinstance(model.objects, ScopedManager)
    for attempt in (model.objects.all, model.objects.count, lambda: model.objects.filter(pk=1)):
        with pytest.raises(UnscopedAccess):
            attempt()


def test_every_model_has_a_page_based_on_tenant_admin() -> None:
    registered = admin.site._registry
    assert {type(page) for page in registered.values() if not isinstance(page, TenantAdmin)} == set()
    assert set(registered) == set(workspaced_models()) - NOT_SHOWN
    for page in registered.values():
        assert [inline for inline in page.inlines if not issubclass(inline, TenantInline)] == []


def url(page: TenantAdmin, verb: str, *arguments: Any) -> str:
    return reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_{verb}", args=arguments)


def addresses(page: TenantAdmin, rows: list[WorkspaceModel]) -> Iterator[str]:
    """The addresses of all pages of a model, for these rows."""
    yield url(page, "changelist")
    yield url(page, "changelist") + "?q=zebra"
    yield url(page, "add")
    for row in rows:
        if isinstance(row, page.model):
            for verb in ("change", "delete", "history"):
                yield url(page, verb, row.pk)


def own_pages() -> list[tuple[str, type[TenantPage]]]:
    """The routes of the pages that are none of Django's admin."""
    found = [(url.pattern, getattr(url.callback, "view_class", None)) for url in pages if isinstance(url, URLPattern)]
    return [(str(route), view) for route, view in found if view is not None and issubclass(view, TenantPage)]


def own_addresses(rows: list[WorkspaceModel]) -> Iterator[str]:
    """The addresses of all other pages, for these rows."""
    for _, view in own_pages():
        if view.model is None:
            yield reverse(f"admin:{view.name}")
        else:
            yield from (reverse(f"admin:{view.name}", args=[row.pk]) for row in rows if isinstance(row, view.model))


def read(client: Client, address: str) -> tuple[int, str]:
    answer = client.get(address)
    return answer.status_code, answer.getvalue().decode()


@pytest.mark.parametrize(("side", "role"), [*((OURS, role) for role in Role), (TEST, Role.OWNER)])
def test_no_page_shows_rows_of_another_workspace(tenants: Tenants, furnished: Furnished, role: Role, side: str) -> None:
    """Each role opens every page of our rows and of the other workspaces' rows; on the test side, which has the same
    pages, the one that sees most."""
    ours = furnished[side]
    client = browser(tenants.member(role), ours.workspace)
    foreign = [mark for mark in furnished if mark != side]
    seen = 0
    rows = [row for belongings in furnished.values() for row in belongings.rows]
    for address in chain(own_addresses(rows), *(addresses(page, rows) for page in PAGES)):
        status, text = read(client, address)
        assert status in (200, 204, 302, 403, 404, 405), address
        # The form for a key offers the accounts and segments of both environments, of which it chooses one.
        twins = {OURS, TEST} if address == reverse("admin:apikeys_apikey_add") else set()
        assert [mark for mark in foreign if mark in text and mark not in twins] == [], address
        assert "@rival.example" not in text, address
        seen += side in text
    assert seen > 20  # the pages were not empty for the wrong reason


@pytest.mark.parametrize("verb", ["change", "delete", "history"])
def test_a_row_of_another_workspace_looks_like_no_row(tenants: Tenants, furnished: Furnished, verb: str) -> None:
    client = browser(tenants.owner)
    for page in PAGES:
        row = furnished[THEIRS].of(page.model)
        absent = "999999" if isinstance(row.pk, int) else row.pk[:-8] + "00000000"
        assert status_and_text(client, url(page, verb, row.pk)) == status_and_text(client, url(page, verb, absent)), (
            page
        )


def status_and_text(client: Client, address: str) -> tuple[int, str]:
    """Status and text of the response, without its address on both sides and the CSRF token."""
    answer = client.get(address)
    page = re.sub(r'(name="csrfmiddlewaretoken" value=)"\w+"', r"\1", answer.content.decode())
    for side in ("live", "test"):  # the switch leads to both
        page = page.replace(address.replace("/live/", f"/{side}/"), "ADDRESS")
    return answer.status_code, page


def test_filters_and_form_choices_offer_only_rows_of_the_workspace(
    tenants: Tenants, furnished: Furnished, rf: Any
) -> None:
    request = rf.get("/panel/live/")
    request.user, request.session = tenants.owner, {"workspace": tenants.workspace.pk}
    relations = 0
    for page in PAGES:
        for model_field in page.model._meta.concrete_fields:
            if not model_field.is_relation or model_field.name == "workspace":
                continue
            relations += 1
            offered: Any = page.formfield_for_dbfield(model_field, request)
            rows = offered.queryset if offered else page.get_field_queryset(None, model_field, request)
            text = " ".join(str(row) for row in rows)
            assert THEIRS not in text and TEST not in text and "rival" not in text, model_field
            assert rows.exists() or model_field.name == "created_by", model_field
    assert relations >= 10


def test_no_form_offers_workspaces(tenants: Tenants, rf: Any) -> None:
    request = rf.get("/panel/")
    request.user, request.session = tenants.owner, {}
    page = admin.site._registry[Message]
    with pytest.raises(Exception, match="leads out of the workspace"):
        page.get_field_queryset("default", Message._meta.get_field("workspace"), request)


def test_a_forged_session_shows_the_users_own_workspace(tenants: Tenants, furnished: Furnished) -> None:
    for workspace, mark in ((tenants.other, OURS), (tenants.other.twin, TEST)):
        text = read(browser(tenants.owner, workspace), reverse("admin:contacts_contact_changelist"))[1]
        assert mark in text and THEIRS not in text


def test_users_switch_only_to_their_own_workspaces(tenants: Tenants, furnished: Furnished) -> None:
    client, contacts = browser(tenants.owner), reverse("admin:contacts_contact_changelist")
    switch = reverse("account:switch")
    for stranger in (tenants.other.pk, tenants.other.twin.pk, tenants.twin.pk, 0, "", "x"):
        assert client.post(switch, {"workspace": stranger, "next": contacts}).status_code == 404
    assert OURS in read(client, contacts)[1]
    Membership.unscoped.create(user=tenants.owner, workspace=tenants.other, role=Role.VIEWER)
    assert OURS in read(client, contacts)[1]  # joining another workspace changes nothing
    for page, there in ((contacts, contacts), (contacts.replace("live", "test"), contacts.replace("live", "test"))):
        moved = client.post(switch, {"workspace": tenants.other.pk, "next": page})
        assert (moved.status_code, moved["Location"]) == (302, there)
    text = read(client, contacts)[1]
    assert THEIRS in text and OURS not in text
    assert client.get(switch).status_code == 405


def test_the_address_says_which_side_a_page_shows_and_a_form_changes(tenants: Tenants, furnished: Furnished) -> None:
    client, contacts = browser(tenants.owner), reverse("admin:contacts_contact_changelist")
    live, test = (furnished[mark].of(Contact) for mark in (OURS, TEST))
    assert OURS in read(client, contacts)[1]
    assert TEST in read(client, contacts.replace("live", "test"))[1]
    form = stage_form("won")
    assert client.post(reverse("admin:contacts_contact_change", args=[test.pk]), form).status_code == 404
    other_side = reverse("admin:contacts_contact_change", args=[live.pk]).replace("live", "test")
    assert client.post(other_side, form).status_code == 404
    assert set(Contact.unscoped.values_list("stage", flat=True)) == {"new"}


def test_a_form_of_the_workspace_shown_before_is_refused_after_a_switch(tenants: Tenants) -> None:
    Membership.unscoped.create(user=tenants.owner, workspace=tenants.other, role=Role.OWNER)
    client = Client(enforce_csrf_checks=True)
    client.force_login(tenants.owner)
    add = reverse("admin:contacts_customfield_add")
    form = {"label": "Company", "key": "company", "type": "text", "choices": ""}

    def token(address: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', read(client, address)[1])
        assert found is not None
        return found[1]

    before = token(add)
    switch = {"workspace": tenants.other.pk, "csrfmiddlewaretoken": before}
    assert client.post(reverse("account:switch"), switch).status_code == 302
    assert client.post(add, {**form, "csrfmiddlewaretoken": before}).status_code == 403
    assert not CustomField.unscoped.exists()
    assert client.post(add, {**form, "csrfmiddlewaretoken": token(add)}).status_code == 302
    assert CustomField.unscoped.get().workspace == tenants.other


def test_a_form_of_a_workspace_that_one_has_left_changes_no_other(tenants: Tenants) -> None:
    Membership.unscoped.create(user=tenants.owner, workspace=tenants.other, role=Role.OWNER)
    client, add = browser(tenants.owner, tenants.other), reverse("admin:contacts_customfield_add")
    assert client.get(add).status_code == 200
    Membership.unscoped.filter(user=tenants.owner, workspace=tenants.other).delete()
    answer = client.post(add, {"label": "Company", "key": "company", "type": "text", "choices": ""})
    assert answer.status_code == 302 and answer["Location"].startswith(reverse("account:login"))
    assert not CustomField.unscoped.exists()


def test_after_leaving_a_workspace_its_forms_are_refused_in_the_next_one(tenants: Tenants) -> None:
    Membership.unscoped.create(user=tenants.owner, workspace=tenants.other, role=Role.OWNER)
    client = Client(enforce_csrf_checks=True)
    client.force_login(tenants.owner)
    session = client.session
    session["workspace"] = tenants.other.pk
    session.save()
    add = reverse("admin:contacts_customfield_add")
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', read(client, add)[1])
    assert found is not None
    Membership.unscoped.filter(user=tenants.owner, workspace=tenants.other).delete()
    assert "Acme" in read(client, add)[1]  # another tab moves the session on
    form = {"label": "Company", "key": "company", "type": "text", "choices": "", "csrfmiddlewaretoken": found[1]}
    assert client.post(add, form).status_code == 403
    assert not CustomField.unscoped.exists()


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/panel/", "/v1/me", "", "/panel/logout/"])
def test_switching_never_redirects_to_a_posted_address(tenants: Tenants, address: str) -> None:
    answer = browser(tenants.owner).post(
        reverse("account:switch"), {"workspace": tenants.workspace.pk, "next": address}
    )
    assert answer["Location"] == reverse("admin:index")


def test_own_pages_say_which_rows_their_addresses_name() -> None:
    assert {view.name for _, view in own_pages()} >= {"workspace", "plan"}
    for route, view in own_pages():
        assert route.count("<") == (view.model is not None), route


def test_posting_to_own_pages_of_another_workspace_finds_nothing(tenants: Tenants, furnished: Furnished) -> None:
    client = browser(tenants.owner)
    for _, view in own_pages():
        if view.model is not None:
            row = furnished[THEIRS].of(view.model)
            before = type(row).unscoped.filter(pk=row.pk).values().get()
            assert client.post(reverse(f"admin:{view.name}", args=[row.pk])).status_code in (404, 405), view
            assert type(row).unscoped.filter(pk=row.pk).values().get() == before, view


def test_posting_to_rows_of_another_workspace_changes_nothing(tenants: Tenants, furnished: Furnished) -> None:
    client = browser(tenants.owner)
    for page in PAGES:
        row = furnished[THEIRS].of(page.model)
        before = type(row).unscoped.filter(pk=row.pk).values().get()
        changes = {"stage": "won", "name": "taken", "role": "viewer"}
        for verb, data in [("change", changes), ("delete", {"post": "yes"})]:
            assert client.post(url(page, verb, row.pk), data).status_code in (403, 404)
        client.post(url(page, "changelist"), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
        assert type(row).unscoped.filter(pk=row.pk).values().get() == before, page


def test_lookups_in_the_address_work_for_filters_only(tenants: Tenants, furnished: Furnished) -> None:
    client = browser(tenants.owner)
    for probe in ("created_by__password__startswith=p", "digest__gt=a", "workspace__slug=acme", "created_by__email=x"):
        assert client.get(f"{reverse('admin:apikeys_apikey_changelist')}?{probe}").status_code == 400


def test_djangos_search_redirects_and_log_are_switched_off(tenants: Tenants, furnished: Furnished) -> None:
    client = browser(tenants.owner)
    for name in ("autocomplete", "view_on_site"):
        with pytest.raises(NoReverseMatch):
            reverse(f"admin:{name}", args=[1, 1] if name == "view_on_site" else [])
    assert client.get("/panel/live/r/1/1/").status_code == 404
    assert client.get("/panel/live/autocomplete/?term=").status_code == 404
    contact = furnished[OURS].of(Contact)
    client.post(reverse("admin:contacts_contact_change", args=[contact.pk]), stage_form("won"))
    contact.refresh_from_db()
    assert contact.stage == "won"
    assert not LogEntry.objects.exists()


def test_a_superuser_without_a_membership_has_no_access(tenants: Tenants, furnished: Furnished) -> None:
    root = User.objects.create_superuser("root@example.com", "a long password here")
    answer = browser(root, tenants.workspace).get(reverse("admin:contacts_contact_changelist"), follow=True)
    assert answer.status_code == 403
    assert OURS not in answer.content.decode()
