import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from apikeys import tokens
from apikeys.models import ApiKey
from apikeys.services import create_key, revoke_key
from contacts.models import Segment
from crmsolid.core import clock
from crmsolid.workspaces.actor import ALL_SCOPES, Scope
from crmsolid.workspaces.models import AuditEntry, Role, Workspace
from tests.panel import browser, words
from tests.tenants import Api, Tenants

LIST = reverse("admin:apikeys_apikey_changelist")
NEW = reverse("admin:apikeys_apikey_add")


def at(verb: str, key: ApiKey) -> str:
    return reverse(f"admin:apikeys_apikey_{verb}", args=[key.pk])


def filled(client: Client, workspace: Workspace, **changes: Any) -> dict[str, Any]:
    """What a browser would post from the form it was given."""
    once = client.get(NEW).context["form"]["once"].value()
    chosen = {
        "environment": workspace.pk,
        "name": "sender",
        "scopes": ["read:contacts", "write:messages"],
        "expires": "",
    }
    return {"once": once, "rate_limit": "", "allowed_networks": "", "last_day": "", **chosen, **changes}


def token_in(answer: Any) -> str:
    found: list[str] = re.findall(r'value="(cs_(?:live|test)_[0-9a-f]{4}_\w+)"', answer.content.decode())
    assert len(found) == 1
    return found[0]


def make(tenants: Tenants, workspace: Workspace | None = None, **options: Any) -> ApiKey:
    options = {"name": "sender", "scopes": [Scope.READ_CONTACTS], **options}
    return create_key(tenants.actor(workspace), **options).key


def test_the_form_describes_every_scope_and_ticks_none(tenants: Tenants) -> None:
    text = browser(tenants.owner).get(NEW).content.decode()
    for scope, description in Scope.choices:
        assert scope in text and description in text
    boxes = re.findall(r'<input type="checkbox" name="scopes"[^>]*>', text)
    assert len(boxes) == len(Scope)
    assert [box for box in boxes if "checked" in box] == []


def test_the_response_shows_the_new_key_which_works(tenants: Tenants, api: Api) -> None:
    client = browser(tenants.owner)
    answer = client.post(NEW, filled(client, tenants.workspace))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"
    token = token_in(answer)
    key = ApiKey.objects.for_workspace(tenants.workspace).get()
    assert bytes(key.digest) == tokens.digest(token)
    assert (key.name, key.scopes, key.created_by) == ("sender", ["read:contacts", "write:messages"], tenants.owner)
    assert f"Authorization: Bearer {token}" in answer.content.decode()
    assert "http://testserver/v1/me" in answer.content.decode()
    assert api(token).get("/v1/me").json()["mode"] == "live"
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="key.created")
    assert (entry.surface, entry.subject_label, entry.ip) == ("panel", "owner@acme.example", "127.0.0.1")


def test_no_other_page_session_cookie_or_log_contains_the_token(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    token = token_in(client.post(NEW, filled(client, tenants.workspace)))
    secret = token.rsplit("_", 1)[1]
    key = ApiKey.unscoped.get()
    assert [session for session in Session.objects.all() if secret in str(session.get_decoded())] == []
    assert secret not in str(client.cookies)
    for address in (LIST, at("change", key), at("history", key), NEW, reverse("admin:index")):
        assert secret not in client.get(address).content.decode()
    assert [entry for entry in AuditEntry.unscoped.all() if secret in str(entry.__dict__)] == []


def test_sending_the_form_again_shows_no_token_and_creates_no_key(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    form = filled(client, tenants.workspace)
    token = token_in(client.post(NEW, form))
    again = client.post(NEW, form)
    assert "made a moment ago" in again.content.decode()
    assert "cs_live_" not in re.sub(r"cs_live_…", "", again.content.decode())
    assert token not in again.content.decode()
    assert ApiKey.unscoped.count() == 1


def test_the_chosen_environment_decides_live_or_test_whichever_is_shown(tenants: Tenants, api: Api) -> None:
    client = browser(tenants.owner)  # shows live
    test = client.post(NEW, filled(client, tenants.twin))
    assert token_in(test).startswith("cs_test_")
    assert api(token_in(test)).get("/v1/me").json()["mode"] == "test"
    client = browser(tenants.owner, tenants.twin)
    assert client.get(NEW).context["form"]["environment"].value() == str(tenants.twin.pk)
    assert token_in(client.post(NEW, filled(client, tenants.workspace))).startswith("cs_live_")
    assert [ApiKey.objects.for_workspace(place).count() for place in (tenants.workspace, tenants.twin)] == [1, 1]


def test_limits_of_the_form_are_stored(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    limits = {"expires": "90d", "rate_limit": "30", "allowed_networks": "203.0.113.9/24\r\n2001:db8::/32"}
    client.post(NEW, filled(client, tenants.workspace, **limits))
    key = ApiKey.unscoped.get()
    assert (key.rate_limit, key.allowed_networks) == (30, ["203.0.113.0/24", "2001:db8::/32"])
    assert key.expires_at is not None
    assert timedelta(days=89, hours=23) < key.expires_at - clock.now() <= timedelta(days=90)


@pytest.mark.parametrize(("zone", "end"), [("UTC", "23:59"), ("America/New_York", "03:59"), ("Asia/Tokyo", "14:59")])
def test_a_key_works_to_the_end_of_its_last_day_where_its_maker_is(tenants: Tenants, zone: str, end: str) -> None:
    tenants.owner.time_zone = zone
    tenants.owner.save()
    client = browser(tenants.owner)
    assert f"It works to the end of this day in your time zone, {zone}." in client.get(NEW).content.decode()
    day = date(date.today().year + 1, 7, 15)
    client.post(NEW, filled(client, tenants.workspace, expires="date", last_day=day.isoformat()))
    expires_at = ApiKey.unscoped.get().expires_at
    assert expires_at == datetime.combine(day, time.max, ZoneInfo(zone))
    assert f"{expires_at:%H:%M}" == end
    assert f">{day:%-d %b %Y}</time>" in client.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        ({"scopes": []}, "scopes", "Choose at least one scope."),
        ({"scopes": ["read:everything"]}, "scopes", "read:everything is not one of the available choices"),
        ({"name": "  "}, "name", "This field is required."),
        ({"allowed_networks": "everywhere"}, "allowed_networks", "Give networks as CIDR"),
        ({"rate_limit": "0"}, "rate_limit", "greater than or equal to 1"),
        ({"expires": "date"}, "last_day", "Choose the key&#x27;s last day."),
        ({"expires": "date", "last_day": "2020-01-01"}, "expires", "The expiry must lie in the future"),
        ({"expires": "date", "last_day": "9999-12-31"}, "expires", "A key lasts at most 100 years"),
        ({"environment": ""}, "environment", "This field is required."),
        ({"once": "forged"}, "once", "This page is too old."),
    ],
)
def test_an_invalid_form_creates_no_key(tenants: Tenants, change: dict[str, Any], field: str, said: str) -> None:
    client = browser(tenants.owner)
    answer = client.post(NEW, filled(client, tenants.workspace, **change))
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert said in answer.content.decode()
    assert not ApiKey.unscoped.exists()
    assert not AuditEntry.unscoped.filter(action__startswith="key.").exists()


def test_no_key_can_be_created_in_another_workspace(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    for place in (tenants.other, tenants.other.twin):
        assert list(client.post(NEW, filled(client, place)).context["form"].errors) == ["environment"]
    assert not ApiKey.unscoped.exists()


def test_an_id_signed_for_another_user_is_refused(tenants: Tenants) -> None:
    theirs = filled(browser(tenants.stranger), tenants.workspace)
    assert list(browser(tenants.owner).post(NEW, theirs).context["form"].errors) == ["once"]
    assert not ApiKey.unscoped.exists()


def test_the_list_shows_prefix_last_use_and_expiry_of_this_workspaces_keys(tenants: Tenants) -> None:
    soon = make(tenants, name="soon", expires_at=clock.now() + timedelta(days=13, hours=12))
    make(tenants, name="later", expires_at=clock.now() + timedelta(days=15))
    ApiKey.unscoped.filter(pk=soon.pk).update(last_used_at=clock.now(), last_used_ip="203.0.113.9")
    make(tenants, tenants.twin, name="twin's")
    text = browser(tenants.owner).get(LIST).content.decode()
    assert f"{soon.prefix}_…" in text
    assert "203.0.113.9" in text
    assert text.count("cs-warn") == 1 and "in 14 days" in text
    assert "twin&#x27;s" not in text
    in_test = browser(tenants.owner, tenants.twin).get(LIST).content.decode()
    assert "twin&#x27;s" in in_test and "later" not in in_test
    assert "cs-test-strip" in in_test and "cs-test-strip" not in text


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("", ["ends", "on", "out"]),
        ("active", ["ends", "on"]),
        ("revoked", ["off"]),
        ("expired", ["out"]),
        ("all", ["ends", "off", "on", "out"]),
    ],
)
def test_the_list_filters_by_state(
    tenants: Tenants, monkeypatch: pytest.MonkeyPatch, state: str, names: list[str]
) -> None:
    make(tenants, name="on")
    make(tenants, name="out", expires_at=clock.now() + timedelta(hours=1))
    revoke_key(tenants.actor(), make(tenants, name="off", expires_at=clock.now() + timedelta(hours=1)).id)
    ApiKey.unscoped.filter(pk=make(tenants, name="ends").pk).update(revoked_at=clock.now() + timedelta(days=9))
    later = clock.now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    client = browser(tenants.owner)
    answer = client.get(f"{LIST}?state={state}")
    assert sorted(key.name for key in answer.context["cl"].result_list) == names


def test_a_list_of_revoked_keys_only_says_where_they_are(tenants: Tenants) -> None:
    revoke_key(tenants.actor(), make(tenants, name="old sender").pk)
    client = browser(tenants.owner)
    text = client.get(LIST).content.decode()
    assert "old sender" not in text and 'href="?state=all"' in text
    assert "old sender" in client.get(LIST, {"state": "all"}).content.decode()


def test_the_list_says_who_created_a_key(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    client.post(NEW, filled(client, tenants.workspace))
    assert (
        '<td class="field-creator" data-label="Created by" dir="auto">owner@acme.example</td>'
        in client.get(LIST).content.decode()
    )


READING = ["read:contacts", "read:messages", "read:analytics"]


@pytest.mark.parametrize(
    ("access", "scopes"),
    [
        ("read", READING),
        ("send", ["read:contacts", "read:messages", "write:messages"]),
        ("all", [scope.value for scope in Scope]),
        ("chosen", ["manage:webhooks"]),
    ],
)
def test_a_preset_gives_its_scopes_whatever_is_ticked(tenants: Tenants, access: str, scopes: list[str]) -> None:
    client = browser(tenants.owner)
    client.post(NEW, filled(client, tenants.workspace, access=access, scopes=["manage:webhooks"]))
    assert ApiKey.unscoped.get().scopes == scopes


def test_a_key_can_be_renamed(tenants: Tenants, api: Api) -> None:
    token = tenants.key([Scope.READ_CONTACTS], name="sender")
    key, client = ApiKey.unscoped.get(), browser(tenants.owner)
    answer = client.post(at("rename", key), {"name": " Website "})
    assert answer["Location"] == at("change", key)
    key.refresh_from_db()
    assert (key.name, api(token).get("/v1/me").status_code) == ("Website", 200)
    entry = AuditEntry.objects.for_workspace(tenants.workspace).get(action="key.renamed")
    assert (entry.target, entry.data) == (key.pk, {"old": "sender", "new": "Website"})
    client.post(at("rename", key), {"name": "Website"})
    assert AuditEntry.unscoped.filter(action="key.renamed").count() == 1


@pytest.mark.parametrize("name", ["", " ", "x" * 101])
def test_a_wrong_name_changes_nothing(tenants: Tenants, name: str) -> None:
    key = make(tenants)
    answer = browser(tenants.owner).post(at("rename", key), {"name": name})
    assert answer.status_code == 200 and answer.context["rename_form"].errors
    assert ApiKey.unscoped.get().name == "sender"


def rotation(client: Client, key: ApiKey, overlap: str = "24h") -> dict[str, str]:
    return {"overlap": overlap, "once": client.get(at("change", key)).context["rotate_form"]["once"].value()}


def test_rotation_shows_the_new_token_and_keeps_the_old_key_for_a_while(tenants: Tenants, api: Api) -> None:
    token = tenants.key([Scope.READ_CONTACTS], name="sender")
    old, client = ApiKey.unscoped.get(), browser(tenants.owner)
    form = rotation(client, old)
    answer = client.post(at("rotate", old), form)
    assert "no-store" in answer["Cache-Control"]
    new = token_in(answer)
    assert [api(each).get("/v1/me").status_code for each in (token, new)] == [200, 200]
    old.refresh_from_db()
    assert old.revoked_at is not None
    assert timedelta(hours=23) < old.revoked_at - clock.now() <= timedelta(hours=24)
    assert "Replaced by" in client.get(at("change", old)).content.decode()
    again = client.post(at("rotate", old), form)
    assert "made a moment ago" in again.content.decode()
    assert new not in again.content.decode()
    assert ApiKey.unscoped.count() == 2


def test_rotation_can_end_the_old_key_at_once(tenants: Tenants, api: Api) -> None:
    token = tenants.key([Scope.READ_CONTACTS])
    old, client = ApiKey.unscoped.get(), browser(tenants.owner)
    answer = client.post(at("rotate", old), rotation(client, old, "0"))
    assert api(token).get("/v1/me").json()["code"] == "token_revoked"
    assert api(token_in(answer)).get("/v1/me").status_code == 200


def test_an_unknown_overlap_changes_nothing(tenants: Tenants) -> None:
    old, client = make(tenants), browser(tenants.owner)
    client.post(at("rotate", old), rotation(client, old, "1000d"))
    old.refresh_from_db()
    assert (old.revoked_at, ApiKey.unscoped.count()) == (None, 1)


def test_revoking_needs_a_confirmation(tenants: Tenants, api: Api) -> None:
    token = tenants.key()
    key, client = ApiKey.unscoped.get(), browser(tenants.owner)
    unsure = client.post(at("revoke", key))
    assert "Tick the box" in unsure.content.decode()
    assert api(token).get("/v1/me").status_code == 200
    sure = client.post(at("revoke", key), {"confirm": "on"})
    assert (sure.status_code, sure["Location"]) == (302, LIST)
    assert api(token).get("/v1/me").json()["code"] == "token_revoked"
    assert AuditEntry.objects.for_workspace(tenants.workspace).get(action="key.revoked").surface == "panel"


@pytest.mark.parametrize("verb", ["rotate", "revoke"])
def test_actions_need_a_post_with_a_csrf_token(tenants: Tenants, verb: str) -> None:
    key, client = make(tenants), browser(tenants.owner)
    assert client.get(at(verb, key)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(tenants.owner)
    form = {**rotation(client, key), "confirm": "on"}
    assert strict.post(at(verb, key), form).status_code == 403
    assert strict.post(NEW, filled(client, tenants.workspace)).status_code == 403
    key.refresh_from_db()
    assert (key.revoked_at, ApiKey.unscoped.count()) == (None, 1)


def test_a_key_never_changes_and_is_never_deleted(tenants: Tenants) -> None:
    key, client = make(tenants), browser(tenants.owner)
    client.post(at("change", key), {"name": "other", "scopes": ["manage:webhooks"], "scopes_0": "on"})
    assert client.post(at("delete", key), {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [key.pk], "post": "yes"})
    found = ApiKey.unscoped.get()
    assert (found.name, found.scopes) == ("sender", ["read:contacts"])


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_settings_are_for_admins_and_owners(tenants: Tenants, role: Role) -> None:
    key, client = make(tenants), browser(tenants.member(role))
    home = client.get(reverse("admin:index")).content.decode()
    for place in ("API Keys", "Members", "Audit log", "Events"):
        assert place not in home
    assert [client.get(address).status_code for address in (LIST, NEW, at("change", key))] == [403, 403, 403]
    form = {"overlap": "0", "confirm": "on", "once": "x"}
    assert [client.post(at(verb, key), form).status_code for verb in ("rotate", "revoke")] == [403, 403]
    key.refresh_from_db()
    assert (key.revoked_at, ApiKey.unscoped.count()) == (None, 1)


def test_an_admin_can_create_keys(tenants: Tenants) -> None:
    client = browser(tenants.member(Role.ADMIN))
    assert "Settings" in client.get(reverse("admin:index")).content.decode()
    assert token_in(client.post(NEW, filled(client, tenants.workspace))).startswith("cs_live_")


def test_a_removed_member_can_create_no_key(tenants: Tenants) -> None:
    admin = tenants.member(Role.ADMIN)
    client = browser(admin)
    form = filled(client, tenants.workspace)
    admin.memberships.all().delete()
    answer = client.post(NEW, form, follow=True)
    assert answer.status_code == 403
    assert "in no workspace yet" in answer.content.decode()
    assert not ApiKey.unscoped.exists()


def test_the_page_of_a_revoked_key_offers_no_action(tenants: Tenants) -> None:
    key = make(tenants, scopes=ALL_SCOPES)
    revoke_key(tenants.actor(), key.id)
    text = browser(tenants.owner).get(at("change", key)).content.decode()
    assert "Revoke key" not in text and "Rotate key" not in text
    assert "shows event data" in text


def test_the_button_is_disabled_after_the_first_click(tenants: Tenants) -> None:
    """The browser would drop the response to the first click, which has the token, for the one to the second."""
    key = make(tenants)
    client = browser(tenants.owner)
    for address, button in [(NEW, "Create key"), (at("change", key), "Rotate key")]:
        form = next(
            f for f in re.findall(r"<form.*?</form>", client.get(address).content.decode(), re.S) if button in f
        )
        assert re.match(r"<form [^>]*\bdata-once\b", form)


def test_the_page_says_what_manage_webhooks_shows(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    key = make(tenants, scopes=[Scope.MANAGE_WEBHOOKS])
    for address in (NEW, at("change", key)):
        assert client.get(address).content.decode().count("sees the data of every event") == 1
    assert "sees the data" not in client.get(at("change", make(tenants))).content.decode()


def test_an_error_is_shown_as_a_sentence(tenants: Tenants) -> None:
    client = browser(tenants.owner)
    form = filled(client, tenants.workspace)
    client.post(NEW, form)
    assert "This key was made a moment ago" in client.post(NEW, form).content.decode()


def test_the_list_names_the_scopes_or_says_all(tenants: Tenants) -> None:
    make(tenants, scopes=[Scope.READ_CONTACTS, Scope.WRITE_CONTACTS])
    make(tenants, scopes=ALL_SCOPES)
    chips = re.findall(r'<span class="cs-chip">(.*?)</span>', browser(tenants.owner).get(LIST).content.decode())
    assert sorted(chips) == ["all scopes", "read:contacts", "write:contacts"]


def test_new_key_is_narrowed_and_its_page_says_what_it_can_do_at_worst(tenants: Tenants) -> None:
    client, account = browser(tenants.owner), tenants.sandbox(name="Sales DE")
    segment = Segment.unscoped.create(workspace=tenants.workspace, name="trial", filter={"all": []})
    form = filled(client, tenants.workspace)
    places = {f"accounts_{tenants.workspace.pk}": [account.pk], f"segment_{tenants.workspace.pk}": segment.pk}
    assert client.post(NEW, {**form, **places, "daily_sends": "20", "daily_changes": "0"}).status_code == 200
    key = ApiKey.objects.for_workspace(tenants.workspace).get()
    assert (key.account_ids, key.segment_id, key.daily_sends) == ([account.pk], segment.pk, 20)
    assert (key.daily_changes, key.approval) == (0, "none")
    page = words(client.get(reverse("admin:apikeys_apikey_change", args=[key.pk])))
    worst = (
        "At worst: 20 messages a day to people in the segment trial, from Sales DE; it reads contacts of these people."
    )
    assert worst in page
    assert "20, of which 20 are left" in page


def test_form_of_a_key_offers_the_places_of_its_own_environment(tenants: Tenants) -> None:
    """Those of the test workspace do not count for a live key, and cannot be given to it."""
    client, live, test = browser(tenants.owner), tenants.workspace.pk, tenants.twin.pk
    segment = Segment.unscoped.create(workspace=tenants.twin, name="tests", filter={"all": []})
    form = filled(client, tenants.workspace)
    refused = client.post(NEW, {**form, f"segment_{live}": segment.pk}).content.decode()
    assert "That is not there any more. Choose again." in refused
    assert '<details class="cs-in-flow" open>' in refused
    assert not ApiKey.unscoped.exists()
    token_in(client.post(NEW, {**form, f"segment_{test}": segment.pk}))
    assert ApiKey.unscoped.get().segment_id == ""
