"""Files of messages, and changes of messages that were sent, with the command line."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.sdk.cli.conftest import Crmsolid
from tests.sdk.cli.test_commands import assert_is, call
from tests.sdk.live import Live
from tests.waiting import wait_until

CONTENT = "The offer\n" * 10_000


@pytest.fixture
def offer(tmp_path: Path) -> Path:
    file = tmp_path / "offer.txt"
    file.write_text(CONTENT)
    return file


@pytest.fixture
def sent(live: Live, crmsolid: Crmsolid) -> dict[str, Any]:
    """A message that was sent to a contact of its own."""
    recipient = f"@cli_{os.urandom(4).hex()}"
    ended = crmsolid("send", "--account", str(live.account_id), "--to", recipient, "Hi", "--wait", "--json")
    assert (ended.code, ended.document["status"]) == (0, "sent"), ended.errors
    return dict(ended.document)


def message(live: Live, message_id: str) -> dict[str, Any]:
    status, shown = call(live, "GET", f"/v1/messages/{message_id}")
    assert status == 200
    return dict(shown)


def test_a_file_is_uploaded_and_downloaded(crmsolid: Crmsolid, offer: Path, tmp_path: Path) -> None:
    ended = crmsolid("files", "upload", str(offer), "--name", "Offer 7.txt", "--json")
    assert (ended.code, ended.errors) == (0, "")
    assert_is(ended.document, "UploadedFile")
    assert (ended.document["name"], ended.document["size"]) == ("Offer 7.txt", len(CONTENT))
    target = tmp_path / "again.txt"
    downloaded = crmsolid("files", "download", ended.document["id"], str(target))
    assert (downloaded.code, downloaded.output, target.read_text()) == (0, "", CONTENT)
    assert f"Wrote 100 kB to {target}." in downloaded.errors
    printed = crmsolid("files", "download", ended.document["id"], "-")
    assert (printed.code, printed.output, printed.errors) == (0, CONTENT, "")


def test_standard_input_is_uploaded_under_a_name(crmsolid: Crmsolid) -> None:
    refused = crmsolid("files", "upload", "-", input="Notes")
    assert refused.code == 2 and "Give --name" in refused.errors
    uploaded = crmsolid("files", "upload", "-", "--name", "notes.txt", "--json", input="Notes").document
    assert (uploaded["name"], uploaded["size"]) == ("notes.txt", 5)
    assert crmsolid("files", "download", uploaded["id"], "-").output == "Notes"


def test_a_repeated_command_sends_its_files_once(live: Live, crmsolid: Crmsolid, offer: Path) -> None:
    second = offer.with_name("prices.txt")
    second.write_text("12 EUR")
    recipient, key = f"@cli_{os.urandom(4).hex()}", os.urandom(8).hex()
    arguments = ("send", "--account", str(live.account_id), "--to", recipient, "--idempotency-key", key)
    attached = ("--attach", str(offer), "--attach", str(second), "--format", "markdown", "**Here** it is", "--json")
    first, again = crmsolid(*arguments, *attached), crmsolid(*arguments, *attached)
    assert (first.code, again.code) == (0, 0), first.errors
    assert again.document == first.document
    wait_until(lambda: message(live, first.document["id"])["status"] == "sent", "the message")
    shown = message(live, first.document["id"])
    assert (shown["text"], shown["html"]) == ("Here it is", "<b>Here</b> it is")
    assert [(each["name"], each["size"]) for each in shown["attachments"]] == [
        ("offer.txt", len(CONTENT)),
        ("prices.txt", 6),
    ]
    listed = call(live, "GET", f"/v1/messages?contact_id={shown['contact_id']}")[1]["data"]
    assert [each["id"] for each in listed] == [first.document["id"]]


def test_no_file_is_uploaded_if_one_is_missing(live: Live, crmsolid: Crmsolid, offer: Path) -> None:
    missing = offer.with_name("missing.txt")
    arguments = ("send", "--account", str(live.account_id), "--to", "@cli_missing")
    refused = crmsolid(*arguments, "--attach", str(offer), "--attach", str(missing), "Hi")
    assert refused.code == 2 and f"there is no file {missing}" in refused.errors
    assert live.proxy.lines() == []


def test_messages_are_found_by_their_words(live: Live, crmsolid: Crmsolid) -> None:
    word = f"offer{os.urandom(4).hex()}"
    arguments = ("send", "--account", str(live.account_id), "--to", f"@cli_{word}", "--wait", "--json")
    first = crmsolid(*arguments, f"The {word}").document
    assert crmsolid(*arguments, "Something else").code == 0
    found = crmsolid("messages", "list", "--search", f"THE {word[:-1]}", "--json").lines
    assert [each["id"] for each in found] == [first["id"]]


def test_a_message_is_edited_and_reacted_to(live: Live, crmsolid: Crmsolid, sent: dict[str, Any]) -> None:
    edited = crmsolid("messages", "edit", sent["id"], "-", "--format", "html", "--json", input="<b>Hi</b> Sarah\n")
    assert edited.code == 0, edited.errors
    assert_is(edited.document, "Message")
    reacted = crmsolid("messages", "react", sent["id"], "👍", "--json")
    assert reacted.code == 0, reacted.errors
    shown = message(live, sent["id"])
    assert (shown["text"], shown["html"]) == ("Hi Sarah", "<b>Hi</b> Sarah")
    assert shown["reactions"] == [{"emoji": "👍", "by": "account"}]
    assert crmsolid("messages", "react", sent["id"]).code == 2
    assert crmsolid("messages", "react", sent["id"], "--none", "--json").code == 0
    assert message(live, sent["id"])["reactions"] == []


def test_a_message_is_deleted_after_yes(live: Live, crmsolid: Crmsolid, sent: dict[str, Any]) -> None:
    refused = crmsolid("messages", "delete", sent["id"])
    assert refused.code == 2 and "--yes" in refused.errors
    assert message(live, sent["id"])["deleted_at"] is None
    ended = crmsolid("messages", "delete", sent["id"], "--yes", "--json")
    assert (ended.code, ended.output, ended.errors) == (0, "", "")
    assert message(live, sent["id"])["deleted_at"] is not None
    edited = crmsolid("messages", "edit", sent["id"], "Hi Sarah")
    assert edited.code == 1 and "invalid_state (409)" in edited.errors
