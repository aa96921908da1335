"""A small file system in memory, for a product whose disk runs full. It needs root, to mount one."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

BLOCK = b"\0" * 4096


@dataclass(frozen=True, slots=True)
class SmallDisk:
    folder: Path

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"

    def free_bytes(self) -> int:
        status = os.statvfs(self.folder)
        return status.f_bavail * status.f_frsize

    def fill(self, leave: int = 0) -> None:
        """Occupy all of it but about ``leave`` bytes."""
        with self._filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):  # the disk is full
            while self.free_bytes() > leave:
                file.write(BLOCK)

    def free(self) -> None:
        """Undo :meth:`fill`, if that was called."""
        self._filler.unlink(missing_ok=True)


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Mount one at ``folder``, which it makes. Skips the test where that is not permitted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "crmsolid-test", str(folder)]
    if (mounted := subprocess.run(mount, capture_output=True, text=True, timeout=20)).returncode:
        pytest.skip(f"needs to mount a file system: {mounted.stderr.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, timeout=20)
