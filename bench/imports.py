"""``python -m bench.imports``: how fast contacts are imported, and what memory that takes.

Needs PostgreSQL on 127.0.0.1:5432 (or BENCH_POSTGRES) and a Redis database of its own (BENCH_REDIS), which is emptied.

A file of ``--rows`` people, each with a username, an e-mail address, a name, a phone number, two tags and a custom
field, is read and staged, tried (a dry run), imported, and imported again, when nothing changes. One process does all
of it: its memory is the largest that it had.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial
from typing import IO, Any

os.environ.setdefault("BENCH_DATABASE", "crmsolid_bench_imports")

from bench.sending import VERDICTS, drop_database, prepare

ROWS_A_SECOND = 2000
MEBIBYTE = 1024 * 1024


def write_file(rows: int) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
    file.write(b"username,email,name,phone,tags,company\n")
    for n in range(rows):
        cells = (f"person_{n}", f"person.{n}@example.com", f"Person {n} Miller", f"+49 30 {n}", f"trial;list {n % 9}")
        file.write(",".join([*cells, f'"Company {n % 1000}, Ltd"\n']).encode())
    return file


def timed(what: str, rows: int, work: Callable[[], Any]) -> float:
    began = time.monotonic()
    work()
    seconds = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:28} {seconds:7.1f} s  {rows / seconds:8,.0f} rows/s  peak memory {peak:4.0f} MiB", flush=True)
    return rows / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=250_000)
    rows = parser.parse_args().rows
    prepare()
    from contacts.imports import reading, services
    from contacts.models import CustomField
    from crmsolid.core.garbage_collection import freeze_loaded_objects
    from crmsolid.jobs import runner
    from crmsolid.jobs.models import Job
    from crmsolid.workspaces.actor import Actor
    from crmsolid.workspaces.models import Workspace

    actor = Actor.command(Workspace.objects.get(slug="bench"), "bench")
    CustomField.unscoped.create(workspace=actor.workspace, key="company", label="Company", type="text")
    file = write_file(rows)
    print(f"{rows:,} rows, {file.seek(0, os.SEEK_END) / MEBIBYTE:.0f} MiB")

    freeze_loaded_objects()  # as a worker does

    def stage(dry_run: bool) -> None:
        file.seek(0)
        with reading.read(file) as staged:
            services.import_contacts(actor, staged, dry_run=dry_run)

    def run() -> None:
        while runner.run_due():
            pass

    speeds = {}
    for name, dry_run in (("dry run", True), ("import", False), ("import of the same", False)):
        timed(f"{name}: read and stage", rows, partial(stage, dry_run))
        speeds[name] = timed(name, rows, run)
        print(f"{'':28} {Job.unscoped.order_by('-created_at')[0].result}")
    verdict = VERDICTS[speeds["import"] >= ROWS_A_SECOND]
    print(f"| import: rows a second | {speeds['import']:,.0f} (at least {ROWS_A_SECOND:,}) | {verdict} |")
    drop_database()


if __name__ == "__main__":
    main()
