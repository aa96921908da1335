"""A database that is older than this host has seen it is noticed, and nothing else is taken for one."""

import fcntl
import json
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.backends.signals import connection_created

from crmsolid.events import watermark
from crmsolid.events.models import Feed
from crmsolid.workspaces import sending_hold
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import AuditEntry, HoldReason, Installation
from tests.tenants import Tenants


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Path:
    """A data folder that does not exist yet."""
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path / "data")
    return tmp_path / "data"


def come_to(position: int) -> None:
    Feed.objects.update_or_create(id=1, defaults={"last_position": position})


def release() -> None:
    assert sending_hold.release(Actor.system, mode="resume")


def written() -> list[tuple[str, int]]:
    """Generation and position of each line of the file."""
    return [(each["generation"], each["position"]) for each in json.loads(watermark.path().read_text())]


def generation() -> str:
    return Installation.objects.get().generation


def test_the_first_check_names_the_installation_and_writes_the_file(folder: Path) -> None:
    assert not watermark.check()
    assert written() == [(generation(), 0)]
    assert [each.name for each in folder.iterdir()] == ["watermark.json"]
    assert (folder / "watermark.json").stat().st_mode & 0o777 == 0o600


def test_a_database_that_goes_on_is_no_reason_to_hold() -> None:
    for position in (5, 5, 9):
        come_to(position)
        assert not watermark.check()
    assert written() == [(generation(), 9)]
    assert not sending_hold.is_held()


def test_an_older_database_is_held_once_and_says_why(tenants: Tenants) -> None:
    come_to(9)
    watermark.check()
    come_to(8)
    assert watermark.check()
    hold = sending_hold.current()
    assert hold is not None
    assert (hold.reason, hold.note) == (HoldReason.RESTORED, "the event log ends at 8, 9 were seen on this host")
    assert not watermark.check()
    assert sending_hold.current() == hold
    entries = AuditEntry.unscoped.filter(action="sending.held").values_list("workspace", "surface", "data")
    assert sorted(entries) == [
        (workspace.pk, "system", {"reason": "restored"}) for workspace in (tenants.workspace, tenants.other)
    ]


def test_a_hold_stays_when_the_older_database_has_caught_up() -> None:
    come_to(9)
    watermark.check()
    come_to(2)
    watermark.check()
    come_to(20)
    assert not watermark.check()
    assert sending_hold.is_held()


def test_after_a_release_the_database_goes_on_and_a_second_restore_is_noticed() -> None:
    come_to(9)
    watermark.check()
    before = generation()
    come_to(2)
    watermark.check()
    release()
    assert not watermark.check()
    assert written() == [(before, 9), (generation(), 2)]
    come_to(50)
    watermark.check()
    # The same backup once more. It is of the generation before, in which it would even be further than was seen.
    Installation.objects.update(generation=before)
    come_to(60)
    assert watermark.check()


def test_a_check_that_began_before_a_release_does_not_hold_again(monkeypatch: pytest.MonkeyPatch) -> None:
    come_to(9)
    watermark.check()
    come_to(2)
    watermark.check()
    held = sending_hold.hold

    def release_first(*arguments: object, **options: object) -> bool:
        release()
        return held(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(sending_hold, "hold", release_first)
    assert not watermark.check()
    assert not sending_hold.is_held()


def test_another_database_is_no_reason_to_hold_and_the_first_is_still_known() -> None:
    come_to(9)
    watermark.check()
    first = Installation.objects.get()
    Installation.objects.all().delete()  # an empty database
    come_to(0)
    assert not watermark.check()
    assert len(written()) == 2
    Installation.objects.all().delete()
    first.save(force_insert=True)
    come_to(3)
    assert watermark.check()


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '[{"key": "a"}]', '[{"key": "a", "generation": "b", "position": "c"}]']
)
def test_a_file_that_cannot_be_understood_is_replaced(folder: Path, text: str) -> None:
    folder.mkdir()
    watermark.path().write_text(text)
    assert not watermark.check()
    assert written() == [(generation(), 0)]


def test_a_write_that_fails_leaves_one_file_at_most_which_the_next_write_replaces(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        for position in range(3):
            come_to(position)
            watermark.check()
        assert len(list(folder.iterdir())) == 1
    watermark.check()
    assert [each.name for each in folder.iterdir()] == ["watermark.json"]


def test_a_process_that_stands_still_while_it_writes_holds_up_nobody(folder: Path) -> None:
    watermark.check()
    before = written()
    come_to(7)
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        assert not watermark.check()
        assert written() == before
    finally:
        os.close(opened)
    assert not watermark.check()
    assert [position for _, position in written()] == [7]


def test_a_folder_that_cannot_be_written_stops_nothing(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder.write_text("a file in its place")
    assert not watermark.check()
    assert "the watermark of the database cannot be" in caplog.text


@pytest.fixture
def as_worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What a worker process does at its start. Gives the threads that have compared."""
    compared: list[str] = []
    monkeypatch.setattr(watermark, "check", lambda: compared.append(threading.current_thread().name))
    watermark.check_before_work()
    yield compared
    connection_created.disconnect(dispatch_uid="watermark")
    watermark.check_if_due()  # so that nothing is due in the tests that follow


def in_thread(function: Callable[[], object]) -> None:
    """Call it in a thread of its own, which closes its connection. ``connection.x`` must be looked up in there."""

    def call() -> None:
        try:
            function()
        finally:
            connection.close()

    with ThreadPoolExecutor(1, thread_name_prefix="other") as pool:
        pool.submit(call).result(30)


def test_nothing_is_due_in_a_process_that_is_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watermark, "check", lambda: pytest.fail("compared"))
    watermark.check_if_due()


def test_a_worker_compares_until_that_has_succeeded(as_worker: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> bool:
        raise DatabaseError

    with monkeypatch.context() as patched:
        patched.setattr(watermark, "check", refuse)
        with pytest.raises(DatabaseError):
            watermark.check_if_due()
    watermark.check_if_due()
    watermark.check_if_due()
    assert as_worker == ["MainThread"]


def test_a_worker_compares_once_after_each_new_connection_and_before_it_works(
    transactional_db: None, as_worker: list[str]
) -> None:
    watermark.check_if_due()
    assert len(as_worker) == 1
    in_thread(watermark.check_if_due)  # its connection is new, and is made before it is asked what is due
    assert as_worker[1:] == ["other_0"]
    in_thread(lambda: connection.ensure_connection())
    watermark.check_if_due()
    watermark.check_if_due()
    assert as_worker[2:] == ["MainThread"]


def test_a_connection_that_is_made_while_another_thread_compares_is_compared_too(
    transactional_db: None, as_worker: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect_elsewhere() -> bool:
        in_thread(lambda: connection.ensure_connection())
        as_worker.append("during")
        return False

    with monkeypatch.context() as patched:
        patched.setattr(watermark, "check", connect_elsewhere)
        watermark.check_if_due()
    watermark.check_if_due()
    assert as_worker == ["during", "MainThread"]


def test_the_connection_of_the_check_itself_makes_no_other_check_due(
    transactional_db: None, as_worker: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect_again() -> bool:
        connection.close()
        connection.ensure_connection()
        as_worker.append("reconnected")
        return False

    monkeypatch.setattr(watermark, "check", connect_again)
    watermark.check_if_due()
    watermark.check_if_due()
    assert as_worker == ["reconnected"]
