"""The completion scripts work in the shells they are for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crmsolid_client.cli.kept_login import Login, write_login
from tests.sdk.cli.conftest import SOURCE, process_environment, run_here


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for the PATH with the command in it, as pip installs it."""
    script = tmp_path / "crmsolid"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m crmsolid_client.cli "$@"\n')
    script.chmod(0o755)
    return tmp_path


def in_shell(folder: Path, shell: str, *arguments: str) -> str:
    environment = process_environment()
    environment["PATH"] = f"{folder}:{environment['PATH']}"
    ended = subprocess.run([shell, *arguments], env=environment, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, ""), ended
    return ended.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_commands_and_options(folder: Path) -> None:
    program = """
eval "$(crmsolid completion bash)"
complete -p crmsolid
complete_words() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _crmsolid_completion crmsolid; }
complete_words crmsolid webhooks ta; echo "${COMPREPLY[@]}"
complete_words crmsolid send --acc; echo "${COMPREPLY[@]}"
"""
    registered, command, option = in_shell(folder, "bash", "--norc", "-c", program).splitlines()
    assert "_crmsolid_completion crmsolid" in registered
    assert (command, option) == ("tail", "--account")


def completed(monkeypatch: pytest.MonkeyPatch, line: str) -> list[str]:
    """What the command answers to the script of bash for this line, without a key and without a network."""
    words = line.split(" ")
    monkeypatch.setenv("_CRMSOLID_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-m", "crmsolid_client.cli"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    return [one.partition(",")[2] for one in ended.stdout.splitlines()]


def test_names_are_completed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    write_login("staging", Login("https://crm.example.com", "cs_test_a4f9_key"))
    assert completed(monkeypatch, "crmsolid --profile st") == ["staging"]
    assert "message.received" in completed(monkeypatch, "crmsolid events follow --type message.r")
    assert completed(monkeypatch, "crmsolid contacts update @a --stage qu") == ["qualified"]
    assert completed(monkeypatch, "crmsolid analytics fu") == ["funnel"]


@pytest.mark.parametrize("shell, line", [("zsh", "#compdef crmsolid"), ("fish", "--command crmsolid")])
def test_other_shells_get_a_script_of_their_own(shell: str, line: str) -> None:
    ended = run_here("completion", shell)
    assert (ended.code, ended.errors) == (0, "")
    assert line in ended.output and f"_CRMSOLID_COMPLETE={shell}_complete" in ended.output


def test_an_unknown_shell_is_refused() -> None:
    assert run_here("completion", "tcsh").code == 2
