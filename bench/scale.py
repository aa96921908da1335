"""``python -m bench.scale``: lists, pages, purges and tables of a large installation, on PostgreSQL.

It fills the database ``crmsolid_scale`` of BENCH_POSTGRES with a million contacts, 5 million messages in 250,000
threads, 10 million events with their deliveries and 100,000 enrollments, times ``--size``, or takes the one that an
earlier run with ``--keep`` has left. Then it asks for each list of the API and each page of the panel many times, with
other rows and cursors, through the real views, and prints the median and the longest time, the number of statements,
and the plan of the slowest one. ``--parts purge`` deletes a tenth of each table that has a retention, as the product's
tasks do.
"""

import argparse
import os
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from urllib.parse import urlencode

POSTGRES = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432")
DATABASE = os.environ.get("BENCH_SCALE_DATABASE", "crmsolid_scale")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
os.environ.setdefault("DATABASE_URL", f"{POSTGRES}/{DATABASE}")
os.environ.setdefault("REDIS_URL", os.environ.get("BENCH_REDIS", "redis://127.0.0.1:6379/11"))

import django

django.setup()

import psycopg
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse

from apikeys.services import create_key
from bench import contacts as contact_cases
from bench import panel, scale_fill, scale_purge
from bench.contacts import timed
from contacts.segments import services as segments
from crmsolid.analytics.reports import REPORTS
from crmsolid.api import pagination
from crmsolid.core.garbage_collection import freeze_loaded_objects
from crmsolid.workspaces.actor import ALL_SCOPES, Actor
from crmsolid.workspaces.models import Membership, Workspace
from messaging.models import Account, Message, Thread
from sequences.models import Enrollment, Sequence
from webhooks.models import Delivery, Endpoint

ROUNDS, PANEL_ROUNDS = 40, 5
SAMPLE = 40
_NODE = re.compile(
    r"((?:Parallel )?(?:Seq|Index|Index Only|Bitmap Heap|Bitmap Index|CTE|Subquery) Scan(?: Backward)?"
    r"|(?:Incremental )?Sort|Hash(?: \w+)? Join|Merge Join|Nested Loop[ \w]*|Aggregate|GroupAggregate|HashAggregate"
    r"|Materialize|Memoize|Append|Gather(?: Merge)?|Update|Delete|BitmapAnd|BitmapOr)"
    r"(?: using (\w+))?(?: on (\w+))?.*?\(actual rows=([\d.]+) loops=(\d+)\)"
)


@dataclass(slots=True)
class Result:
    """How long the calls of a case took. ``slowest`` is the address of the longest one."""

    name: str
    times: list[float] = field(default_factory=list)
    slowest: str = ""
    statements: int = 0
    plan: str = ""
    status: int = 200

    @property
    def p50(self) -> float:
        return statistics.median(self.times) * 1000

    @property
    def p99(self) -> float:
        return sorted(self.times)[min(len(self.times) - 1, len(self.times) * 99 // 100)] * 1000

    def print(self, limit: float) -> None:
        status = "" if self.status == 200 else f" ({self.status})"
        print(f"{self.p50:9,.1f} {self.p99:9,.1f} {self.statements:4}  {self.name}{status}", flush=True)
        if self.p99 > limit:
            print(f"{'':26}{self.slowest[:150]}\n{'':26}{self.plan}", flush=True)


class Plans:
    """The plans of all statements of this connection, also of prepared ones, as PostgreSQL's auto_explain reports
    them."""

    def __enter__(self) -> "Plans":
        self.plans: list[tuple[float, str]] = []
        with connection.cursor() as cursor:
            cursor.execute("LOAD 'auto_explain'; SET client_min_messages = log; SET auto_explain.log_analyze = on")
            cursor.execute("SET auto_explain.log_timing = off; SET auto_explain.log_min_duration = 0")
        connection.connection.add_notice_handler(self._note)
        return self

    def __exit__(self, *details: object) -> None:
        connection.connection.remove_notice_handler(self._note)
        with connection.cursor() as cursor:
            cursor.execute("SET auto_explain.log_min_duration = -1; RESET client_min_messages")

    def _note(self, notice: Any) -> None:
        text = notice.message_primary or ""
        if text.startswith("duration: "):
            self.plans.append((float(text.split()[1]), text))

    def slowest(self) -> str:
        """The nodes of the slowest plan that read or join rows, from the outermost on."""
        if not self.plans:
            return ""
        milliseconds, text = max(self.plans)
        nodes = []
        for line in text.splitlines():
            if found := _NODE.search(line):
                kind, index, table, rows, loops = found.groups()
                of = f" {index or table}" if index or table else ""
                nodes.append(f"{kind}{of} ({float(rows):,.0f}{f' x {int(loops):,}' if int(loops) > 1 else ''})")
            elif removed := re.search(r"Rows Removed by (?:Join )?Filter: (\d+)", line):
                nodes[-1:] = [f"{nodes[-1]} -{int(removed[1]):,}"] if nodes else []
        return f"{milliseconds:,.0f} ms: {' < '.join(nodes)}"


def measure(name: str, addresses: list[str], get: Callable[[str], Any], *, rounds: int) -> Result:
    """Ask for each address in turn, until ``rounds`` answers have come, and once more with plans for the slowest."""
    result = Result(name)
    for number in range(rounds):
        address = addresses[number % len(addresses)]
        started = time.perf_counter()
        answer = get(address)
        size = next(iter(answer)) if answer.streaming else answer.content
        seconds = time.perf_counter() - started
        del size
        if not result.times or seconds > max(result.times):
            result.slowest, result.status = address, answer.status_code
        result.times.append(seconds)
        if sum(result.times) > 20:
            break
    with Plans() as plans:
        get(result.slowest)
    result.statements, result.plan = len(plans.plans), plans.slowest()
    return result


class Samples:
    """Rows of the large workspace to ask for, chosen at random but the same in each run."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.cursors: dict[str, Any] = {}
        self.random = random.Random(7)

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(columns)} FROM {table} TABLESAMPLE SYSTEM (1) REPEATABLE (7)"
                " WHERE workspace_id = %s ORDER BY md5(id::text) LIMIT %s",
                [self.workspace.pk, SAMPLE],
            )
            return list(cursor.fetchall())

    def deep(self, table: str, column: str) -> Iterator[str]:
        """Cursors that stand at rows all over the table."""
        for value, pk in self.rows(table, column, "id"):
            name = f"deep-{len(self.cursors)}"
            self.cursors[name] = pagination._Cursor(value, pk)
            yield name


def api_cases(samples: Samples, actor: Actor) -> Iterator[tuple[str, list[str]]]:
    """Each list of the API: its first page, pages at any depth, and its filters."""

    def each(path: str, name: str, values: Any, **more: Any) -> list[str]:
        return [f"/v1/{path}?{urlencode({name: value, **more}, doseq=True)}" for value in values]

    def first_and_deep(path: str, table: str, column: str, **more: Any) -> Iterator[tuple[str, list[str]]]:
        said = "".join(f", {name} {value}" for name, value in more.items())
        yield f"{path}{said}", [f"/v1/{path}?{urlencode(more)}"]
        yield f"{path}{said}, any cursor", each(path, "cursor", samples.deep(table, column), **more)

    workspace = samples.workspace
    contacts = [pk for (pk,) in samples.rows("contacts_contact", "id")]
    threads = [pk for (pk,) in samples.rows("messaging_thread", "id")]
    talked_to = [pk for (pk,) in samples.rows("messaging_thread", "contact_id")]
    times = [at.isoformat() for (at,) in samples.rows("messaging_message", "created_at")]
    accounts = list(Account.objects.for_workspace(workspace).values_list("pk", flat=True))
    endpoints = list(Endpoint.objects.for_workspace(workspace).values_list("pk", flat=True))
    sequences = list(Sequence.objects.for_workspace(workspace).values_list("pk", flat=True))

    for sort in ("-created_at", "created_at", "-updated_at", "name", "-score"):
        yield from first_and_deep("contacts", "contacts_contact", sort.lstrip("-"), sort=sort)
    for tag in contact_cases.TAGS:
        yield from first_and_deep("contacts", "contacts_contact", "created_at", tag=tag)
    for stage in ("new", "lost"):
        yield from first_and_deep("contacts", "contacts_contact", "created_at", stage=stage)
    yield "contacts, updated_since", each("contacts", "updated_since", times)
    yield "contacts, search of a username", each("contacts", "search", (f"user_{pk[-6:]}" for pk in contacts))
    yield "contacts, search миллер", each("contacts", "search", ["миллер"])
    yield "contacts, search of nobody", each("contacts", "search", ["nobodyiscalledthis"])
    for name, conditions in {
        "three conditions": contact_cases.THREE,
        "one company": contact_cases.COMPANY,
        "any of 50 tags": contact_cases.FIFTY_TAGS,
        "wrote within 7 days and not vip": contact_cases.RECENT,
    }.items():
        made = segments.create_segment(actor, name=f"{name} {time.time()}", filter=conditions).segment.pk
        yield f"contacts, segment of {name}", each("contacts", "segment", [made])
        yield f"segment of {name}, with its count", [f"/v1/segments/{made}"]
    yield "a contact", [f"/v1/contacts/{pk}" for pk in contacts]
    yield "segments", ["/v1/segments"]

    for sort in ("-created_at", "created_at"):
        yield from first_and_deep("messages", "messaging_message", "created_at", sort=sort)
    yield "messages, since", each("messages", "since", times)
    yield "messages, until, oldest first", each("messages", "until", times, sort="created_at")
    yield "messages, contact_id", each("messages", "contact_id", talked_to)
    yield (
        "messages, contact_id who has none",
        each("messages", "contact_id", [pk for pk in contacts if pk > "con_0" * 9]),
    )
    yield "messages, thread_id", each("messages", "thread_id", threads)
    yield "messages, account_id", each("messages", "account_id", accounts)
    for direction in ("in", "out"):
        yield from first_and_deep("messages", "messaging_message", "created_at", direction=direction)
    for status in ("queued", "sending", "sent", "failed", "canceled"):
        yield from first_and_deep("messages", "messaging_message", "created_at", status=status)
    yield "messages, account_id and status failed", each("messages", "account_id", accounts, status="failed")
    yield "a message", [f"/v1/messages/{pk}" for (pk,) in samples.rows("messaging_message", "id")]
    yield from first_and_deep("threads", "messaging_thread", "last_message_at")
    for unread in ("true", "false"):
        yield from first_and_deep("threads", "messaging_thread", "last_message_at", unread=unread)
    yield "threads, account_id", each("threads", "account_id", accounts)
    yield "threads, account_id and unread", each("threads", "account_id", accounts, unread="true")
    yield "threads, contact_id", each("threads", "contact_id", talked_to)
    yield "messages of a thread", [f"/v1/threads/{pk}/messages" for pk in threads]

    yield from first_and_deep("events", "events_event", "position")
    for kind in ("message.received", "contact.tagged", "subscription.upgraded"):
        yield from first_and_deep("events", "events_event", "position", type=kind)
    recent = [at.isoformat() for (at,) in samples.rows("events_event", "created_at")]
    yield "events, since, of which up to 10 minutes of all workspaces are read", each("events", "since", recent)
    yield "an event", [f"/v1/events/{pk}" for (pk,) in samples.rows("events_event", "id")]
    log = [f"webhooks/{pk}/deliveries" for pk in endpoints]
    yield "deliveries", [f"/v1/{path}" for path in log]
    deliveries = samples.rows("webhooks_delivery", "endpoint_id", "created_at", "id")
    deep = list(samples.deep("webhooks_delivery", "created_at"))
    of_rows = zip(deliveries, deep, strict=True)
    yield "deliveries, any cursor", [f"/v1/webhooks/{row[0]}/deliveries?cursor={cursor}" for row, cursor in of_rows]
    for status in ("pending", "sending", "succeeded", "failed", "exhausted", "canceled"):
        yield f"deliveries, status {status}", [f"/v1/{path}?status={status}" for path in log]
    for kind in ("message.sent", "subscription.upgraded"):
        yield f"deliveries, event {kind}", [f"/v1/{path}?event={kind}" for path in log]
    yield "deliveries, since", [f"/v1/{path}?{urlencode({'since': recent[0]})}" for path in log]
    yield "deliveries, until", [f"/v1/{path}?{urlencode({'until': recent[0]})}" for path in log]
    yield "a delivery", [f"/v1/deliveries/{pk}" for _, _, pk in deliveries]
    yield "webhooks", ["/v1/webhooks"]

    yield from first_and_deep("enrollments", "sequences_enrollment", "created_at")
    for status in ("active", "paused", "failed"):
        yield from first_and_deep("enrollments", "sequences_enrollment", "created_at", status=status)
    yield "enrollments, contact_id", each("enrollments", "contact_id", contacts)
    yield "enrollments of a sequence", [f"/v1/sequences/{pk}/enrollments" for pk in sequences]
    yield "enrollments of a sequence, failed", [f"/v1/sequences/{pk}/enrollments?status=failed" for pk in sequences]
    yield "a sequence", [f"/v1/sequences/{pk}" for pk in sequences]
    yield "sequences", ["/v1/sequences"]
    yield "accounts", ["/v1/accounts"]
    for report in REPORTS:
        yield f"analytics/{report}, 30 days", [f"/v1/analytics/{report}"]
        year = urlencode({"from": "2026-01-01T00:00:00Z", "to": "2026-12-31T00:00:00Z", "interval": "month"})
        yield f"analytics/{report}, a year by month", [f"/v1/analytics/{report}?{year}"]


def panel_cases(client: Client, workspace: Workspace) -> Iterator[tuple[str, list[str]]]:
    """Each page of the panel, and each list with choices of its filters, its sorts, searches and deep pages.

    The rows whose pages are asked for are the first and the newest of the workspace."""
    for name, address in panel.addresses(workspace):
        yield name, [address]
    for model, page in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        address = reverse(f"admin:{name}_changelist")
        answer = client.get(address)
        changelist = (getattr(answer, "context_data", None) or {}).get("cl")
        if changelist is None or not hasattr(changelist, "filter_specs"):
            continue
        for spec in changelist.filter_specs:
            for choice in list(spec.choices(changelist))[1:8]:
                yield f"{name}, {spec.title} {choice['display']}", [f"{address}{choice['query_string']}"]
        for number, column in enumerate(changelist.list_display):
            if changelist.get_ordering_field(column):
                yield f"{name}, sorted by {column}", [f"{address}?o={number}", f"{address}?o=-{number}"]
        if page.search_fields:
            newest = model.objects.for_workspace(workspace).order_by("-pk").values_list("pk", flat=True).first()
            for text in (newest, "Sarah", "nobodyiscalledthis"):
                yield f"{name}, search {text}", [f"{address}?{urlencode({'q': text})}"]
        for number in (100, 5_000):
            yield f"{name}, page {number}", [f"{address}?p={number}"]
    yield from newest_rows(workspace)


def newest_rows(workspace: Workspace) -> Iterator[tuple[str, list[str]]]:
    for model in (Message, Thread, Delivery, Enrollment):
        rows = model.objects.for_workspace(workspace).order_by("-pk").values_list("pk", flat=True)[:PANEL_ROUNDS]
        name = "inbox_thread" if model is Thread else f"{model._meta.app_label}_{model._meta.model_name}_change"
        yield f"{name}, newest", [reverse(f"admin:{name}", args=[pk]) for pk in rows]


def run_cases(cases: Iterator[tuple[str, list[str]]], get: Callable[[str], Any], options: Any, **limits: Any) -> None:
    rounds, limit = limits["rounds"], limits["limit"]
    print("   p50 ms    p99 ms  stm  case")
    results = []
    for name, addresses in cases:
        if addresses and (not options.only or re.search(options.only, name)):
            result = measure(name, addresses, get, rounds=rounds)
            result.print(limit)
            results.append(result)
    late = [result.name for result in results if result.p99 > limit]
    print(
        f"{len(results) - len(late)} of {len(results)} within {limit:,.0f} ms; not: {', '.join(late) or 'none'}\n",
        flush=True,
    )


def open_database(size: float) -> Workspace:
    """The filled workspace; the database is created if need be."""
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as database:
        if database.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            database.execute(f"CREATE DATABASE {DATABASE}")
    return scale_fill.prepare(scale_fill.Size(size))


def measure_api(workspace: Workspace, options: Any) -> None:
    actor = Actor.command(workspace, "bench")
    key = create_key(actor, name="bench", scopes=ALL_SCOPES)
    type(key.key).unscoped.filter(pk=key.key.pk).update(rate_limit=2_000_000_000)
    samples, client = Samples(workspace), Client(headers={"Authorization": f"Bearer {key.token}"})
    decode = pagination._decode

    def decoded(cursor: str, binding: bytes) -> Any:
        return samples.cursors.get(cursor) or decode(cursor, binding)

    with mock.patch.object(pagination, "_decode", decoded):
        run_cases(api_cases(samples, actor), client.get, options, rounds=ROUNDS, limit=100)


def measure_panel(workspace: Workspace, options: Any) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(Membership.objects.for_workspace(workspace).get().user)
    run_cases(panel_cases(client, workspace), client.get, options, rounds=PANEL_ROUNDS, limit=1000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=float, default=1.0)
    parser.add_argument("--keep", action="store_true", help="keep the database for another run")
    parser.add_argument(
        "--parts", nargs="+", default=["api", "panel", "sizes"], choices=["api", "panel", "sizes", "purge"]
    )
    parser.add_argument("--only", default="", help="a regular expression: only cases whose name it matches")
    options = parser.parse_args()
    workspace = open_database(options.size)
    freeze_loaded_objects()  # as the product's processes do
    parts: dict[str, Callable[[], None]] = {
        "api": lambda: measure_api(workspace, options),
        "panel": lambda: measure_panel(workspace, options),
        "sizes": scale_purge.print_sizes,
        "purge": lambda: scale_purge.measure(workspace),
    }
    for part in options.parts:
        with timed(part):
            parts[part]()
    if not options.keep:
        connection.close()
        with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as database:
            database.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


if __name__ == "__main__":
    sys.exit(main())
