import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apikeys import tokens
from apikeys.models import ApiKey
from apikeys.services import parse_duration
from contacts.models import Segment
from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import AuditEntry
from tests.tenants import Api, Tenants


def run(*arguments: str) -> Any:
    """The command's whole stdout, read as one JSON document."""
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def refusal(*arguments: str) -> str:
    out = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command(*arguments, "--json", stdout=out)
    assert out.getvalue() == ""
    return str(caught.value)


def create(*extra: str, name: str = "production-sender", scopes: str = "read:contacts,write:messages") -> Any:
    return run("create_api_key", "--workspace", "acme", "--name", name, "--scopes", scopes, *extra)


def test_create_prints_the_key_and_its_token_once(tenants: Tenants, api: Api) -> None:
    made = create()
    key = ApiKey.objects.for_workspace(tenants.workspace).get()
    assert made == {
        "id": key.id,
        "prefix": key.prefix,
        "token": made["token"],
        "name": "production-sender",
        "scopes": ["read:contacts", "write:messages"],
        "mode": "live",
        "workspace": "acme",
        "expires_at": None,
    }
    assert tokens.digest(made["token"]) == bytes(key.digest)
    assert made["token"].startswith(f"{key.prefix}_")
    assert api(made["token"]).get("/v1/me").json()["scopes"] == ["read:contacts", "write:messages"]


def test_limits_are_given_by_options_and_listed(tenants: Tenants) -> None:
    accounts = [tenants.sandbox().pk, tenants.sandbox().pk]
    segment = Segment.unscoped.create(workspace=tenants.workspace, name="trial", filter={"all": []})
    options = ("--segment-id", segment.pk, "--daily-sends", "20", "--daily-changes", "0", "--approval", "all")
    create("--account-ids", f"{accounts[0]}, {accounts[1]}", *options)
    create(name="other")
    other, made = run("list_api_keys")
    limits = {
        "account_ids": accounts,
        "segment_id": segment.pk,
        "daily_sends": 20,
        "daily_changes": 0,
        "approval": "all",
    }
    assert {name: made[name] for name in limits} == limits
    assert {name: other[name] for name in limits} == {
        "account_ids": [],
        "segment_id": "",
        "daily_sends": None,
        "daily_changes": None,
        "approval": "none",
    }


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--account-ids", "1,x", "'1,x' is no list of account ids"),
        ("--account-ids", "987654", "no account 987654 in this workspace"),
        ("--segment-id", "trial", "no such segment in this workspace"),
        ("--daily-sends", "1000001", "0 to 1,000,000 in 24 hours"),
        ("--approval", "some", "no such approval; there are: none, untrusted, all"),
    ],
)
def test_limits_that_cannot_be_are_refused(tenants: Tenants, option: str, value: str, said: str) -> None:
    refused = refusal("create_api_key", "--workspace", "acme", "--name", "k", "--scopes", "all", option, value)
    assert said in refused
    assert not ApiKey.unscoped.exists()


def test_a_test_key_belongs_to_the_test_twin(tenants: Tenants, api: Api) -> None:
    made = create("--test", "--rate-limit", "30", "--expires-in", "90d", scopes="all")
    assert made["token"].startswith("cs_test_")
    assert (made["mode"], made["workspace"]) == ("test", "acme")
    assert made["scopes"] == [scope.value for scope in Scope]
    key = ApiKey.objects.for_workspace(tenants.twin).get()
    assert key.rate_limit == 30
    assert timedelta(days=89, hours=23) < key.expires_at - clock.now() <= timedelta(days=90)
    answer = api(made["token"]).get("/v1/me")
    assert answer.json()["mode"] == "test"
    assert answer.headers["X-RateLimit-Limit"] == "30"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--workspace", "nowhere", "--name", "x", "--scopes", "all"], "there is no workspace 'nowhere'"),
        (["--workspace", "acme", "--name", " ", "--scopes", "all"], "a key needs a name"),
        (["--workspace", "acme", "--name", "x", "--scopes", "read:everything"], "unknown scope 'read:everything'"),
        (["--workspace", "acme", "--name", "x", "--scopes", ","], "choose at least one scope"),
        (["--workspace", "acme", "--name", "x", "--scopes", "all", "--expires-in", "0"], "must lie in the future"),
        (["--workspace", "acme", "--name", "x", "--scopes", "all", "--expires-in", "3 days"], "is not a duration"),
        (["--workspace", "acme", "--name", "x", "--scopes", "all", "--rate-limit", "0"], "a rate limit is 1 to"),
        (["--workspace", "acme", "--name", "x", "--scopes", "all", "--rate-limit", "many"], "invalid int value"),
        (["--workspace", "acme", "--name", "x"], "--scopes"),
    ],
)
def test_create_refuses_invalid_options(tenants: Tenants, arguments: list[str], said: str) -> None:
    assert said in refusal("create_api_key", *arguments)
    assert not ApiKey.unscoped.exists()


def test_rotation_keeps_both_keys_until_the_overlap_ends(
    tenants: Tenants, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = create("--rate-limit", "50")
    new = run("rotate_api_key", old["prefix"], "--overlap", "24h")
    assert [new[name] for name in ("name", "scopes", "mode", "workspace")] == [
        old[name] for name in ("name", "scopes", "mode", "workspace")
    ]
    assert new["replaces"]["id"] == old["id"]
    assert [api(key["token"]).get("/v1/me").status_code for key in (old, new)] == [200, 200]
    later = clock.now() + timedelta(hours=24, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert api(old["token"]).get("/v1/me").json()["code"] == "token_revoked"
    assert api(new["token"]).get("/v1/me").headers["X-RateLimit-Limit"] == "50"


def test_rotation_without_overlap_ends_the_old_key_at_once(tenants: Tenants, api: Api) -> None:
    old = create()
    new = run("rotate_api_key", old["id"], "--overlap", "0")
    assert api(old["token"]).get("/v1/me").json()["code"] == "token_revoked"
    assert api(new["token"]).get("/v1/me").status_code == 200
    assert "is revoked" in refusal("rotate_api_key", old["id"], "--overlap", "1h")
    assert "is not a duration" in refusal("rotate_api_key", new["id"], "--overlap=-1h")
    assert ApiKey.unscoped.count() == 2


@pytest.mark.parametrize("spelling", ["id", "prefix", "shown", "token"])
def test_revoke_accepts_an_id_a_prefix_and_a_token(tenants: Tenants, api: Api, spelling: str) -> None:
    made = create()
    revoked = run("revoke_api_key", {**made, "shown": f"{made['prefix']}_…"}[spelling])
    assert (revoked["id"], revoked["state"]) == (made["id"], "revoked")
    assert "token" not in revoked
    assert api(made["token"]).get("/v1/me").json()["code"] == "token_revoked"


def test_an_ambiguous_prefix_is_refused_with_the_names_of_its_keys(tenants: Tenants, api: Api) -> None:
    first, second = create(name="one"), create(name="two")
    ApiKey.unscoped.update(prefix="cs_live_aaaa")
    said = refusal("revoke_api_key", "cs_live_aaaa")
    assert first["id"] in said and "one" in said
    assert second["id"] in said and "two" in said
    assert not ApiKey.unscoped.filter(revoked_at__isnull=False).exists()
    assert first["id"] in refusal("rotate_api_key", "cs_live_aaaa", "--overlap", "0")


@pytest.mark.parametrize("beginning", ["cs_live", "cs_live_", "cs_live_a", "cs_live_aaa_…"])
def test_the_beginning_of_several_prefixes_is_refused_with_the_names_of_the_keys(
    tenants: Tenants, beginning: str
) -> None:
    first, second, test = create(name="one"), create(name="two"), create("--test", name="test one")
    ApiKey.unscoped.filter(pk=first["id"]).update(prefix="cs_live_aaaa")
    ApiKey.unscoped.filter(pk=second["id"]).update(prefix="cs_live_aaab")
    for said in (refusal("revoke_api_key", beginning), refusal("rotate_api_key", beginning, "--overlap", "0")):
        assert f"that fits 2 keys, give the id of one: {first['id']} (one, acme, active); {second['id']}" in said
        assert test["id"] not in said
    assert ApiKey.unscoped.count() == 3
    assert not ApiKey.unscoped.filter(revoked_at__isnull=False).exists()


def test_an_error_names_at_most_twenty_keys(tenants: Tenants) -> None:
    for number in range(22):
        tenants.key(name=f"key {number}")
    said = refusal("revoke_api_key", "cs_live")
    assert said.count("key_") == 20
    assert "and 2 more" in said


@pytest.mark.parametrize("text", ["cs_live_0000", "key_nothing", "", "…", "cs_live"])
def test_an_unknown_key_is_refused(tenants: Tenants, text: str) -> None:
    create()
    assert "there is no such key" in refusal("revoke_api_key", text)
    assert not ApiKey.unscoped.filter(revoked_at__isnull=False).exists()


def test_an_unknown_token_is_not_repeated_in_the_error(tenants: Tenants) -> None:
    token = tokens.generate("live").text
    assert token not in refusal("revoke_api_key", token)


def test_list_shows_live_and_test_keys_without_a_secret(tenants: Tenants) -> None:
    live, test = create(name="live one"), create("--test", name="test one")
    tenants.key(workspace=tenants.other, name="rival's")
    assert [row["id"] for row in run("list_api_keys", "--workspace", "acme")] == [test["id"], live["id"]]
    assert [row["id"] for row in run("list_api_keys", "--workspace", "acme", "--test")] == [test["id"]]
    assert len(run("list_api_keys")) == 3
    row = run("list_api_keys", "--workspace", "acme")[1]
    assert row["state"] == "active"
    assert "token" not in row and "digest" not in row
    assert run("list_api_keys", "--workspace", "rival", "--test") == []


def test_without_json_the_output_is_lines_of_name_and_value(tenants: Tenants) -> None:
    made = create()
    out = StringIO()
    call_command("list_api_keys", stdout=out)
    assert f"id: {made['id']}" in out.getvalue()
    assert "scopes: read:contacts, write:messages" in out.getvalue()


def test_commands_are_audited(tenants: Tenants) -> None:
    made = create()
    new = run("rotate_api_key", made["id"])
    run("revoke_api_key", made["id"])
    entries = AuditEntry.objects.for_workspace(tenants.workspace).filter(action__startswith="key.").order_by("id")
    assert [(entry.action, entry.target, entry.surface, entry.subject_id) for entry in entries] == [
        ("key.created", made["id"], "command", "create_api_key"),
        ("key.rotated", made["id"], "command", "rotate_api_key"),
        ("key.revoked", made["id"], "command", "revoke_api_key"),
    ]
    assert entries[1].data == {"replacement": new["id"], "overlap_seconds": 86400}


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("45s", 45), ("30m", 1800), ("24h", 86400), ("90d", 90 * 86400)]
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text, "overlap") == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "1w", "1.5h", "-1h", "999999d", "1h30m", "24H", "١h"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(DomainError, match="is not a duration"):
        parse_duration(text, "overlap")
