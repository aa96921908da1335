"""``make bench``: all parts of the benchmark, one after the other, and at the end each figure that has a goal.

``python -m bench.suite [--long] [--parts requests,sending]``. Needs PostgreSQL (BENCH_POSTGRES) and Redis
(BENCH_REDIS).
The short sizes are chosen to take less than a quarter of an hour on two quiet cores; ``--long`` takes those of
docs/performance.md.

A FAIL while other programs used the machine is reported as noise. The databases that the parts make are dropped. The
exit status is 1 if a part could not be measured, or failed a goal on a quiet machine.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench import databases

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432")
REDIS = os.environ.get("BENCH_REDIS", "redis://127.0.0.1:6379/14")
DATABASES = "crmsolid_bench"  # the names of the parts' databases begin with this
TEMPLATE = f"{DATABASES}_template"
QUIET_PERCENT = 15.0  # of all cores; used by others before or after a part, it makes the machine busy
SAMPLE_SECONDS = 2.0


@dataclass(frozen=True)
class Part:
    """``database``: the part measures in the database of DATABASE_URL, which must be made for it. ``only_long``: it has
    no short size."""

    name: str
    module: str
    short: tuple[str, ...] = ()
    long: tuple[str, ...] = ()
    database: bool = False
    only_long: bool = False


PARTS = (
    Part("requests", "bench", ("--connections", "8", "--rounds", "3", "--seconds", "5")),
    Part("sending", "bench.sending", ("--seconds", "30"), ("--seconds", "600")),
    Part("sequences", "bench.sequences", ("--due", "4000", "--enrollments", "10000")),
    Part("webhooks", "bench.webhooks", ("--rounds", "1", "--tasks", "500"), ("--rounds", "2")),
    Part("hostile", "bench.hostile", ("--queued", "1000", "--rounds", "100")),
    Part("imports", "bench.imports", ("--rows", "20000")),
    Part("broadcasts", "bench.broadcasts", ("--contacts", "10000")),
    Part("contacts", "bench.contacts", ("--contacts", "50000"), database=True),
    Part("analytics", "bench.analytics", ("--contacts", "5000"), database=True),
    Part("panel", "bench.panel", ("--contacts", "5000"), database=True),
    Part("telegram", "bench.telegram", ("--accounts", "50"), ("--accounts", "200"), database=True),
    Part("scale", "bench.scale", ("--size", "0.05")),
    Part("growth", "bench.growth", only_long=True),
)


@dataclass
class Outcome:
    """Of one part. ``busy`` says what the load was, if others used the machine. ``rows``: figure, measured, passed."""

    part: str
    seconds: float
    busy: str
    failed: bool
    rows: list[tuple[str, str, bool]] = field(default_factory=list)

    @property
    def noise(self) -> str:
        return f"noise: machine was busy ({self.busy})" if self.busy else ""


def run(part: Part, arguments: tuple[str, ...]) -> Outcome:
    """Run the part as a process, and print what it prints."""
    name, busy, began = f"{DATABASES}_{part.name}", busy_machine(), time.monotonic()
    environment = {**os.environ, "BENCH_DATABASE": name, "BENCH_SCALE_DATABASE": name}
    if part.database:
        environment["DATABASE_URL"], environment["REDIS_URL"] = f"{POSTGRES}/{name}", REDIS
        databases.create(POSTGRES, name)
    command = [sys.executable, "-m", part.module, *arguments]
    print(f"\n## {part.name}: python -m {' '.join(command[2:])}\n", flush=True)
    outcome = Outcome(part.name, seconds=0.0, busy="", failed=False)
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        for line in process.stdout:  # type: ignore[union-attr]
            print(line, end="", flush=True)
            outcome.rows += verdicts(line)
        outcome.failed = process.wait() != 0
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)
        databases.drop(POSTGRES, name, f"test_{name}")  # a part that was interrupted has not
    outcome.seconds = time.monotonic() - began
    outcome.busy = busy or busy_machine()
    return outcome


def verdicts(line: str) -> Iterator[tuple[str, str, bool]]:
    """A row of a table whose last cell is PASS or FAIL."""
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    if line.startswith("|") and cells[-1] in ("PASS", "FAIL"):
        yield cells[0], ", at least ".join(cells[1:-1]), cells[-1] == "PASS"


# --- The machine ------------------------------------------------------------------------------------------------------
def busy_machine() -> str:
    """The load, if others use more than QUIET_PERCENT of all cores now; else empty. No part may be running."""
    before = cpu_ticks()
    time.sleep(SAMPLE_SECONDS)
    idle, total = (after - earlier for after, earlier in zip(cpu_ticks(), before, strict=True))
    used = 100 * (1 - idle / max(1, total))
    return f"load {os.getloadavg()[0]:.1f}, others used {used:.0f} %" if used > QUIET_PERCENT else ""


def cpu_ticks() -> tuple[int, int]:
    """Idle ones and all of them, of all cores. Without /proc no others are seen."""
    try:
        ticks = [int(each) for each in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    except FileNotFoundError:
        return 0, 0
    return ticks[3] + ticks[4], sum(ticks)


# --- The databases ----------------------------------------------------------------------------------------------------
def make_template() -> None:
    """A migrated database, which the parts copy: most of them are short beside the migrations."""
    databases.create(POSTGRES, TEMPLATE)
    environment = {**os.environ, "DATABASE_URL": f"{POSTGRES}/{TEMPLATE}", "REDIS_URL": REDIS}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    os.environ["BENCH_TEMPLATE"] = TEMPLATE


# --- The summary ------------------------------------------------------------------------------------------------------
def print_summary(outcomes: list[Outcome]) -> None:
    print("\n## Summary\n\n| part | figure | measured | |\n|---|---|---|---|")
    for outcome in outcomes:
        for figure, measured, passed in outcome.rows:
            print(f"| {outcome.part} | {figure} | {measured} | {'PASS' if passed else outcome.noise or 'FAIL'} |")
        if outcome.failed:
            print(f"| {outcome.part} | | could not be measured | FAIL |")
    seconds = ", ".join(f"{outcome.part} {outcome.seconds:.0f}" for outcome in outcomes)
    print(f"\nSeconds: {seconds}; all {sum(outcome.seconds for outcome in outcomes):.0f}", flush=True)


def good(outcome: Outcome) -> bool:
    return not outcome.failed and (bool(outcome.busy) or all(passed for _, _, passed in outcome.rows))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="the sizes of docs/performance.md")
    parser.add_argument("--parts", default="", help="some of the parts, separated by commas")
    options = parser.parse_args()
    names = [part.name for part in PARTS]
    wanted = options.parts.split(",") if options.parts else names
    if unknown := set(wanted) - set(names):
        parser.error(f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    outcomes = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the databases are dropped
    try:
        make_template()
        for part in PARTS:
            if part.name not in wanted or (part.only_long and not options.long):
                continue
            outcomes.append(run(part, part.long if options.long else part.short))
    finally:
        databases.drop(POSTGRES, TEMPLATE)
    print_summary(outcomes)
    return 0 if all(map(good, outcomes)) else 1


if __name__ == "__main__":
    sys.exit(main())
