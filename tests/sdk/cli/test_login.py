"""Where a command sends the key: to the address that was given with it, or to that of ``crmsolid login``."""

import json
import os
import pty
import socket
import sys
from pathlib import Path

import pytest

from crmsolid_client.cli.kept_login import login_file
from tests.sdk.cli.conftest import Crmsolid, process_environment, run_here
from tests.sdk.cli.test_errors import assert_refused
from tests.sdk.live import Live
from tests.servers import free_port


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home folder of this test's, so that nobody's real login is read or replaced."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


@pytest.fixture
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRMSOLID_URL", raising=False)
    monkeypatch.delenv("CRMSOLID_KEY", raising=False)


def in_terminal(live: Live, answers: dict[str, str]) -> tuple[int, str]:
    """``crmsolid login`` in a terminal of its own, with an answer to each question. Its exit code, and all it shows."""
    command = [sys.executable, "-m", "crmsolid_client.cli", "login"]
    environment = process_environment()
    process, terminal = pty.fork()
    if process == 0:
        os.execve(sys.executable, command, environment)
    shown, left = "", list(answers.items())
    with os.fdopen(terminal, "rb+", buffering=0) as stream:
        while True:
            try:
                shown += stream.read(1024).decode()
            except OSError:  # the process has ended
                break
            if left and left[0][0] in shown:
                stream.write(f"{left.pop(0)[1]}\n".encode())
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), shown


@pytest.mark.usefixtures("nothing_given")
def test_a_key_without_an_address_is_sent_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*arguments: object, **options: object) -> None:
        raise AssertionError(f"a connection to {arguments}")

    monkeypatch.setenv("CRMSOLID_KEY", "cs_live_a4f9_" + "x" * 36)
    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr(socket, "getaddrinfo", connect)
    for arguments in (["me"], ["send", "--account", "1", "--to", "@sarah", "Hi"], ["contacts", "list"]):
        ended = run_here(*arguments)
        assert_refused(ended, 2, "There is no address to send the API key to", "CRMSOLID_URL", "crmsolid login")
        assert "xxxx" not in ended.errors


def test_login_keeps_address_and_key_for_later_commands(
    live: Live, crmsolid: Crmsolid, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = crmsolid("login")
    assert (ended.code, ended.output) == (0, ""), ended.errors
    assert live.url in ended.errors and str(login_file()) in ended.errors and live.key not in ended.errors
    assert login_file().stat().st_mode & 0o777 == 0o600
    assert login_file().parent.stat().st_mode & 0o777 == 0o700
    monkeypatch.delenv("CRMSOLID_URL")
    monkeypatch.delenv("CRMSOLID_KEY")
    assert crmsolid("me", "--json").document["workspace"]["name"]
    assert crmsolid("logout", "--json").document == {"removed": True}
    assert not login_file().exists()
    assert_refused(crmsolid("me"), 3, "There is no API key", "crmsolid login")
    assert crmsolid("logout").code == 0


def test_the_kept_key_goes_to_its_own_address_alone(
    live: Live, crmsolid: Crmsolid, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert crmsolid("login").code == 0
    monkeypatch.delenv("CRMSOLID_KEY")
    assert_refused(crmsolid("--url", f"http://127.0.0.1:{free_port()}", "me"), 3, "There is no API key")
    monkeypatch.delenv("CRMSOLID_URL")
    monkeypatch.setenv("CRMSOLID_KEY", live.reader_key)
    assert_refused(crmsolid("me"), 2, "There is no address to send the API key to")


def test_a_key_that_is_not_accepted_is_not_kept(crmsolid: Crmsolid, monkeypatch: pytest.MonkeyPatch) -> None:
    assert crmsolid("login").code == 0
    before = login_file().read_text()
    monkeypatch.setenv("CRMSOLID_KEY", "cs_live_a4f9_" + "x" * 36)
    assert_refused(crmsolid("login"), 3, "token_invalid (401)")
    assert login_file().read_text() == before
    assert [file.name for file in login_file().parent.iterdir()] == [login_file().name]


@pytest.mark.usefixtures("nothing_given")
def test_login_asks_in_a_terminal_and_does_not_show_the_key(live: Live) -> None:
    code, shown = in_terminal(live, {"Address of your CRM Solid": live.url, "API key": live.key})
    assert code == 0, shown
    assert live.key not in shown
    kept = {"default": {"url": live.url, "key": live.key, "allow_http": False}}
    assert json.loads(login_file().read_text()) == {"profiles": kept}


@pytest.mark.usefixtures("nothing_given")
def test_without_a_terminal_login_says_what_to_give(live: Live) -> None:
    assert_refused(run_here("login"), 2, "There is no terminal to ask on", "--url")
    assert_refused(run_here("--url", live.url, "login"), 2, "There is no terminal to ask on", "CRMSOLID_KEY")
    ended = run_here("--url", live.url, "--key-file", "-", "login", "--json", input=f"{live.key}\n")
    assert ended.code == 0 and ended.document == run_here("me", "--json").document
    assert run_here("me", "--json").code == 0


@pytest.mark.usefixtures("nothing_given")
def test_a_login_file_that_cannot_be_read_is_named(home: Path) -> None:
    login_file().parent.mkdir(parents=True)
    login_file().write_text("{")
    assert_refused(run_here("me"), 2, str(login_file()), "crmsolid login")


def test_an_address_that_does_not_answer_is_named(crmsolid: Crmsolid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crmsolid_client.cli.context.RETRY_SECONDS", 0.0)
    url = f"http://127.0.0.1:{free_port()}"
    assert_refused(crmsolid("--url", url, "me"), 1, f"No answer from {url}", "--url")


@pytest.mark.usefixtures("nothing_given")
def test_profiles_are_kept_beside_each_other_and_chosen_by_name(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    for profile, key in (("default", live.key), ("reader", live.reader_key)):
        ended = run_here("--url", live.url, "--profile", profile, "--key-file", "-", "login", input=f"{key}\n")
        assert ended.code == 0, ended.errors
    assert login_file().stat().st_mode & 0o777 == 0o600
    listed = run_here("profiles", "--json").lines
    assert [(one["profile"], one["url"]) for one in listed] == [("default", live.url), ("reader", live.url)]
    assert live.key not in str(listed) and live.key.startswith(listed[0]["key"].rstrip("…"))
    assert "reader" in run_here("profiles").output

    def scopes() -> int:
        return len(run_here("me", "--json").document["scopes"])

    every = scopes()
    assert len(run_here("--profile", "reader", "me", "--json").document["scopes"]) == 3 < every
    monkeypatch.setenv("CRMSOLID_PROFILE", "reader")
    assert scopes() == 3
    monkeypatch.setenv("CRMSOLID_KEY", live.key)  # whoever names a profile does not get another key
    monkeypatch.setenv("CRMSOLID_URL", f"http://127.0.0.1:{free_port()}")
    assert scopes() == 3
    assert run_here("logout", "--json").document == {"removed": True}
    assert_refused(run_here("me"), 3, "There is no profile reader", "crmsolid login")
    monkeypatch.setenv("CRMSOLID_PROFILE", "default")
    assert scopes() == every
    assert run_here("logout").code == 0 and not login_file().exists()


@pytest.mark.usefixtures("nothing_given")
def test_login_of_the_first_version_is_read_as_the_default_profile(live: Live) -> None:
    login_file().parent.mkdir(parents=True)
    login_file().write_text(json.dumps({"url": live.url, "key": live.key, "allow_http": False}))
    assert run_here("me").code == 0
    ended = run_here("--url", live.url, "--profile", "two", "--key-file", "-", "login", input=f"{live.reader_key}\n")
    assert ended.code == 0
    assert [one["profile"] for one in run_here("profiles", "--json").lines] == ["default", "two"]
