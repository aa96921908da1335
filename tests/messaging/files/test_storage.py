"""The contents of files, in a folder and in a bucket: written, read, kept, and never left behind."""

import errno
import os
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import transaction

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from messaging.files import storage
from messaging.files.models import StoredObject
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db


def names(tenants: Tenants) -> set[str]:
    """What is in the storage for the workspace."""
    folder = str(tenants.workspace.pk)
    try:
        return {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}
    except FileNotFoundError:
        return set()


def put(tenants: Tenants, *pieces: bytes) -> str:
    name = storage.new_name(tenants.workspace.pk)
    storage.write(name, pieces)
    return name


def test_content_is_read_as_it_was_written(each_storage: str, tenants: Tenants) -> None:
    pieces = [os.urandom(1_000_003) for _ in range(20)]  # more than one part of an upload to a bucket
    whole = b"".join(pieces)
    with storage.open_name(put(tenants, *pieces)) as file:
        assert file.read(10) == whole[:10]
        assert file.seek(12_345_678) == 12_345_678
        assert file.read(100_000) == whole[12_345_678:12_445_678]
        assert file.seek(-5, os.SEEK_END) == len(whole) - 5
        assert (file.read(), file.read()) == (whole[-5:], b"")
        file.seek(0)
        assert file.read() == whole


def test_what_is_not_there_cannot_be_opened(each_storage: str, tenants: Tenants) -> None:
    with pytest.raises(FileNotFoundError):
        storage.open_name(f"{tenants.workspace.pk}/none")


def test_what_nobody_keeps_is_deleted_once_it_is_due(each_storage: str, tenants: Tenants) -> None:
    kept, left, dropped = put(tenants, b"kept"), put(tenants, b"left"), put(tenants, b"dropped")
    with transaction.atomic():
        storage.keep(kept)
    storage.discard(dropped)
    assert storage.delete_due() == 1
    assert names(tenants) == {kept, left}
    StoredObject.unscoped.update(not_before=clock.now() - timedelta(seconds=1))
    assert storage.delete_due() == 1
    assert names(tenants) == {kept}
    storage.give_up(tenants.workspace.pk, kept, "")
    assert storage.delete_due() == 1
    assert (names(tenants), StoredObject.unscoped.count()) == (set(), 0)


def test_what_is_being_deleted_cannot_be_kept_any_more(
    each_storage: str, tenants: Tenants, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = put(tenants, b"slow")
    storage.discard(name)

    def refuse(name: str) -> None:
        raise OSError("not now")

    monkeypatch.setattr(storage, "delete", refuse)
    assert storage.delete_due() == 0
    with pytest.raises(storage.NotKept):
        storage.keep(name)
    monkeypatch.undo()
    assert storage.delete_due() == 0  # its time has not come again
    StoredObject.unscoped.update(not_before=clock.now())
    assert storage.delete_due() == 1


def test_writing_that_breaks_off_leaves_nothing_once_it_is_due(each_storage: str, tenants: Tenants) -> None:
    name = storage.new_name(tenants.workspace.pk)

    def pieces() -> Any:
        yield os.urandom(9 * 1024 * 1024)
        raise ConnectionError("the client has left")

    with pytest.raises((ConnectionError, DomainError)):
        storage.write(name, pieces())
    storage.discard(name)
    assert storage.delete_due() == 1
    assert (names(tenants), StoredObject.unscoped.count()) == (set(), 0)


def test_a_full_disk_is_said_and_nothing_is_left(each_storage: str, tenants: Tenants) -> None:
    name = storage.new_name(tenants.workspace.pk)

    def pieces() -> Any:
        yield b"a" * 100
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DomainError) as refused:
        storage.write(name, pieces())
    assert refused.value.code == "storage_full"
    assert names(tenants) == set()


def test_the_folder_is_for_its_owner_alone(tenants: Tenants, settings: Any) -> None:
    name = put(tenants, b"secret")
    path = default_storage.path(name)
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert os.stat(os.path.dirname(path)).st_mode & 0o777 == 0o700
    assert os.stat(os.path.dirname(os.path.dirname(path))).st_mode & 0o777 == 0o700
