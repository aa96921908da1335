"""``python -m bench.analytics``: every report and page with a million messages and 100,000 contacts of a year.

It fills the database of ``DATABASE_URL``, which must be a new one or that of an earlier run, and prints for each case
the median time of five answers, from the parameters to the JSON, the plan of the slowest statement, and the CPU time
of an answer, which other work on the machine changes less.
"""

import argparse
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import md5
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")

from django.core.management import call_command
from django.db import connection
from django.test import Client

from bench.contacts import measure, timed
from crmsolid.analytics.reports import REPORTS
from crmsolid.analytics.views import answer
from crmsolid.core.garbage_collection import freeze_loaded_objects
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import User, Workspace
from crmsolid.workspaces.services import create_workspace
from messaging.models import Account

CPU_ROUNDS = 10
ACCOUNTS, SEQUENCES, BROADCASTS = 20, 10, 100
# Each message has a word that one in so many has, of as many words.
WORDS = (10, 100, 1000, 10_000, 100_000)
# Ten messages for each contact: four steps of a sequence, two broadcasts, a direct one, and three that came in.
EACH = 10
TABLES = (
    "contacts_contact",
    "contacts_stagechange",
    "messaging_thread",
    "messaging_message",
    "messaging_episode",
    "messaging_writtenmessage",
    "messaging_erasedmessage",
    "messaging_recipient",
    "sequences_enrollment",
    "sequences_steprun",
)

# ``n`` counts the contacts, in the order in which they were added in the last year. In the middle of it, each sequence
# got its second version.
FILL = (
    """
CREATE TEMP TABLE people AS SELECT n, 'con_' || lpad(n::text, 26, '0') AS contact, 'thr_' || lpad(n::text, 26, '0')
  AS thread, %(first_account)s + n %% %(accounts)s AS account, now() - (%(contacts)s - n) * %(apart)s::interval AS added
FROM generate_series(1, %(contacts)s) AS n
""",
    """
CREATE TEMP TABLE sends AS SELECT n * %(each)s + k AS number, people.*, k, added + k * interval '37 minutes' AS at
FROM people CROSS JOIN generate_series(0, %(each)s - 1) AS k
""",
    """
INSERT INTO contacts_contact (id, workspace_id, name, given_first_name, last_name, username, username_key, email, phone,
  time_zone, stage, score, opted_out, custom_fields, folded_fields, search, created_at, updated_at)
SELECT contact, %(workspace)s, 'Contact ' || n, '', '', 'user_' || n, 'user_' || n, '', '', '', 'new', 0, false, '{}',
  '{}', '', added, added FROM people
""",
    """
INSERT INTO contacts_stagechange (workspace_id, contact_id, from_stage, stage, is_first, entered_at, at, cause)
SELECT %(workspace)s, contact, before, stage, true, added, added + n %% 977 * step * interval '1 hour', 'rest'
FROM people CROSS JOIN (VALUES ('', 'new', 1, 0), ('new', 'contacted', 1, 1), ('contacted', 'replied', 3, 2),
  ('replied', 'qualified', 10, 3), ('qualified', 'won', 20, 4), ('qualified', 'lost', 30, 5))
  AS s(before, stage, one_in, step)
WHERE n %% one_in = 0
""",
    """
INSERT INTO messaging_thread (id, workspace_id, account_id, contact_id, unread_count, last_message_at, created_at)
SELECT thread, %(workspace)s, account, contact, 0, added, added FROM people
""",
    """
INSERT INTO messaging_message (id, workspace_id, account_id, thread_id, contact_id, direction, kind, status, text,
  rendered, request_id, recipient, source, random_id, eta, slot_at, lease, attempts, error, error_detail, created_at,
  sent_at, in_reply_to_id, auto_reply)
SELECT 'msg_' || lpad(number::text, 26, '0'), %(workspace)s, account, thread, contact,
  CASE WHEN k < 7 THEN 'out' ELSE 'in' END, 'text',
  CASE WHEN k >= 7 THEN 'received' WHEN number %% 40 = 0 THEN 'failed' ELSE 'sent' END,
  'Hello ' || (SELECT string_agg(left(translate(md5(number %% one_in || ' ' || one_in), '0123456789', 'ghijklmnop'), 8),
  ' ') FROM unnest(%(words)s) AS one_in), true, '', '',
  CASE WHEN k < 4 THEN 'sequence' WHEN k < 6 THEN 'broadcast' ELSE 'direct' END, number,
  CASE WHEN k < 7 THEN at END, CASE WHEN k < 7 THEN at END, '', 1, '', '', at,
  CASE WHEN k >= 7 OR number %% 40 <> 0 THEN at END,
  CASE WHEN k IN (7, 8) THEN 'msg_' || lpad((number - 6)::text, 26, '0') END, k = 8 AND n %% 4 = 0
FROM sends
""",
    # Two conversations with each contact, one day apart.
    """
INSERT INTO messaging_episode (id, workspace_id, thread_id, account_id, is_first, opened_at, first_answer_at,
  first_answer_by_id, first_answer_via, closed_at, closed_by_id)
SELECT 2 * n + k, %(workspace)s, thread, account, k = 0, began, began + n * 7919 %% 50003 * interval '1 second',
  %(user)s, 'panel', began + n * 7919 %% 500003 * interval '1 second', %(user)s
FROM people CROSS JOIN generate_series(0, 1) AS k CROSS JOIN LATERAL (SELECT added + k * interval '1 day' AS began) AS b
""",
    """
INSERT INTO messaging_writtenmessage (workspace_id, message_id, author_id, via, at, waited, episode_id)
SELECT %(workspace)s, 'msg_' || lpad(number::text, 26, '0'), %(user)s, 'panel', at,
  CASE WHEN n %% 5 > 0 THEN n * 7919 %% 5003 END, 2 * n
FROM sends WHERE k = 6 AND number %% 40 <> 0
""",
    """
INSERT INTO sequences_sequence (id, workspace_id, name, status, version, created_at, updated_at)
SELECT 'seq_' || lpad(n::text, 26, '0'), %(workspace)s, 'Sequence ' || n, 'active', 2, now(), now()
FROM generate_series(0, %(sequences)s - 1) AS n
""",
    """
INSERT INTO sequences_sequenceversion (id, workspace_id, sequence_id, number, account_ids, time_zone, jitter, stop_on,
  ignore_auto_replies, pass_on, created_at)
SELECT 1 + n, %(workspace)s, 'seq_' || lpad((n / 2)::text, 26, '0'), 1 + n %% 2, '[]', 'UTC', '0', '[]', false, false,
  now() FROM generate_series(0, 2 * %(sequences)s - 1) AS n
""",
    """
INSERT INTO sequences_step (workspace_id, version_id, position, key, delay, text, if_not)
SELECT %(workspace)s, 1 + n, k, 'step-' || 1 + k, '0', 'Hello', 'skip'
FROM generate_series(0, 2 * %(sequences)s - 1) AS n CROSS JOIN generate_series(0, 3) AS k
""",
    """
INSERT INTO sequences_enrollment (id, workspace_id, sequence_id, version_id, contact_id, status, reason, step_key,
  anchor_at, ended_at, request_id, created_at)
SELECT 'enr_' || lpad(n::text, 26, '0'), %(workspace)s, 'seq_' || lpad((n %% %(sequences)s)::text, 26, '0'),
  1 + n %% %(sequences)s * 2 + n * 2 / (%(contacts)s + 1), contact, 'completed', '', '', added, added, '', added
FROM people
""",
    """
INSERT INTO sequences_steprun (workspace_id, enrollment_id, version_id, step_key, message_id, outcome, error, handled,
  created_at, settled_at, replied_at, auto_replied_at, opted_out_at)
SELECT %(workspace)s, 'enr_' || lpad(n::text, 26, '0'), 1 + n %% %(sequences)s * 2 + n * 2 / (%(contacts)s + 1),
  'step-' || 1 + k,
  'msg_' || lpad(number::text, 26, '0'), CASE WHEN number %% 40 = 0 THEN 'failed' ELSE 'sent' END, '', true, at, at,
  CASE WHEN k = 1 THEN at + interval '6 hours' END, CASE WHEN k = 2 AND n %% 4 = 0 THEN at END,
  CASE WHEN k = 1 AND n %% 50 = 0 THEN at + interval '6 hours' END
FROM sends WHERE k < 4
""",
    """
INSERT INTO messaging_broadcast (id, workspace_id, name, text, status, reason, account_ids, audience, audience_hash,
  job_id, waiting_for, starts_at, created_at)
SELECT 'brd_' || lpad(n::text, 26, '0'), %(workspace)s, 'News ' || n, 'News', 'done', '', '[]', '{}', '', '', '', now(),
  now() FROM generate_series(0, %(broadcasts)s - 1) AS n
""",
    """
INSERT INTO messaging_recipient (workspace_id, broadcast_id, contact_id, account_id, message_id, status, reason,
  settled_at, replied_at, auto_replied_at, opted_out_at)
SELECT %(workspace)s, 'brd_' || lpad(((n - 1) * (%(broadcasts)s / 2) / %(contacts)s * 2 + k %% 2)::text, 26, '0'),
  contact, account, 'msg_' || lpad(number::text, 26, '0'), CASE WHEN number %% 40 = 0 THEN 'failed' ELSE 'sent' END, '',
  at, CASE WHEN n %% 9 = 0 THEN at + interval '6 hours' END, CASE WHEN n %% 13 = 0 THEN at END,
  CASE WHEN n %% 90 = 0 THEN at + interval '6 hours' END
FROM sends WHERE k IN (4, 5)
""",
    """
INSERT INTO messaging_erasedmessage (workspace_id, account_id, kind, at)
SELECT %(workspace)s, account, CASE WHEN k < 7 THEN 'sent' ELSE 'reply' END, at FROM sends WHERE n %% 100 = 0
""",
)


def prepare(contacts: int) -> Workspace:
    """The workspace with that many contacts, and ten times as many messages."""
    call_command("migrate", verbosity=0)
    workspace = Workspace.objects.filter(slug="year").first()
    if workspace is not None:
        return workspace
    owner = User.objects.create_user("year@example.com", None)
    workspace = create_workspace(slug="year", name="Year", owner=owner, plan="business")
    hours = {"work_days": [1, 2, 3, 4, 5], "work_from": "09:00", "work_until": "18:00"}
    Workspace.objects.filter(pk=workspace.pk).update(time_zone="Europe/Berlin", **hours)
    accounts = [
        Account.unscoped.create(workspace=workspace, name=f"Account {n}", kind="sandbox") for n in range(ACCOUNTS)
    ]
    values: dict[str, Any] = {
        **{"workspace": workspace.pk, "user": owner.pk, "contacts": contacts, "each": EACH, "accounts": ACCOUNTS},
        **{"sequences": SEQUENCES, "broadcasts": BROADCASTS, "first_account": accounts[0].pk},
        "apart": timedelta(days=365) / contacts,
        "words": list(WORDS),
    }
    with timed(f"fill {contacts * EACH:,} messages of {contacts:,} contacts"), connection.cursor() as cursor:
        # Without the checks of foreign keys, which take longer than the rest.
        cursor.execute("SET statement_timeout = 0; SET session_replication_role = replica")
        for statement in FILL:
            cursor.execute(statement, values)
        cursor.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")
        cursor.execute("RESET statement_timeout; RESET session_replication_role")
    return Workspace.objects.get(pk=workspace.pk)


def word_that_has(one_in: int) -> str:
    """A word of one message in so many."""
    digest = md5(f"7 {one_in}".encode(), usedforsecurity=False).hexdigest()
    return digest.translate(str.maketrans("0123456789", "ghijklmnop"))[:8]


def cpu_seconds() -> float:
    """What this process and that of its connection have used. PostgreSQL runs on the same machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    ticks = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def cases(actor: Actor) -> dict[str, Callable[[], Any]]:
    year = {"from": datetime.now(UTC) - timedelta(days=367), "to": datetime.now(UTC) + timedelta(days=1)}
    queries: dict[str, dict[str, Any]] = {
        "30 days": {},
        "30 days by day": {"interval": "day"},
        "all": year,
        "all by month": {**year, "interval": "month"},
        "all by day": {**year, "interval": "day"},
    }

    def answered(name: str, query: dict[str, Any]) -> int:
        return len(answer(name, actor, query).render().content)

    return {f"{name}, {text}": partial(answered, name, query) for name in REPORTS for text, query in queries.items()}


def page_cases() -> dict[str, Callable[[], Any]]:
    """The pages of the panel, each compared with as many days before."""
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(email="year@example.com"))

    def read(path: str, period: str) -> int:
        answer = client.get(f"/panel/live/analytics/{path}", {"period": period})
        assert answer.status_code == 200, answer.status_code
        return len(answer.content)

    paths = ("", "team/", "team/answers/", "funnel/", "sequences/", "broadcasts/", "accounts/")
    return {f"page {path}, {period} days": partial(read, path, period) for path in paths for period in ("30", "90")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--cases", default="", help="only those whose name has this text")
    freeze_loaded_objects()  # as the product's processes do
    options = parser.parse_args()
    actor = Actor.command(prepare(options.contacts), "bench")
    for name, call in {**cases(actor), **page_cases()}.items():
        if options.cases not in name:
            continue
        measure(name, call)
        before = cpu_seconds()
        sizes = [call() for _ in range(CPU_ROUNDS)]
        cpu = (cpu_seconds() - before) / CPU_ROUNDS * 1000
        print(f"    {sizes[0]:,} bytes, {cpu:,.0f} ms of CPU", flush=True)


if __name__ == "__main__":
    main()
