"""What must be true of sequences once nobody is in them any more, whatever happened meanwhile."""

import threading
from collections import Counter
from collections.abc import Sequence

import psycopg

from tests.system.enrollments import GETS_EVERY_STEP, STEP_KEYS, STOPPED_BY, Person
from tests.system.stack import Stack

# The test's own tables in the database of the product: when the transaction of each claim began, and when it was known
# that a contact had replied or opted out.
AUDIT = """
    CREATE TABLE audit_claim (message_id text NOT NULL, began_at timestamptz NOT NULL);
    CREATE TABLE audit_known (contact_id text PRIMARY KEY, at timestamptz NOT NULL);
    CREATE FUNCTION audit_claim() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO audit_claim VALUES (NEW.id, transaction_timestamp());
        RETURN NULL;
    END $$;
    CREATE TRIGGER audit_claim AFTER UPDATE ON messaging_message FOR EACH ROW
        WHEN (NEW.status = 'sending' AND NEW.attempts > OLD.attempts) EXECUTE FUNCTION audit_claim();
"""
# The statement sees only what is committed, and the time is read after it has begun: whatever it finds was committed
# before that time.
RECORD_KNOWN = """
    INSERT INTO audit_known SELECT id, clock_timestamp() FROM contacts_contact c
    WHERE (opted_out OR last_reply_at IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM audit_known WHERE contact_id = c.id)
    ON CONFLICT DO NOTHING
"""


class Audit:
    """Records claims by a trigger, and replies and opt-outs many times a second by a thread."""

    def __init__(self, stack: Stack) -> None:
        self._stopping = threading.Event()
        self._connection = psycopg.connect(stack.dsn, autocommit=True)
        self._connection.execute(AUDIT)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Audit":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while not self._stopping.wait(0.03):
            self._connection.execute(RECORD_KNOWN)


def assert_everybody_ended_as_they_should(stack: Stack, people: Sequence[Person]) -> Counter[tuple[str, str, str]]:
    """Each person has one enrollment, which ended for a reason that is true. Returns how many people of each kind ended
    in which way."""
    rows = stack.query("""SELECT e.id, e.contact_id, e.status, e.reason, c.opted_out, c.last_reply_at > e.created_at
        FROM sequences_enrollment e JOIN contacts_contact c ON c.id = e.contact_id""")
    found = {row[0]: row[1:] for row in rows}
    assert found.keys() == {person.enrollment_id for person in people}
    ends: Counter[tuple[str, str, str]] = Counter()
    for person in people:
        contact_id, status, reason, opted_out, replied = found[person.enrollment_id]
        end = (status, reason)
        assert contact_id == person.contact_id
        stopped_by = STOPPED_BY.get(person.kind)
        assert opted_out == (stopped_by == "opted_out"), (person, end)
        assert bool(replied) == (stopped_by == "reply"), (person, end)
        if person.kind in GETS_EVERY_STEP:
            assert end == ("completed", ""), (person, end)
        elif person.kind == "fail_privacy":
            assert end == ("failed", "send_failed"), (person, end)
        elif end != ("stopped", stopped_by):  # then all steps were sent before
            assert end == ("completed", "") and not person.kind.startswith("early"), (person, end)
        ends[person.kind, status, reason] += 1
    return ends


def assert_no_rows(stack: Stack, sql: str) -> None:
    rows = stack.query(sql)
    assert rows == [], rows


def assert_steps_were_delivered_once_and_in_order(stack: Stack) -> None:
    """The sandbox delivered the steps of each enrollment in their order and each once: all of them to those who
    completed it. Every message belongs to a step."""
    rows = stack.query("""SELECT e.id, e.status,
        array_agg(r.step_key ORDER BY d.id) FILTER (WHERE d.id IS NOT NULL), count(r.id), count(DISTINCT r.step_key),
        count(*) FILTER (WHERE r.outcome = 'sent')
        FROM sequences_enrollment e LEFT JOIN sequences_steprun r ON r.enrollment_id = e.id
        LEFT JOIN messaging_sandboxdelivery d ON d.message_id = r.message_id GROUP BY e.id""")
    for enrollment_id, status, delivered, runs, keys, sent in rows:
        assert tuple(delivered or ()) == STEP_KEYS[: len(delivered or ())], (enrollment_id, delivered)
        assert runs == keys, (enrollment_id, runs, keys)
        if status == "completed":
            assert (runs, sent, len(delivered)) == (len(STEP_KEYS),) * 3, (enrollment_id, delivered)
    orphans = """SELECT m.id FROM messaging_message m LEFT JOIN sequences_steprun r ON r.message_id = m.id
        WHERE m.direction = 'out' AND (m.source <> 'sequence' OR r.id IS NULL)"""
    assert_no_rows(stack, orphans)


def assert_outcomes_are_those_of_the_messages(stack: Stack) -> None:
    """A message that is sent was delivered. One that was canceled, or failed because of an opt-out, was delivered only
    by an attempt of which the worker did not live to see the end."""
    wrong = """SELECT m.id, m.status, r.outcome FROM sequences_steprun r JOIN messaging_message m ON m.id = r.message_id
        WHERE m.status <> r.outcome"""
    assert_no_rows(stack, wrong)
    wrong = """SELECT m.id, m.status, m.error, count(d.id) FROM messaging_message m
        LEFT JOIN messaging_sandboxdelivery d ON d.message_id = m.id WHERE m.direction = 'out' GROUP BY m.id
        HAVING count(d.id) > 1 OR m.status = 'sent' AND count(d.id) <> 1
        OR m.status <> 'sent' AND count(d.id) = 1 AND NOT (
            m.unsettled_since IS NOT NULL AND m.error IN ('reply', 'opted_out', 'contact_opted_out'))"""
    assert_no_rows(stack, wrong)


def assert_nothing_was_claimed_after_a_reply_or_an_opt_out(stack: Stack) -> None:
    late = """SELECT m.contact_id, m.recipient, k.at, c.began_at FROM audit_claim c
        JOIN messaging_message m ON m.id = c.message_id JOIN audit_known k ON k.contact_id = m.contact_id
        WHERE c.began_at > k.at"""
    assert_no_rows(stack, late)
    unknown = """SELECT c.id FROM contacts_contact c LEFT JOIN audit_known k ON k.contact_id = c.id
        WHERE (c.opted_out OR c.last_reply_at IS NOT NULL) AND k.at IS NULL"""
    assert_no_rows(stack, unknown)


def assert_each_enrollment_has_its_events(stack: Stack, people: Sequence[Person]) -> None:
    """``sequence.started`` for everybody, ``sequence.completed`` for those who completed it, each once."""
    published = "SELECT convert_from(body, 'UTF8')::jsonb #>> '{data,enrollment,id}' FROM events_event WHERE type = %s"
    started = [row[0] for row in stack.query(published, "sequence.started")]
    assert sorted(started) == sorted(person.enrollment_id for person in people)
    completed = [row[0] for row in stack.query(published, "sequence.completed")]
    rows = stack.query("SELECT id FROM sequences_enrollment WHERE status = 'completed'")
    assert sorted(completed) == sorted(row[0] for row in rows)
