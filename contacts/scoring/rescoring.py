"""The jobs that score contacts again after rules have changed, and that say beforehand whom a change would move.

They go through the contacts in the order of their ids. Contacts that are added while a job runs, and what happens to
those that are there, are scored by the rules as they are then. A chunk reads the current rules, and a rule that changes
again meanwhile has another job after it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from contacts import repository
from contacts.models import Contact, ScoreEntry, ScoreTimer, ScoringRule
from contacts.scoring import awarding, ledger
from contacts.scoring.definition import Definition, definition_of, from_params
from crmsolid.core import clock
from crmsolid.jobs.kinds import JobFailed, JobKind
from crmsolid.jobs.models import Job, JobState
from crmsolid.jobs.runner import actor_of, start_job
from crmsolid.panel.components.addresses import panel_url
from crmsolid.workspaces.actor import Actor, Scope

# Contacts a chunk of one rule. Each may have an event of seven parameters.
BATCH = 500
RETRY_AFTER_FAILURE = timedelta(hours=1)
SAMPLE = 10
# How the audit log would call who scores here.
SCORING = "scoring"
WAIT = timedelta(seconds=1)
# The numbers of contacts after which the tables are no longer what PostgreSQL knows of them. It plans our statements
# once a session. By the statistics of a small table it would read all of it for each chunk, until autovacuum comes by.
STATISTICS_AFTER = (1_000, 10_000, 100_000)

# Of the sessions of other roles the view shows the number of a transaction, but not when it began. Autovacuum, which
# has no role, gives no points.
_WRITING = (
    "SELECT pid || ' ' || backend_xid FROM pg_stat_activity WHERE datname = current_database()"
    " AND usesysid IS NOT NULL AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL"
)


def start(actor: Actor, rule: ScoringRule) -> Job:
    """Have all contacts scored again for this rule, which the caller's transaction has changed. Jobs that have not
    begun yet take it along, so that several changes at once are one job."""
    waiting = Job.objects.for_workspace(actor.workspace).filter(
        kind=SCORE.name, state=JobState.QUEUED, params__after="", next_run_at__lte=clock.now()
    )
    job = waiting.select_for_update(skip_locked=True, no_key=True).order_by("pk").first()
    if job is None:
        return start_job(actor, SCORE, Scope.WRITE_CONTACTS, params={"rules": [rule.pk], "after": ""})
    job.params["rules"] = sorted({*job.params["rules"], rule.pk})
    job.save(update_fields=["params"])
    return job


def start_preview(actor: Actor, definition: Definition, rule: ScoringRule | None, *, archive: bool) -> Job:
    """Count whom it would move if the rule became this (a new one if it is None), or went. ``sample`` of the job's
    params has some of them."""
    version, before = (None, None) if rule is None else (rule.version, definition_of(rule).as_json())
    params = {"definition": definition.as_json(), "archive": archive, "version": version, "before": before, "after": ""}
    rule_id = "" if rule is None else str(rule.pk)
    return start_job(actor, PREVIEW, Scope.READ_CONTACTS, params=params, object_id=rule_id)


def _score_chunk(job: Job) -> datetime | None:
    """Score the next contacts again, with their rows locked."""
    if not job.params["after"] and _older_transactions(job):
        return clock.now() + WAIT
    ids = _next_ids(job, BATCH // len(job.params["rules"]))
    if not ids:
        return None
    contacts = repository.lock(job.workspace_id, ids)
    rules = list(ScoringRule.objects.for_workspace(job.workspace_id).filter(pk__in=job.params["rules"]).order_by("pk"))
    events = ledger.write(contacts, ledger.after_change(contacts, rules, clock.now()), actor_of(job, SCORING))
    job.result = {"changed": job.result.get("changed", 0) + len(events)}
    if any(job.done < number <= job.done + len(ids) for number in STATISTICS_AFTER):
        with connection.cursor() as cursor:  # autovacuum or another job may be at it
            cursor.execute(f"ANALYZE (SKIP_LOCKED) {ScoreEntry._meta.db_table}, {ScoreTimer._meta.db_table}")
    job.params["after"] = ids[-1]
    job.done += len(ids)
    return clock.now()


def _older_transactions(job: Job) -> bool:
    """Whether a transaction is open that may have read the rules before they changed. It may have added a contact that
    this job would not see, with the points of an earlier version. Every transaction that scores has written before it
    reads rules."""
    with connection.cursor() as cursor:
        # Otherwise a transaction sees the view as it was when it first read it.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(_WRITING)
        writing = {name for (name,) in cursor.fetchall()}
    older = job.params.setdefault("older", sorted(writing))
    return not writing.isdisjoint(older)


def _next_ids(job: Job, size: int) -> list[str]:
    """The ids of at most ``size`` next contacts. What was added after the first chunk is left out. After each failure
    the chunk has half as many, and those that follow no more than it: it may have been too much for one transaction."""
    size = job.params["size"] = max(1, job.params.get("size", size) >> job.failures)
    people = Contact.objects.for_workspace(job.workspace_id)
    if "until" not in job.params:
        job.params["until"] = people.order_by("-pk").values_list("pk", flat=True).first() or ""
        job.total = people.count()
    rest = people.filter(pk__gt=job.params["after"], pk__lte=job.params["until"]).order_by("pk")
    return list(rest.values_list("pk", flat=True)[:size])


def _start_again(job: Job) -> None:
    """Have the contacts that a failed job has not scored be scored later: some may have points of an earlier version,
    and get no others of that rule until then."""
    if job.state != JobState.FAILED:
        return
    params = {name: value for name, value in job.params.items() if name not in ("older", "size")}
    total = None if job.total is None else job.total - job.done
    not_before = clock.now() + RETRY_AFTER_FAILURE
    start_job(actor_of(job, SCORING), SCORE, Scope.WRITE_CONTACTS, total=total, params=params, not_before=not_before)


def _preview_chunk(job: Job) -> datetime | None:
    """Count what scoring the next contacts again would change."""
    result: dict[str, Any] = job.result or {"moved": 0, "up": 0, "down": 0}
    job.result, sample = result, job.params.setdefault("sample", [])
    rule = _proposed(job)
    ids = _next_ids(job, BATCH)
    if not ids:
        return None
    contacts = list(Contact.objects.for_workspace(job.workspace_id).filter(pk__in=ids).order_by("pk"))
    changes = dict.fromkeys([contact.id for contact in contacts], 0)
    for entry in ledger.after_change(contacts, [rule], clock.now()).entries:
        changes[entry.contact_id] += entry.points
    sums = awarding.sums(list(changes))
    for contact in contacts:
        new_score = awarding.clamped(sums[contact.id] + changes[contact.id])
        if new_score == contact.score:
            continue
        result["moved"] += 1
        result["up" if new_score > contact.score else "down"] += 1
        if len(sample) < SAMPLE:
            sample.append({"contact_id": contact.id, "old_score": contact.score, "new_score": new_score})
    job.params["after"] = ids[-1]
    job.done += len(ids)
    return clock.now()


def _proposed(job: Job) -> ScoringRule:
    """The rule as it would be, not saved: with another version than any that has given points."""
    rule = ScoringRule(workspace_id=job.workspace_id)
    if job.object_id:
        saved = ScoringRule.objects.for_workspace(job.workspace_id).filter(pk=job.object_id).first()
        if saved is None:
            raise JobFailed("not_found", "the rule is gone")
        rule = saved
        rule.version += 1
    from_params(job.params["definition"]).apply(rule)
    if job.params["archive"]:
        rule.archived_at = clock.now()
    return rule


def _links(job: Job) -> list[tuple[str, str]]:
    return [("Whom it would move", panel_url("contacts_scoringrule_preview", job.pk))]


SCORE = JobKind("contacts.score", "Scores after a change of rules", _score_chunk, _start_again, cancelable=False)
PREVIEW = JobKind("contacts.score_preview", "Preview of a scoring rule", _preview_chunk, links=_links)
