"""``python -m bench.contacts``: lists, counts, searches and the export with a million contacts on PostgreSQL.

It fills the database of ``DATABASE_URL``, which must be a new one or that of an earlier run, and prints for each case
the median time of five calls of the service, and the plan of its slowest statement.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection

from contacts.custom_fields import create_custom_field
from contacts.models import Contact
from contacts.segments import services as segments
from contacts.services import export_contacts, list_contacts
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import User, Workspace
from crmsolid.workspaces.services import create_workspace

ROUNDS = 5
EXPORTED = 100_000
BEFORE_INDEXES = "0006_segments"
TAGS = {"customer": 3, "newsletter": 10, "vip": 100, "partner": 1000, "press": 20_000}  # one contact in so many
TABLES = ("contacts_contact", "contacts_contacttag")

# The ids are ULIDs only by their form. Every Cyrillic name is one in ten.
FILL = (
    """
INSERT INTO contacts_contact (id, workspace_id, name, given_first_name, last_name, username, username_key, email,
  email_key, phone, time_zone, stage, score, opted_out, custom_fields, folded_fields, search, last_in_at, created_at,
  updated_at)
SELECT 'con_' || lpad(n::text, 26, '0'), %(workspace)s, first || ' ' || last, '', '', 'user_' || n, 'user_' || n,
  'mail' || n || '@example.com', 'mail' || n || '@example.com', '', 'Europe/Berlin',
  (ARRAY['new', 'contacted', 'replied', 'qualified', 'won', 'lost'])[1 + n %% 6], n %% 10000 * 7919 %% 101, n %% 50 = 0,
  jsonb_build_object('company', 'Company ' || n %% 5000, 'seats', n %% 200, 'plan', (ARRAY['free', 'pro'])[1 + n %% 2]),
  jsonb_build_object('company', 'company ' || n %% 5000, 'plan', (ARRAY['free', 'pro'])[1 + n %% 2]),
  lower(first || ' ' || last) || E'\\n@user_' || n || E'\\n' || 'mail' || n || '@example.com',
  CASE WHEN n %% 4 = 0 THEN now() - n %% 90 * interval '1 day' END, now() - n * interval '10 seconds',
  now() - n * interval '10 seconds'
FROM (SELECT n, CASE WHEN n %% 10 = 0 THEN 'Сара' ELSE (ARRAY['Sarah', 'Boris', 'Chloe', 'Eva'])[1 + n %% 4] END
  AS first, CASE WHEN n %% 10 = 0 THEN 'Миллер' ELSE 'Miller' || n %% 3000 END AS last
  FROM generate_series(%(first)s, %(last)s) AS n) AS people
""",
    """
INSERT INTO contacts_contacttag (workspace_id, contact_id, name, folded, created_at)
SELECT %(workspace)s, 'con_' || lpad(n::text, 26, '0'), name, name, now()
FROM generate_series(%(first)s, %(last)s) AS n
JOIN jsonb_each_text(%(tags)s::jsonb) AS t(name, one_in) ON n %% one_in::int = 0
""",
)

THREE = {
    "all": [
        {"field": "tag", "op": "is", "value": "vip"},
        {"field": "score", "op": "gte", "value": 50},
        {"field": "custom.plan", "op": "is", "value": "free"},
    ]
}
COMPANY = {"field": "custom.company", "op": "is", "value": "Company 4711"}
FIFTY_TAGS = {"any": [{"field": "tag", "op": "is", "value": f"tag {n}"} for n in range(49)] + [THREE["all"][0]]}
RECENT = {"all": [{"field": "last_in_at", "op": "within_days", "value": 7}, {"not": THREE["all"][0]}]}


def prepare(number: int) -> Workspace:
    """The workspace with that many contacts. The indexes are built when the table is full, as on a big installation."""
    call_command("migrate", verbosity=0)
    workspace = Workspace.objects.filter(slug="million").first()
    if workspace is not None:
        return workspace
    owner = User.objects.create_user("million@example.com", None)
    workspace = create_workspace(slug="million", name="Million", owner=owner, plan="business")
    actor = Actor.command(workspace, "bench")
    for key, kind in (("company", "text"), ("seats", "number")):
        create_custom_field(actor, key=key, label=key, type=kind)
    create_custom_field(actor, key="plan", label="plan", type="choice", choices=["free", "pro"])
    call_command("migrate", "contacts", BEFORE_INDEXES, verbosity=0)
    with timed(f"fill {number:,} contacts"), connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        fill(cursor, workspace, first=1, last=number)
    with timed("build the indexes"):
        call_command("migrate", verbosity=0)
    with timed("analyze"), connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")
        cursor.execute("RESET statement_timeout")
    return workspace


def fill(cursor: Any, workspace: Workspace, *, first: int, last: int) -> None:
    """Add the contacts with these numbers and their tags."""
    for start in range(first, last + 1, 50_000):
        values = {"workspace": workspace.pk, "first": start, "last": min(start + 49_999, last)}
        for statement in FILL:
            cursor.execute(statement, {**values, "tags": json.dumps(TAGS)})


@contextmanager
def timed(what: str) -> Any:
    started = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - started:.1f} s", flush=True)


def measure(name: str, call: Callable[[], Any]) -> None:
    """Print the median time of the call, and the plan of the statement that took longest."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    statements: list[tuple[float, str, Any]] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        result = execute(sql, params, many, context)
        statements.append((time.perf_counter() - started, sql, params))
        return result

    with connection.execute_wrapper(record):
        call()
    print(f"\n{name}: {statistics.median(times) * 1000:,.1f} ms")
    _, sql, params = max(statements, key=lambda each: each[0])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {sql}", params)
        print("\n".join(f"    {line}"[:200] for (line,) in cursor.fetchall()), flush=True)


def cases(actor: Actor) -> dict[str, Callable[[], Any]]:
    def of_segment(name: str, filter: Any) -> dict[str, Any]:
        return {"segment": segments.create_segment(actor, name=f"{name} {time.time()}", filter=filter).segment.pk}

    three, company, fifty, recent = (
        of_segment(name, filter)
        for name, filter in {"three": THREE, "company": COMPANY, "fifty": FIFTY_TAGS, "recent": RECENT}.items()
    )
    lists: dict[str, dict[str, Any]] = {
        "all": {},
        "tag vip (10,000)": {"tag": ["vip"]},
        "tag customer (333,333)": {"tag": ["customer"]},
        "tag press (50)": {"tag": ["press"]},
        "segment of three conditions": three,
        "segment of one company (200)": company,
        "segment of any of 50 tags": fifty,
        "segment wrote within 7 days and not vip": recent,
        "search user_777777": {"search": "user_777777"},
        "search миллер (100,000)": {"search": "миллер"},
        "search of nobody": {"search": "nobody has this"},
        "search of two letters of nobody": {"search": "qq"},
    }
    found: dict[str, Callable[[], Any]] = {
        f"list, {name}": partial(list_contacts, actor, filters) for name, filters in lists.items()
    }
    found["list, all by name"] = lambda: list_contacts(actor, {}, sort="name")
    for name, segment in {
        "three conditions": three,
        "one company": company,
        "50 tags": fifty,
        "recent": recent,
    }.items():
        found[f"count, segment of {name}"] = partial(segments.get_segment, actor, segment["segment"])
    return found


def measure_export(actor: Actor, format: Any) -> None:
    started, rows, chunks = time.perf_counter(), 0, 0
    for chunk in export_contacts(actor, {}, format=format):
        rows, chunks = rows + chunk.count(b"@example.com"), chunks + 1
        if rows >= EXPORTED:
            break
    seconds = time.perf_counter() - started
    print(f"\nexport, {format}: {rows / seconds:,.0f} rows/s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    workspace = prepare(parser.parse_args().contacts)
    actor = Actor.command(workspace, "bench")
    print(f"{Contact.objects.for_workspace(workspace).count():,} contacts")
    for name, call in cases(actor).items():
        measure(name, call)
    for format in ("ndjson", "csv"):
        measure_export(actor, format)


if __name__ == "__main__":
    main()
