"""``python -m bench.sequences``: how fast due steps become messages, and what 100,000 enrollments cost.

Needs PostgreSQL on 127.0.0.1:5432 (or BENCH_POSTGRES) and a Redis database of its own (BENCH_REDIS), which is emptied.

steps     ``--due`` enrollments on 20 sandbox accounts are due: messages made by one process and by two at once, then
          their outcomes; the same with a contact in each who has to be left out
idle      ``--enrollments`` that are not due, in one sequence and in 1,000: a run with nothing to do
requests  lists, enrollment, resuming and publishing with ``--enrollments`` in one sequence
limit     10,000 enrollments of an account whose daily limit is reached

At the end the figures are compared with what the product is held to; a FAIL does not fail the command.
"""

import argparse
import multiprocessing
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

os.environ.setdefault("BENCH_DATABASE", "crmsolid_bench_sequences")

from bench.sending import VERDICTS, Row, drop_database, prepare, query

STEPS_A_SECOND = 1000
ACCOUNTS = 20
SEQUENCES = 1000
WAITING = 10_000
WARM_UP = 2000

_CONTACTS = """
INSERT INTO contacts_contact (id, workspace_id, name, given_first_name, last_name, username, username_key, email, phone,
  time_zone, stage, score, opted_out, custom_fields, folded_fields, search, created_at, updated_at)
SELECT 'con_' || lpad(n::text, 26, '0'), %s, 'Contact ' || n, 'Contact', n::text, 'bench_' || n, 'bench_' || n, '', '',
  '', 'new', 0, false, '{}', '{}', '', now(), now() FROM generate_series(1, %s) AS n
"""
_ENROLLMENTS = """
INSERT INTO sequences_enrollment (id, workspace_id, sequence_id, version_id, contact_id, account_id, status, reason,
  step_key, anchor_at, next_run_at, request_id, created_at)
SELECT 'enr_' || %s || lpad(n::text, 20, '0'), %s, %s, %s, 'con_' || lpad(n::text, 26, '0'),
  (%s::bigint[])[1 + n %% %s], 'active', '', %s, due - %s, due, '', now() - n * interval '1 second'
FROM generate_series(%s, %s) AS n, LATERAL (SELECT %s::timestamptz + n * interval '1 millisecond' AS due) AS times
"""


# --- What is measured -------------------------------------------------------------------------------------------------
def actor() -> Any:
    from crmsolid.workspaces.actor import Actor
    from crmsolid.workspaces.models import Workspace

    return Actor.command(Workspace.objects.get(slug="bench"), "bench")


def add_contacts(count: int) -> None:
    query(_CONTACTS, actor().workspace.pk, count)


def add_sequence(name: str, account_ids: list[int], **members: Any) -> Any:
    """An active sequence of three steps, a day between them."""
    from sequences import services

    by = actor()
    sequence = services.create_sequence(by, definition(by.workspace, name, account_ids, **members))
    return services.start_sequence(by, sequence.pk)


def definition(workspace: Any, name: str, account_ids: list[int], **members: Any) -> Any:
    from sequences.definition import read_definition

    texts = {"hello": "Hey {first_name|there}", "again": "Are you there, {first_name}?", "last": "Bye"}
    steps = [{"id": key, "delay": "P1D", "text": text} for key, text in texts.items()]
    return read_definition(workspace, {"name": name, "account_ids": account_ids, "steps": steps, **members})


def enroll(sequence: Any, account_ids: list[int], count: int, *, due_in: timedelta, first: int = 1) -> None:
    """Enroll ``count`` contacts, from the one with this number on. They are due in this time, a millisecond apart."""
    from crmsolid.core import clock
    from sequences.versions import current_version

    version = current_version(sequence)
    step = version.definition.steps[0]
    due = clock.now() + due_in - timedelta(milliseconds=first)
    query(
        _ENROLLMENTS,
        *(sequence.pk[-6:], sequence.workspace_id, sequence.pk, version.id, account_ids, len(account_ids), step.key),
        *(step.delay, first, first + count - 1, due),
    )


def milliseconds(work: Callable[[], object], times: int = 1) -> float:
    """The median time of the work."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


# --- steps ------------------------------------------------------------------------------------------------------------
def steps(seeded: dict[str, Any], due: int) -> Iterator[Row]:
    """Make the messages of due steps, and handle their outcomes.

    A warm-up comes first: PostgreSQL keeps plans that were made while a table was nearly empty until it is analyzed.
    """
    add_contacts(due)
    accounts = list(range(seeded["first_account"], seeded["first_account"] + ACCOUNTS))
    enroll(add_sequence("Warm-up", accounts), accounts, min(due, WARM_UP), due_in=-timedelta(hours=1))
    run_in(1)
    settle_messages()
    run_in(1)
    for processes in (1, 2):
        enroll(add_sequence(f"By {processes}", accounts), accounts, due, due_in=-timedelta(hours=1))
        query("VACUUM ANALYZE")
        rate = due / run_in(processes)
        [(made,)] = query("SELECT count(*) FROM sequences_steprun WHERE outcome = ''")
        assert made == due, f"{made} messages were made"
        settle_messages()
        outcomes = due / run_in(processes)
        passed = rate >= STEPS_A_SECOND if processes == 2 else None
        goal = f" (at least {STEPS_A_SECOND})" if processes == 2 else ""
        yield f"steps: messages made a second, processes: {processes}", f"{rate:.0f}{goal}", passed
        yield f"steps: outcomes handled a second, processes: {processes}", f"{outcomes:.0f}", None
        assert query("SELECT count(*) FROM sequences_steprun WHERE NOT handled") == [(0,)]
    stopping = add_sequence("Stops", accounts, stop_on=["stage:won"])
    enroll(stopping, accounts, due, due_in=-timedelta(hours=1))
    query("UPDATE contacts_contact SET stage = 'won'")
    query("VACUUM ANALYZE")
    yield "steps: enrollments stopped a second, processes: 1", f"{due / run_in(1):.0f}", None
    assert query("SELECT count(*) FROM sequences_enrollment WHERE status = 'stopped'") == [(due,)]


def run_in(processes: int) -> float:
    """The seconds until this number of processes, which start together, have done everything that is due."""
    from django.db import connection

    connection.close()
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(processes + 1)
    workers = [context.Process(target=run_all, args=(barrier,)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    barrier.wait()
    began = time.perf_counter()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    return time.perf_counter() - began


def run_all(barrier: Any) -> None:
    from sequences.running import runner

    query("SELECT 1")  # connect
    barrier.wait()
    while runner.run_due(seconds=600):
        pass


def settle_messages() -> None:
    """As if all messages had been sent just now."""
    query("UPDATE messaging_message SET status = 'sent', sent_at = now() WHERE status = 'queued'")
    query("UPDATE sequences_steprun SET outcome = 'sent', settled_at = now() WHERE outcome = ''")


# --- idle -------------------------------------------------------------------------------------------------------------
def idle(seeded: dict[str, Any], enrollments: int) -> Iterator[Row]:
    """A run while nothing is due."""
    from sequences import services
    from sequences.running import runner

    add_contacts(enrollments)
    accounts = [seeded["first_account"]]

    def measure(what: str) -> Row:
        query("VACUUM ANALYZE")
        assert runner.run_due() == 0
        taken = min(milliseconds(runner.run_due) for _ in range(50))  # others use the machine as well
        return f"idle: ms of the fastest of 50 runs, {what}", f"{taken:.1f}", None

    yield measure("no sequence")
    one = add_sequence("One", accounts)
    yield measure("1 sequence without enrollments")
    enroll(one, accounts, enrollments, due_in=timedelta(days=1))
    yield measure(f"{enrollments} enrollments in 1 sequence")
    query("UPDATE sequences_enrollment SET next_run_at = now() - interval '1 day'")
    services.pause_sequence(actor(), one.pk)
    yield measure(f"{enrollments} overdue ones in a paused sequence")
    query("DELETE FROM sequences_enrollment")
    services.resume_sequence(actor(), one.pk)
    each = enrollments // SEQUENCES
    for number in range(SEQUENCES):
        sequence = add_sequence(f"Sequence {number}", accounts)
        enroll(sequence, accounts, each, due_in=timedelta(days=1), first=1 + number * each)
    yield measure(f"{enrollments} enrollments in {SEQUENCES} sequences")


# --- requests ---------------------------------------------------------------------------------------------------------
def requests(seeded: dict[str, Any], enrollments: int) -> Iterator[Row]:
    """What callers ask for: by the REST views without a server, or by the services."""
    from sequences import services
    from sequences.running.schedule import ResumeMode

    enrolled = 1000
    add_contacts(enrollments + enrolled)
    accounts, by = list(range(seeded["first_account"], seeded["first_account"] + ACCOUNTS)), actor()
    sequence = add_sequence("Large", accounts)
    enroll(sequence, accounts, enrollments, due_in=timedelta(days=1))
    fail = "UPDATE sequences_enrollment SET status = 'failed', next_run_at = NULL, ended_at = now()"
    query(f"{fail} WHERE id LIKE '%%7777'")
    query("VACUUM ANALYZE")
    yield from list_pages(seeded["token"], sequence.pk, deep=min(10_000, enrollments // 2))
    numbers = iter(range(enrollments + 1, enrollments + enrolled + 1))
    taken = milliseconds(
        lambda: services.enroll_contact(by, sequence.pk, contact_id=f"con_{next(numbers):026d}"), enrolled
    )
    yield "requests: ms to enroll a contact (service)", f"{taken:.2f}", None
    yield from enrolling(enrollments, accounts)
    taken = milliseconds(lambda: services.people_by_step(by, sequence.pk), 5)
    yield "requests: ms to count the people by step", f"{taken:.0f}", None
    for mode in ResumeMode:
        services.pause_sequence(by, sequence.pk)
        query("VACUUM ANALYZE")
        taken = milliseconds(partial(services.resume_sequence, by, sequence.pk, mode=mode))
        yield f"requests: ms to resume, {mode.value}", f"{taken:.0f}", None
    steps = [{"id": key, "delay": "P1D", "text": "Hey"} for key in ("again", "last")]
    changes = {"same steps": {"jitter": "PT1H"}, "their step removed": {"steps": steps}}
    for what, members in changes.items():
        query("VACUUM ANALYZE")
        new = definition(by.workspace, "Large", accounts, **members)
        taken = milliseconds(partial(services.update_sequence, by, sequence.pk, new, move_people=True))
        yield f"requests: ms to publish and move, {what}", f"{taken:.0f}", None


def enrolling(count: int, accounts: list[int]) -> Iterator[Row]:
    """A job that enrolls everybody, and one that finds them all in the sequence already."""
    from crmsolid.jobs import runner
    from sequences import services

    by, sequence = actor(), add_sequence("All", accounts)
    for what in ("enrolled by a job", "found enrolled by a job"):
        job = services.enroll_many(by, sequence.pk, filter={"all": []})
        started = time.perf_counter()
        runner.run_due(seconds=3600)
        seconds = time.perf_counter() - started
        job.refresh_from_db()
        assert job.state == "done" and job.done >= count, (job.state, job.done, job.errors)
        yield f"requests: contacts a second, {what}", f"{job.done / seconds:,.0f}", None
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    yield "requests: MB of the process after these jobs", f"{largest}", None


def list_pages(token: str, sequence_id: str, *, deep: int) -> Iterator[Row]:
    """Pages of 100 from the start, after ``deep`` rows, and of each status."""
    from django.test import Client

    client, path = Client(headers={"Authorization": f"Bearer {token}"}), f"/v1/sequences/{sequence_id}/enrollments"

    def read(**params: Any) -> Any:
        answer = client.get(path, params, secure=True)
        assert answer.status_code == 200, answer.content
        return answer.json()

    cursor = read(limit=100)["next_cursor"]
    for _ in range(deep // 100 - 1):
        cursor = read(limit=100, cursor=cursor)["next_cursor"]
    pages: dict[str, dict[str, Any]] = {
        "first": {},
        f"after row {deep:,}": {"cursor": cursor},
        "of the active": {"status": "active"},
        "of the failed (1 of 10,000)": {"status": "failed"},
        "of the completed (none)": {"status": "completed"},
    }
    for each in pages.values():
        each["limit"] = 100
    for name, params in pages.items():
        taken = milliseconds(partial(read, **params), 10)
        yield f"requests: ms of a list page of 100, {name}", f"{taken:.1f}", None


# --- limit ------------------------------------------------------------------------------------------------------------
def limit(seeded: dict[str, Any], daily: int = 50) -> Iterator[Row]:
    """Enrollments that wait for the daily limit of their account."""
    from messaging.models import Account
    from sequences.running import runner

    add_contacts(WAITING)
    account = seeded["first_account"]
    Account.unscoped.filter(pk=account).update(daily_limit=daily)
    enroll(add_sequence("Limited", [account]), [account], WAITING, due_in=-timedelta(hours=1))
    query("VACUUM ANALYZE")
    yield f"limit: ms of a run, {WAITING} due, {daily} a day", f"{milliseconds(runner.run_due):.0f}", None
    yield "limit: ms of a run when all of them wait", f"{milliseconds(runner.run_due, 5):.1f}", None
    # A slot becomes free: the messages of yesterday no longer count.
    oldest = "(SELECT id FROM messaging_message ORDER BY id LIMIT 1)"
    query(f"UPDATE messaging_message SET slot_at = slot_at - interval '1 day' WHERE id = {oldest}")
    first = "(SELECT min(next_run_at) FROM sequences_enrollment)"
    query(f"UPDATE sequences_enrollment SET next_run_at = now() - interval '1 second' WHERE next_run_at = {first}")
    [(due,)] = query("SELECT count(*) FROM sequences_enrollment WHERE next_run_at < now()")
    taken = milliseconds(runner.run_due)
    yield f"limit: ms of a run when one slot becomes free ({due} due)", f"{taken:.0f}", None
    Account.unscoped.filter(pk=account).update(state="needs_login")
    query("UPDATE sequences_enrollment SET next_run_at = now() - interval '1 second' WHERE next_run_at IS NOT NULL")
    query("VACUUM ANALYZE")
    taken = milliseconds(runner.run_due)
    yield "limit: ms of a run when all are due and the account needs a login", f"{taken:.0f}", None
    query(f"UPDATE sequences_enrollment SET next_run_at = now() - interval '1 second' WHERE next_run_at = {first}")
    taken = milliseconds(runner.run_due)
    yield "limit: ms of the next run, while it still needs the login", f"{taken:.0f}", None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", default="steps,idle,requests,limit")
    parser.add_argument("--due", type=int, default=20_000)
    parser.add_argument("--enrollments", type=int, default=100_000)
    options = parser.parse_args()
    cases: dict[str, Callable[[dict[str, Any]], Iterator[Row]]] = {
        "steps": lambda seeded: steps(seeded, options.due),
        "idle": lambda seeded: idle(seeded, options.enrollments),
        "requests": lambda seeded: requests(seeded, options.enrollments),
        "limit": limit,
    }
    print("| | | |\n|---|---|---|", flush=True)
    for case in options.cases.split(","):
        seeded = prepare()
        silence_doorbell()
        for name, figure, passed in cases[case](seeded):
            print(f"| {name} | {figure} | {VERDICTS[passed]} |", flush=True)
    drop_database()


def silence_doorbell() -> None:
    """No worker runs, so rings would only fill the broker."""
    from crmsolid.core import doorbell

    doorbell.replace(doorbell.Doorbell(lambda name, queue: None))


if __name__ == "__main__":
    main()
