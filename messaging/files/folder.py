"""The storage of files in a folder of this machine, which nobody else may read."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage


class PrivateFolder(FileSystemStorage):
    """Django's storage in a folder, for its owner alone. What :meth:`save` has returned for survives a power cut."""

    def __init__(self, location: str) -> None:
        super().__init__(location=location, file_permissions_mode=0o600, directory_permissions_mode=0o700)

    def _save(self, name: str, content: Any) -> str:
        path = Path(self.path(name))
        self._make_folder(path.parent)
        with open(path, "xb", opener=_private) as file:
            try:
                for chunk in content.chunks():
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                path.unlink()  # makes room at once on a disk that is full
                raise
        _sync_folder(path.parent)
        return name

    def _make_folder(self, folder: Path) -> None:
        """The folder and those above it that are missing, private from the start."""
        if folder.is_dir():
            return
        self._make_folder(folder.parent)
        with suppress(FileExistsError):  # another process was first
            folder.mkdir(mode=0o700)
            _sync_folder(folder.parent)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
