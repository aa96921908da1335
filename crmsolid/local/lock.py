"""One process at a time uses a data folder. What is left of one that was killed is ended by the next."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from crmsolid.local.services import CannotStart, refuse_foreign

END_SECONDS = 20


class AlreadyRuns(CannotStart):
    """Another process uses the data folder."""

    def __init__(self, data: Path, what: str, process: int) -> None:
        self.what, self.process = what, process
        super().__init__(f"{what} (process {process}) uses {data} already; `make stop` ends it")


@dataclass
class Lock:
    file: IO[str]
    inherited: int  # a descriptor for the processes of this one: as long as one of them lives, the lock on it does

    def note(self, what: str, processes: Sequence[int] = ()) -> None:
        """Tell others what this is, and the leaders of the process groups that have inherited it."""
        self.file.truncate(0)
        json.dump({"what": what, "process": os.getpid(), "processes": processes}, self.file)
        self.file.flush()


@contextmanager
def locked(data: Path, what: str) -> Iterator[Lock]:
    """Raises AlreadyRuns."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_foreign(data)
    with (data / "running.json").open("a+") as file, (data / "processes.lock").open("a") as inherited:
        is_first = _try_lock(file)
        file.seek(0)
        noted: dict[str, Any] = {"what": "another start", "process": 0, "processes": []}
        with suppress(ValueError):  # it is empty, or just being written
            noted = json.load(file)
        if not is_first:
            raise AlreadyRuns(data, noted["what"], noted["process"])
        lock = Lock(file, inherited.fileno())
        lock.note(what, noted["processes"])
        deadline = time.monotonic() + END_SECONDS
        while not _try_lock(inherited):
            if time.monotonic() > deadline:
                raise CannotStart(f"what a killed start has left in {data} does not end: {noted['processes']}")
            for group in noted["processes"]:
                with suppress(ProcessLookupError):
                    os.killpg(group, signal.SIGKILL)
            time.sleep(0.05)
        lock.note(what)
        try:
            yield lock
        finally:
            file.truncate(0)  # nobody is to take a later process with this number for this one


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
