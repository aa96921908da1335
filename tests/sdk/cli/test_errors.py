"""What a failure prints and which exit code it has. Nothing is on standard output then."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import uuid
from datetime import datetime
from pathlib import Path

import pytest

from tests.sdk.cli.conftest import Crmsolid, Ended, process_environment, run_here, start
from tests.sdk.live import Live
from tests.servers import free_port


def assert_refused(ended: Ended, code: int, *parts: str) -> None:
    assert (ended.code, ended.output) == (code, ""), ended.errors
    for part in parts:
        assert part in ended.errors
    assert "Traceback" not in ended.errors


def test_without_a_key_it_says_where_to_get_one(crmsolid: Crmsolid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRMSOLID_KEY")
    assert_refused(crmsolid("me"), 3, "There is no API key", "Settings > API Keys", "export CRMSOLID_KEY=")


def test_a_key_comes_from_a_file_too(
    live: Live, crmsolid: Crmsolid, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CRMSOLID_KEY")
    file = tmp_path / "key"
    assert_refused(crmsolid("--key-file", str(file), "me"), 3, str(file))
    file.write_text(f"{live.key}\n")
    assert crmsolid("--key-file", str(file), "me", "--json").document["key"]["name"]
    assert crmsolid("--key-file", "-", "me", "--json", input=f"{live.key}\n").document["key"]["name"]


def test_a_key_that_is_not_accepted_is_3_and_is_not_shown(crmsolid: Crmsolid, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "cs_live_a4f9_" + "x" * 36
    monkeypatch.setenv("CRMSOLID_KEY", key)
    ended = crmsolid("me")
    assert_refused(ended, 3, "token_invalid (401)", "Settings > API Keys", "Request: ")
    assert "x" * 36 not in ended.errors


def test_a_missing_scope_is_named(live: Live, crmsolid: Crmsolid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRMSOLID_KEY", live.reader_key)
    ended = crmsolid("send", "--account", str(live.account_id), "--to", "@nobody_here", "Hi")
    assert_refused(ended, 1, "scope_missing (403)", "Next: Create a key with the scope write:messages", "Request: ")


def test_a_write_that_waits_for_an_approval_is_4(
    live: Live, crmsolid: Crmsolid, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMSOLID_KEY", live.held_key)
    ended = crmsolid("send", "--account", str(live.account_id), "--to", "@cli_held", "Hi")
    assert_refused(ended, 4, "Not done yet: this waits for an approval until", "every_write", "under Approvals")
    command = re.search(r"crmsolid (api GET /v1/proposals/prp_\w+)", ended.errors)
    assert command is not None
    shown = crmsolid(*command[1].split(), "--json").document
    assert (shown["status"], shown["call"]["arguments"]["text"]) == ("pending", "Hi")


def test_a_refusal_says_code_and_what_to_do(live: Live, crmsolid: Crmsolid) -> None:
    assert_refused(crmsolid("contacts", "get", "con_unknown"), 1, "not_found (404)", "`crmsolid me`", "Request: ")
    refused = crmsolid("contacts", "create", "--username", "a b")
    assert_refused(refused, 1, "Error: Validation failed", "username: a username is", "validation_failed (422)")


def test_the_daily_limit_is_explained(live: Live, crmsolid: Crmsolid) -> None:
    problem = {"status": 429, "code": "account_daily_limit", "title": "Daily limit", "detail": "the next slot is later"}
    headers = {"Retry-After": "5400", "Content-Type": "application/problem+json"}
    live.proxy.answer("POST /v1/messages/send", 429, headers, json.dumps(problem))
    ended = crmsolid("send", "--account", str(live.account_id), "--to", "@cli_daily", "Hi")
    assert_refused(ended, 1, "account_daily_limit (429)", "Wait 90 min, give a later --at", "another --account")


def test_a_lost_connection_tells_how_to_repeat_the_write(
    live: Live, crmsolid: Crmsolid, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmsolid_client.cli.context.RETRY_SECONDS", 0)
    monkeypatch.setenv("CRMSOLID_URL", f"http://127.0.0.1:{free_port()}")
    ended = crmsolid("contacts", "create", "--username", "cli_lost", "--idempotency-key", "my-own-key")
    assert_refused(ended, 1, "--idempotency-key my-own-key; nothing is done twice", "--url")
    monkeypatch.setenv("CRMSOLID_URL", live.url)
    live.proxy.drop("POST /v1/contacts")
    ended = crmsolid("contacts", "create", "--username", "cli_lost", "--idempotency-key", "my-own-key")
    assert_refused(ended, 1, "It may have been done. Repeat the command with --idempotency-key my-own-key")
    repeated = crmsolid("contacts", "create", "--username", "cli_lost", "--idempotency-key", "my-own-key", "--json")
    assert repeated.document["created"]


def options_to_repeat_with(ended: Ended) -> list[str]:
    """What the error says to repeat the command with."""
    [told] = re.findall(r"Repeat the command with (.+); nothing is done twice", ended.errors)
    return shlex.split(told)


def test_a_write_of_unknown_end_is_repeated_at_the_same_instant(
    live: Live, crmsolid: Crmsolid, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmsolid_client.cli.context.RETRY_SECONDS", 0)
    send = ["send", "--account", str(live.account_id), "--to", "@cli_repeat", "Hi", "--json"]
    live.proxy.drop("POST /v1/messages/send")
    ended = crmsolid(*send, "--at", "2h")
    assert_refused(ended, 1, "It may have been done. Repeat the command with --at 20")
    first, second = (crmsolid(*send, *options_to_repeat_with(ended)).document for _ in range(2))
    assert first == second


def test_a_broadcast_of_unknown_end_is_repeated_for_the_same_audience(
    live: Live, crmsolid: Crmsolid, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmsolid_client.cli.context.RETRY_SECONDS", 0)
    contact = crmsolid("contacts", "create", "--username", "cli_unknown_end", "--json").document["id"]
    start = ["broadcasts", "start", "--name", "n", "--text", "t", "--account", str(live.account_id)]
    start += ["--contact", contact, "--json"]
    with monkeypatch.context() as patch:  # the preview arrives, and the answer to the start is lost
        patch.setattr("crmsolid_client.cli.broadcasts.confirm", lambda *_: live.proxy.drop("POST /v1/broadcasts"))
        ended = crmsolid(*start, "--at", "1d", "--yes")
    assert_refused(ended, 1, "It may have been done. Repeat the command with --at 20", " --audience-hash ")
    first, second = (crmsolid(*start, *options_to_repeat_with(ended)).document for _ in range(2))
    assert first["id"] == second["id"]
    crmsolid("broadcasts", "cancel", first["id"])


@pytest.mark.parametrize(
    "status, body", [(200, "<html>"), (409, '{"code": "idempotency_in_progress"}'), (503, '{"code": "unavailable"}')]
)
def test_an_answer_that_leaves_the_end_of_a_write_open_tells_how_to_repeat_it(
    live: Live, crmsolid: Crmsolid, monkeypatch: pytest.MonkeyPatch, status: int, body: str
) -> None:
    monkeypatch.setattr("crmsolid_client.cli.context.RETRY_SECONDS", 0)
    live.proxy.answer("POST /v1/contacts", status, {}, body)
    ended = crmsolid("contacts", "create", "--username", "cli_open_end", "--idempotency-key", "open-end")
    assert_refused(ended, 1, "It may have been done. Repeat the command with --idempotency-key open-end")


def test_ctrl_c_during_the_retries_of_a_write_tells_how_to_repeat_it(
    crmsolid: Crmsolid, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setenv("CRMSOLID_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setattr("time.sleep", interrupt)
    ended = crmsolid("send", "--account", "1", "--to", "@nobody_here", "--at", "2h", "Hi")
    assert_refused(ended, 130, "Interrupted. It may have been done.")
    at, instant, name, key = options_to_repeat_with(ended)
    assert (at, name) == ("--at", "--idempotency-key")
    assert datetime.fromisoformat(instant) and uuid.UUID(key)
    assert crmsolid("me").errors.endswith("Interrupted.\n")


def test_a_key_that_was_used_for_another_request_is_not_to_be_replaced(live: Live, crmsolid: Crmsolid) -> None:
    send = ["send", "--account", str(live.account_id), "--to", "@cli_reused", "--idempotency-key", "cli-reused"]
    assert crmsolid(*send, "Hi").code == 0
    ended = crmsolid(*send, "Ho")
    assert_refused(ended, 1, "idempotency_key_reused", "may have been done", "`crmsolid messages list`", "same instant")


def test_an_answer_that_is_not_the_products_asks_for_the_address(live: Live, crmsolid: Crmsolid) -> None:
    live.proxy.answer("GET /v1/me", 404, {"Content-Type": "text/html"}, "<html>")
    assert_refused(crmsolid("me"), 1, "Code: none (404)", "Next: Check the address (--url).")


@pytest.mark.parametrize("arguments", [["send", "--account", "1", "--to", "@a_b_c", "-"], ["contacts", "import", "-"]])
def test_standard_input_is_not_the_key_and_the_data(live: Live, crmsolid: Crmsolid, arguments: list[str]) -> None:
    ended = crmsolid("--key-file", "-", *arguments, input=f"{live.key}\nname\n")
    assert_refused(ended, 2, "cannot be both the key file and the data")
    assert live.key not in ended.errors and live.proxy.lines() == []


def test_an_argument_that_is_no_text_is_refused(live: Live) -> None:
    command = [sys.executable, "-m", "crmsolid_client.cli", "contacts", "get", os.fsdecode(b"\xff")]
    environment = {**process_environment(live), "PYTHONUTF8": "1"}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert_refused(Ended(ended.returncode, ended.stdout, ended.stderr), 2, "is no text")


@pytest.mark.parametrize("utf8_mode", ["0", "1"])
def test_data_that_is_no_text_is_refused(live: Live, utf8_mode: str) -> None:
    command = [sys.executable, "-m", "crmsolid_client.cli", "send", "--account", "1", "--to", "@a_b_c", "-"]
    environment = {**process_environment(live), "PYTHONUTF8": utf8_mode}
    ended = subprocess.run(command, env=environment, input=b"Hi\xff", capture_output=True)
    refused = Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
    assert_refused(refused, 2, "Standard input is no text")
    assert live.proxy.lines() == []


def test_a_webhook_secret_that_is_no_text_is_refused_and_not_shown(live: Live) -> None:
    command = [sys.executable, "-m", "crmsolid_client.cli", "webhooks", "tail", "--forward-to", "3000"]
    environment = {**process_environment(live), "CRMSOLID_WEBHOOK_SECRET": os.fsdecode(b"hidden\xff")}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert_refused(Ended(ended.returncode, ended.stdout, ended.stderr), 2, "CRMSOLID_WEBHOOK_SECRET is no text")
    assert "hidden" not in ended.stderr


def test_a_programming_error_is_not_reported_as_wrong_usage(
    crmsolid: Crmsolid, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(model: object) -> None:
        raise ValueError("a mistake of the program")

    monkeypatch.setattr("crmsolid_client.cli.workspace.plain", fail)
    with pytest.raises(ValueError, match="a mistake of the program"):
        crmsolid("me")


def test_a_retry_is_told(live: Live, crmsolid: Crmsolid) -> None:
    live.proxy.drop("GET /v1/me")
    ended = crmsolid("me", "--json")
    assert ended.code == 0 and ended.document
    assert "attempt 2 follows in" in ended.errors


@pytest.mark.parametrize(
    "arguments, part",
    [
        (["nothing"], "No such command 'nothing'"),
        (["send", "Hi"], "Missing option '--account'"),
        (["send", "--account", "1", "Hi"], "exactly one of --to and --contact"),
        (["send", "--account", "1", "--to", "@sarah", "--contact", "con_1", "Hi"], "exactly one of --to and --contact"),
        (["messages", "list", "--since", "yesterday"], "'yesterday' is no time"),
        (["messages", "list", "--limit", "0"], "--limit"),
        (["contacts", "create", "--name", "Sarah"], "--username or --email"),
        (["contacts", "create", "--username", "sarah", "--field", "city"], "KEY=TEXT"),
        (["contacts", "create", "--username", "sarah", "--field", "city:=Berlin"], "no JSON"),
        (["contacts", "tag", "con_1"], "--add or --remove"),
        (["contacts", "import", "/nowhere/people.csv"], "there is no file"),
        (["contacts", "import", "README.md", "--mapping", "name"], "COLUMN=FIELD"),
        (["broadcasts", "preview", "--name", "n", "--text", "t", "--account", "1"], "one of --segment"),
        (["webhooks", "replay", "whk_1"], "--since"),
        (["webhooks", "replay", "dlv_1", "--since", "1h"], "not for one delivery"),
        (["webhooks", "tail", "--forward-to", "local host"], "is no address"),
        (["webhooks", "tail", "--forward-to", "localhost:99999"], "is no address"),
        (["contacts", "get", ""], "id is empty"),
        (["contacts", "create", "--username", "sarah", "--field", "city:=NaN"], "no JSON"),
        (["contacts", "delete", "con_1", "--yes", "--idempotency-key", " key"], "printable ASCII"),
        (["webhooks", "create", "https://example.com", "--event", "ping", "--secret", "s"], "No such option"),
        (["webhooks", "rotate-secret", "whk_1", "--secret", "s"], "No such option"),
        (["webhooks", "tail", "--secret", "s"], "No such option"),
        (["webhooks", "tail", "--forward-to", "3000", "--secret-file", "/nowhere"], "cannot be read"),
        (["webhooks", "tail", "--forward-to", "3000", "--secret-file", os.devnull], "is empty"),
        (["--url", "http://example.com", "me"], "--allow-http"),
        (["--url", "example.com", "me"], "--url"),
        (["--profile", "work", "--url", "https://example.com", "me"], "not both"),
        (["contacts", "update", "@sarah"], "what to change"),
        (["contacts", "update", "@sarah", "--phone", "1", "--clear", "phone"], "not both"),
        (["threads", "snooze", "@sarah"], "--until"),
        (["api", "GET", "v1/contacts"], "one slash"),
        (["api", "GET", "//elsewhere.example/v1"], "one slash"),
        (["api", "GET", "/v1/contacts", "-d", "{}"], "not for GET"),
        (["api", "POST", "/v1/contacts", "-d", "{"], "no JSON"),
        (["api", "POST", "/v1/contacts", "-d", "@/nowhere"], "cannot be read"),
        (["api", "POST", "/v1/contacts", "--all"], "for GET"),
        (["api", "GET", "/v1/contacts", "-q", "tag"], "after a name"),
        (["api", "GET", "/v1/contacts", "-H", "Authorization: Bearer x"], "no header that can be given"),
    ],
)
def test_wrong_usage_is_2_and_asks_nothing_of_the_api(
    live: Live, crmsolid: Crmsolid, arguments: list[str], part: str
) -> None:
    assert_refused(crmsolid(*arguments), 2, part)
    assert live.proxy.lines() == []


def test_help_and_version_need_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRMSOLID_KEY", raising=False)
    assert "Exit codes:" in run_here("--help").output
    assert run_here("contacts", "import", "--help").code == 0
    assert run_here("--version").output.startswith("crmsolid, version ")


def test_ctrl_c_ends_with_130_and_no_traceback(live: Live) -> None:
    with start(live, "messages", "stream", "--json") as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Connected.")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
    assert (process.returncode, output, errors.strip()) == (130, "", "Interrupted.")


@pytest.mark.parametrize("arguments", ["webhooks events --json", "contacts export"])
def test_a_closed_pipe_is_quiet(live: Live, arguments: str) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-m", "crmsolid_client.cli", *arguments.split()]
    ended = subprocess.run(command, env=process_environment(live), stdout=write_end, stderr=subprocess.PIPE, text=True)
    os.close(write_end)
    assert (ended.returncode, ended.stderr) == (141, "")
