"""Every command with ``--json`` prints exactly the objects of the API, and its table fits 80 columns."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import jsonschema  # type: ignore[import-untyped]
import pytest

from crmsolid_client.cli.app import cli
from crmsolid_client.cli.output import width_of
from tests.sdk.cli.conftest import Crmsolid, process_environment
from tests.sdk.live import Live
from tests.waiting import wait_until

DOCUMENT = json.loads((Path(__file__).resolve().parents[3] / "docs/openapi.json").read_text())
BROADCAST = ["--name", "June", "--text", "Hi {first_name|there}", "--account", "{account}", "--contact", "{contact}"]

# Commands that answer one object: the arguments, in the order in which they work, and the component that it has.
DOCUMENTS: list[tuple[list[str], str]] = [
    (["me"], "Me"),
    (["contacts", "create", "--username", "cli_two", "--name", "Zoë 🎈", "--field", "city=Köln"], "UpsertedContact"),
    (["contacts", "get", "{contact}"], "Contact"),
    (["contacts", "get", "{username}"], "Contact"),
    (["contacts", "update", "{username}", "--stage", "qualified", "--field", "city=Lviv"], "WrittenContact"),
    (["contacts", "tag", "{contact}", "--add", "cli", "--remove", "other"], "WrittenContact"),
    (["send", "--account", "{account}", "--to", "@cli_person", "Привет 👋"], "QueuedMessage"),
    (["send", "--account", "{account}", "--to", "@cli_person", "--at", "2h", "Later"], "QueuedMessage"),
    (["send", "--account", "{account}", "--contact", "{contact}", "--at", "2h", "Later"], "QueuedMessage"),
    (["messages", "get", "{message}"], "Message"),
    (["threads", "show", "@cli_person"], "ThreadWithMessages"),
    (["threads", "snooze", "@cli_person", "--until", "2h"], "ChangedThread"),
    (["threads", "reopen", "@cli_person"], "ChangedThread"),
    (["threads", "assign", "@cli_person", "none"], "ChangedThread"),
    (["threads", "close", "@cli_person"], "ChangedThread"),
    (["messages", "cancel", "{message}"], "Message"),
    (["sequences", "show", "{sequence}"], "SequenceDetail"),
    (["sequences", "preview", "{sequence}", "{contact}"], "SequencePreview"),
    (["sequences", "enroll", "{sequence}", "{username}"], "Enrollment"),
    (["enrollments", "pause", "{enrollment}"], "Enrollment"),
    (["enrollments", "resume", "{enrollment}", "--mode", "restart_delay"], "Enrollment"),
    (["enrollments", "stop", "{enrollment}"], "Enrollment"),
    (["sequences", "pause", "{sequence}"], "Sequence"),
    (["sequences", "resume", "{sequence}", "--mode", "only_active_time"], "Sequence"),
    (["segments", "show", "{segment}"], "Segment"),
    (["analytics", "accounts"], "AccountReport"),
    (["analytics", "broadcasts", "--from", "7d"], "BroadcastReport"),
    (["analytics", "conversations", "--compare"], "ConversationReport"),
    (["analytics", "enrollments"], "EnrollmentReport"),
    (["analytics", "funnel", "--interval", "week"], "FunnelReport"),
    (["analytics", "sequences"], "SequenceReport"),
    (["analytics", "team"], "TeamReport"),
    (["api", "get", "/v1/contacts/{contact}"], "Contact"),
    (["broadcasts", "preview", *BROADCAST], "BroadcastPreview"),
    (["broadcasts", "start", *BROADCAST, "--at", "1d", "--yes"], "Broadcast"),
    (["broadcasts", "show", "{broadcast}"], "Broadcast"),
    (["broadcasts", "cancel", "{broadcast}"], "Broadcast"),
    (["webhooks", "create", "{receiver}", "--event", "message.received"], "IssuedWebhook"),
    (["webhooks", "rotate-secret", "{endpoint}", "--overlap", "0"], "IssuedWebhook"),
    (["webhooks", "test", "{endpoint}"], "Delivery"),
    (["webhooks", "replay", "{endpoint}", "--since", "1h"], "Job"),
    (["jobs", "show", "{job}"], "Job"),
    (["jobs", "wait", "{job}"], "Job"),
]
# Commands that answer any number of objects.
LISTS: list[tuple[list[str], str]] = [
    (["accounts", "list"], "Account"),
    (["contacts", "list", "--sort", "name", "--updated-since", "1d"], "Contact"),
    (["messages", "list", "--account", "{account}", "--since", "1d"], "Message"),
    (["sequences", "list"], "Sequence"),
    (["enrollments", "list", "--sequence", "{sequence}"], "Enrollment"),
    (["segments", "list"], "Segment"),
    (["threads", "list", "--contact", "@cli_person"], "Thread"),
    (["api", "GET", "/v1/contacts", "--query", "tag=cli"], "Contact"),
    (["broadcasts", "list"], "Broadcast"),
    (["broadcasts", "recipients", "{broadcast}"], "BroadcastRecipient"),
    (["events", "list", "--since", "1h"], "Event"),
    (["webhooks", "list"], "Webhook"),
    (["webhooks", "events"], "EventKind"),
    (["webhooks", "deliveries", "{endpoint}", "--since", "1h"], "Delivery"),
]
# Commands that other tests run, here or in the modules beside this one.
ELSEWHERE = {
    "broadcasts pause",
    "broadcasts resume",
    "broadcasts retry-failed",
    "completion",
    "contacts delete",
    "contacts export",
    "contacts import",
    "events follow",
    "files download",
    "files upload",
    "jobs cancel",
    "login",
    "logout",
    "messages delete",
    "messages edit",
    "messages react",
    "messages stream",
    "profiles",
    "sequences start",
    "webhooks delete",
    "webhooks tail",
}


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by its name with its groups."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def assert_is(instance: Any, component: str) -> None:
    """The object has the shape of this component of the OpenAPI document, without an unknown member."""
    schema = {"$ref": f"#/components/schemas/{component}", "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(schema).validate(instance)
    members = DOCUMENT["components"]["schemas"]["PingEvent" if component == "Event" else component]["properties"]
    assert not set(instance) - set(members)


@pytest.fixture
def ids(live: Live, crmsolid: Crmsolid) -> dict[str, str]:
    """What the arguments of the commands name. ``contact`` is new, so that each test can enroll it."""
    name = f"cli_{os.urandom(4).hex()}"
    contact = crmsolid("contacts", "create", "--username", name, "--json").document["id"]
    condition = {"name": name, "filter": {"field": "tag", "op": "is", "value": "cli"}}
    status, segment = call(live, "POST", "/v1/segments", condition)
    assert status == 201
    return {
        "account": str(live.account_id),
        "contact": contact,
        "username": f"@{name}",
        "sequence": live.sequence_id,
        "segment": segment["id"],
        "receiver": live.receiver.url(),
    }


def call(live: Live, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """The API without the client."""
    answer = live.product.call(method, path, body=None if body is None else json.dumps(body).encode())
    return answer.status, answer.json()


def filled(arguments: list[str], ids: dict[str, str]) -> list[str]:
    return [argument.format(**ids) if argument[:1] in ("{", "/") else argument for argument in arguments]


def everything(arguments: list[str]) -> list[str]:
    """Other tests at the same product may have made more than one page."""
    return [] if arguments == ["webhooks", "events"] else ["--all"]


def remember(ids: dict[str, str], component: str, answer: dict[str, Any]) -> None:
    """Later commands take what this one has made."""
    names = {"QueuedMessage": "message", "IssuedWebhook": "endpoint", "Broadcast": "broadcast", "Job": "job"}
    names["Enrollment"] = "enrollment"
    if component in names:
        ids[names[component]] = answer["id"]


@pytest.fixture
def answers(crmsolid: Crmsolid, ids: dict[str, str]) -> list[tuple[str, Any]]:
    """Run all of DOCUMENTS in their order. Each component with the object that the command printed."""
    found = []
    for arguments, component in DOCUMENTS:
        ended = crmsolid(*filled(arguments, ids), "--json")
        assert ended.code == 0, (arguments, ended.errors)
        found.append((component, ended.document))
        remember(ids, component, ended.document)
        if arguments[:2] == ["broadcasts", "start"]:  # its recipients are written after the answer
            wait_until(lambda: crmsolid("broadcasts", "recipients", ids["broadcast"], "--json").lines, "the recipients")
    return found


def test_every_command_prints_the_objects_of_the_api(
    crmsolid: Crmsolid, ids: dict[str, str], answers: list[tuple[str, Any]]
) -> None:
    for component, answer in answers:
        assert_is(answer, component)
    for arguments, component in LISTS:
        ended = crmsolid(*filled(arguments, ids), *everything(arguments), "--json")
        assert (ended.code, ended.errors) == (0, ""), arguments
        assert ended.lines, arguments
        for line in ended.lines:
            assert_is(line, component)


@pytest.mark.usefixtures("answers")
def test_tables_fit_80_columns(crmsolid: Crmsolid, ids: dict[str, str]) -> None:
    for arguments, _ in LISTS:
        if arguments[0] == "api":
            continue
        ended = crmsolid(*filled(arguments, ids), *everything(arguments))
        assert (ended.code, ended.errors) == (0, ""), arguments
        header, *rows = ended.output.splitlines()
        assert header.isupper() and rows
        assert max(width_of(line) for line in (header, *rows)) <= 80


def test_objects_are_those_that_the_api_answers(live: Live, crmsolid: Crmsolid) -> None:
    """Member by member, in their order, with times as they are written."""
    contact = crmsolid("contacts", "create", "--email", "order@example.com", "--field", "city=1.50", "--json").document
    assert (
        crmsolid("contacts", "get", contact["id"], "--json").document
        == call(live, "GET", f"/v1/contacts/{contact['id']}")[1]
    )
    told = crmsolid("events", "list", "--since", "1d", "--limit", "100", "--json").lines
    _, log = call(live, "GET", "/v1/events?limit=100")  # an event may have been added at its end
    assert told
    assert [json.dumps(event) for event in told] == [json.dumps(event) for event in log["data"]][: len(told)]


def test_every_command_is_run_by_a_test() -> None:
    run_here = {" ".join(arguments) for arguments, _ in (*DOCUMENTS, *LISTS)}
    names = {name for name, _ in commands()}
    assert {name for name in names if any(f"{each} ".startswith(f"{name} ") for each in run_here)} | ELSEWHERE == names


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_every_command_has_an_example_and_json(name: str) -> None:
    command = dict(commands())[name]
    example = (command.help or "").partition("Example")[2]
    assert f"crmsolid {name}" in example
    options = {option for parameter in command.params for option in parameter.opts}
    assert "--json" in options or name in ("completion", "files download")  # which print no objects


def test_text_comes_from_standard_input(live: Live, crmsolid: Crmsolid) -> None:
    arguments = ("send", "--account", str(live.account_id), "--to", "@cli_input", "-", "--wait", "--json")
    ended = crmsolid(*arguments, input="Первая строка\nsecond 🎉\n")
    assert (ended.code, ended.document["status"]) == (0, "sent")
    assert ended.document["text"] == "Первая строка\nsecond 🎉"


def test_waiting_for_a_message_that_fails_ends_with_1(live: Live, crmsolid: Crmsolid) -> None:
    ended = crmsolid("send", "--account", str(live.account_id), "--to", "@fail_privacy", "Hi", "--wait", "--json")
    assert (ended.code, ended.document["status"]) == (1, "failed")
    assert ended.document["error"]


def test_a_repeated_idempotency_key_sends_once(live: Live, crmsolid: Crmsolid) -> None:
    arguments = ("send", "--account", str(live.account_id), "--to", "@cli_once", "Hi", "--json")
    key = os.urandom(8).hex()
    first, second = (crmsolid(*arguments, "--idempotency-key", key).document for _ in range(2))
    assert first == second
    assert len(crmsolid("messages", "list", "--json", "--contact", contact_of(crmsolid, "cli_once")).lines) == 1


def test_json_is_utf_8_in_every_locale(live: Live, crmsolid: Crmsolid) -> None:
    crmsolid("contacts", "create", "--username", "cli_locale", "--name", "Анна 🎈")
    environment = {**process_environment(live), "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "crmsolid_client.cli", "contacts", "list", "--search", "cli_locale", "--json"]
    ended = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert json.loads(ended.stdout.decode())["name"] == "Анна 🎈"


def test_a_terminal_that_is_not_utf_8_gets_escapes(live: Live, crmsolid: Crmsolid) -> None:
    crmsolid("contacts", "create", "--username", "cli_terminal", "--name", "Анна")
    main, terminal = pty.openpty()
    environment = {**process_environment(live), "PYTHONIOENCODING": "latin-1"}
    command = [sys.executable, "-m", "crmsolid_client.cli", "contacts", "list", "--search", "cli_terminal", "--json"]
    ended = subprocess.run(command, env=environment, stdout=terminal, stderr=subprocess.PIPE, text=True)
    os.close(terminal)
    shown = os.read(main, 65536)
    os.close(main)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert rb'"\u0410\u043d\u043d\u0430"' in shown


def contact_of(crmsolid: Crmsolid, username: str) -> str:
    [contact] = crmsolid("contacts", "list", "--search", username, "--json").lines
    return str(contact["id"])


def test_a_list_ends_at_its_limit_and_says_so(crmsolid: Crmsolid) -> None:
    for number in range(3):
        crmsolid("contacts", "create", "--username", f"limited_{number}", "--tag", "limited")
    ended = crmsolid("contacts", "list", "--tag", "limited", "--limit", "2", "--json")
    assert len(ended.lines) == 2
    assert "more than these 2" in ended.errors
    ended = crmsolid("contacts", "list", "--tag", "limited", "--all", "--json")
    assert (len(ended.lines), ended.errors) == (3, "")


def test_a_broadcast_is_sent_only_after_yes(live: Live, crmsolid: Crmsolid, ids: dict[str, str]) -> None:
    arguments = ["broadcasts", "start", *filled(BROADCAST, ids)]
    before = call(live, "GET", "/v1/broadcasts")[1]["data"]
    refused = crmsolid(*arguments)
    assert refused.code == 2 and "--yes" in refused.errors
    assert "1 of 1 contact would get it" in refused.errors
    assert call(live, "GET", "/v1/broadcasts")[1]["data"] == before
    started = crmsolid(*arguments, "--yes", "--json")
    assert started.code == 0 and started.document["audience_hash"] in started.errors
    changed = crmsolid(*arguments, "--audience-hash", f"{'0' * 64}-1")
    assert changed.code == 1 and "audience_changed (409)" in changed.errors


def test_a_broadcast_is_paused_resumed_and_repeated(live: Live, crmsolid: Crmsolid, ids: dict[str, str]) -> None:
    other = crmsolid("contacts", "create", "--username", f"cli_{os.urandom(4).hex()}", "--json").document["id"]
    arguments = [*filled(BROADCAST, ids), "--contact", other, "--per-hour", "1", "--yes", "--json"]
    running = crmsolid("broadcasts", "start", *arguments).document
    assert crmsolid("broadcasts", "pause", running["id"], "--json").document["status"] == "paused"
    assert crmsolid("broadcasts", "resume", running["id"], "--json").document["status"] == "running"
    canceled = crmsolid("jobs", "cancel", running["job_id"])
    refused = crmsolid("broadcasts", "retry-failed", running["id"])
    assert refused.code == 1 and "invalid_state (409)" in refused.errors
    assert canceled.code == 0


def test_only_a_draft_is_started(live: Live, crmsolid: Crmsolid) -> None:
    """The sequence of these tests is active. Other tests expect it to be the only one."""
    refused = crmsolid("sequences", "start", live.sequence_id)
    assert refused.code == 1 and "only a draft can be started" in refused.errors
    assert live.proxy.lines() == [f"POST /v1/sequences/{live.sequence_id}/start"]


def test_deletions_ask(live: Live, crmsolid: Crmsolid, ids: dict[str, str]) -> None:
    endpoint = crmsolid("webhooks", "create", live.receiver.url(), "--event", "all", "--json").document
    assert len(endpoint["events"]) > 5
    for group, kind, deleted in (("webhooks", "webhooks", endpoint["id"]), ("contacts", "contacts", ids["contact"])):
        refused = crmsolid(group, "delete", deleted)
        assert refused.code == 2 and "--yes" in refused.errors
        assert call(live, "GET", f"/v1/{kind}/{deleted}")[0] == 200
        ended = crmsolid(group, "delete", deleted, "--yes", "--json")
        assert (ended.code, ended.output) == (0, "")
        assert call(live, "GET", f"/v1/{kind}/{deleted}")[0] == 404


def test_one_delivery_is_replayed(live: Live, crmsolid: Crmsolid) -> None:
    # No other test causes an event of this type.
    subscribe = ("--event", "subscription.upgraded", "--json")
    endpoint = crmsolid("webhooks", "create", live.receiver.url("/replayed"), *subscribe).document
    delivery = crmsolid("webhooks", "test", endpoint["id"], "--json").document
    wait_until(lambda: len(live.receiver.to("/replayed")) == 1, "the ping")
    listed = ("webhooks", "deliveries", endpoint["id"], "--status", "succeeded", "--json")
    wait_until(lambda: bool(crmsolid(*listed).lines), "the log")
    assert crmsolid("webhooks", "replay", delivery["id"], "--json").document["id"] == delivery["id"]
    wait_until(lambda: len(live.receiver.to("/replayed")) == 2, "the replay")
    crmsolid("webhooks", "delete", endpoint["id"], "--yes")


def test_at_and_name_or_an_e_mail_address_go_where_the_id_of_a_contact_does(live: Live, crmsolid: Crmsolid) -> None:
    name = f"named_{os.urandom(4).hex()}"
    crmsolid("contacts", "create", "--username", f"{name}_longer")
    contact = crmsolid("contacts", "create", "--username", name, "--email", f"{name}@example.com", "--json").document
    for given in (f"@{name}", f"@{name.upper()}", f"{name}@example.com", contact["id"]):
        assert crmsolid("contacts", "get", given, "--json").document["id"] == contact["id"]
    sent = crmsolid(
        "send", "--account", str(live.account_id), "--contact", f"@{name}", "Hi", "--wait", "--json"
    ).document
    assert sent["contact_id"] == contact["id"]
    assert [one["id"] for one in crmsolid("messages", "list", "--contact", f"@{name}", "--json").lines] == [sent["id"]]
    assert crmsolid("contacts", "delete", f"@{name}", "--yes").code == 0
    live.proxy.reset()
    ended = crmsolid("contacts", "tag", f"@{name}", "--add", "x")
    assert (ended.code, ended.output) == (1, "")
    assert f"No contact has the username @{name}" in ended.errors and f"--search {name}" in ended.errors
    assert [line.split(" ")[0] for line in live.proxy.lines()] == ["GET"]


def test_thread_of_somebody_with_none_or_several_says_what_to_give(live: Live, crmsolid: Crmsolid) -> None:
    name = f"quiet_{os.urandom(4).hex()}"
    crmsolid("contacts", "create", "--username", name)
    ended = crmsolid("threads", "close", f"@{name}")
    assert ended.code == 1 and f"There is no conversation with @{name}" in ended.errors
    ended = crmsolid("threads", "assign", "thr_1", "Nobody Known")
    assert ended.code == 2 and "There are: " in ended.errors


def test_contact_is_changed_and_a_field_is_emptied(crmsolid: Crmsolid) -> None:
    name = f"changed_{os.urandom(4).hex()}"
    crmsolid("contacts", "create", "--username", name, "--phone", "+1 555 0100", "--tag", "a", "--tag", "b")
    changed = ("--name", "Ada", "--clear", "phone", "--tag", "c", "--time-zone", "Europe/Kyiv", "--opted-out")
    assert crmsolid("contacts", "update", f"@{name}", *changed).code == 0
    row = crmsolid("contacts", "get", f"@{name}", "--json").document
    assert [row[member] for member in ("name", "phone", "tags", "time_zone", "opted_out")] == [
        *("Ada", None, ["c"], "Europe/Kyiv", True)
    ]


def test_contacts_are_found_by_exact_values_and_by_a_condition(crmsolid: Crmsolid) -> None:
    name = f"exact_{os.urandom(4).hex()}"
    phone = f"+1 555 {int.from_bytes(os.urandom(4)):010}"
    found = ("--email", f"{name}@example.com", "--phone", phone, "--tag", name)
    contact = crmsolid("contacts", "create", "--username", name, *found, "--json").document
    crmsolid("contacts", "create", "--username", f"{name}_longer", "--email", f"a{name}@example.com", "--tag", name)
    condition = {"all": [{"field": "tag", "op": "is", "value": name}, {"field": "username", "op": "is", "value": name}]}
    for option, value in {
        "--username": f"@{name}",
        "--email": f"{name}@example.com",
        "--phone": phone.replace(" ", ""),
        "--filter": json.dumps(condition),
    }.items():
        assert [row["id"] for row in crmsolid("contacts", "list", option, value, "--json").lines] == [contact["id"]]
        assert [row["id"] for row in crmsolid("contacts", "export", option, value, "--json").lines] == [contact["id"]]
    for text in ("{", "[]"):
        refused = crmsolid("contacts", "list", "--filter", text)
        assert refused.code == 2 and "it is no JSON" in refused.errors


def test_an_empty_value_empties_a_custom_field(crmsolid: Crmsolid) -> None:
    name = f"@field_{os.urandom(4).hex()}"
    assert crmsolid("contacts", "create", "--username", name, "--field", "city=Lviv").code == 0
    emptied = crmsolid("contacts", "update", name, "--field", "city=")
    assert (emptied.code, crmsolid("contacts", "get", name, "--json").document["custom_fields"]) == (0, {})


def test_any_call_is_made_by_its_path(live: Live, crmsolid: Crmsolid, tmp_path: Path) -> None:
    body = {"name": f"raw_{os.urandom(4).hex()}", "filter": {"field": "tag", "op": "is", "value": "raw"}}
    file = tmp_path / "body.json"
    file.write_text(json.dumps(body))
    created = crmsolid("api", "POST", "/v1/segments", "-d", f"@{file}", "--idempotency-key", body["name"]).document
    again = crmsolid(
        "api", "POST", "/v1/segments", "-d", "-", "--idempotency-key", body["name"], input=json.dumps(body)
    )
    assert again.document == created and created["name"] == body["name"]
    ended = crmsolid("api", "GET", f"/v1/segments/{created['id']}", "-i", "-H", "X-Request-Id: raw-1", "--json")
    assert ended.document["id"] == created["id"]
    assert "200" in ended.errors and "raw-1" in ended.errors and live.key not in ended.errors
    assert (crmsolid("api", "DELETE", f"/v1/segments/{created['id']}").output) == ""
    ended = crmsolid("api", "GET", f"/v1/segments/{created['id']}")
    assert (ended.code, ended.output) == (1, "") and "not_found (404)" in ended.errors
    ended = crmsolid("api", "GET", "/v1/contacts", "-q", "limit=2", "--all")
    assert len(ended.lines) > 2
