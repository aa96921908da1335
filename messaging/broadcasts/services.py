"""Every read and write of broadcasts that a caller may ask for. Each service checks the actor's authority itself."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from contacts.models import Contact
from contacts.repository import load_names, not_erased
from crmsolid.api.fields import matches
from crmsolid.api.pagination import Page, page
from crmsolid.core import clock
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.events.publishing import publish
from crmsolid.jobs import runner
from crmsolid.jobs.services import cancel_job
from crmsolid.limits import checks
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import Actor, Scope
from messaging.broadcasts.audience import AUDIENCE_HASH, check_unchanged, evaluate, preview_hash
from messaging.broadcasts.definition import Definition, check, resolve_audience
from messaging.broadcasts.job import BROADCAST, NOTHING_FROZEN
from messaging.broadcasts.models import Broadcast, BroadcastStatus, Recipient, RecipientStatus
from messaging.broadcasts.pace import finishes_at
from messaging.broadcasts.querysets import load_counts, retryable, with_status
from messaging.broadcasts.representations import BROADCAST_STARTED, BroadcastOut, recipients_csv
from messaging.formatting.entities import Formatted
from messaging.sending import attaching


@dataclass(frozen=True, slots=True)
class Preview:
    """What a broadcast would do if it were started now. ``excluded`` counts by reason; ``sample`` are the first of
    those who would get the message, with their texts; ``finishes_at`` is an estimate, None if no account can send.
    ``is_partial``: the audience is larger than was asked for, so of all this only ``sample`` means something."""

    total: int
    eligible: int
    excluded: dict[str, int]
    sample: list[tuple[Contact, Formatted]]
    audience_hash: str
    finishes_at: datetime | None
    is_partial: bool = False


# --- Before the start -------------------------------------------------------------------------------------------------
def preview_broadcast(actor: Actor, definition: Definition, *, at_most: int | None = None) -> Preview:
    """Count the audience, those who are excluded and why, without storing anything. An audience of more than
    ``at_most`` contacts is not counted.

    Errors: ``scope_missing``, ``validation_failed``, ``not_found`` (account, segment, contact).
    """
    actor.require(Scope.WRITE_MESSAGES)
    accounts = check(actor, definition)
    now = clock.now()
    audience = resolve_audience(actor.workspace, definition.audience)
    tally, sample = evaluate(actor.workspace, replace(definition, audience=audience), now, at_most=at_most)
    start = max(now, definition.send_at or now)
    # Whoever erases one of them waits for the answer that is stored for the Idempotency-Key, and empties it.
    present = {contact.id for contact in not_erased([each.contact for each in sample])}
    return Preview(
        total=tally.total,
        eligible=tally.eligible,
        excluded=dict(sorted(tally.excluded.items())),
        sample=[(each.contact, each.text) for each in sample if each.contact.id in present],
        audience_hash=preview_hash(tally.hash, definition),
        finishes_at=finishes_at(accounts, tally.eligible, start, definition.per_hour),
        is_partial=at_most is not None and tally.total > at_most,
    )


@unit_of_work()
def save_draft(actor: Actor, definition: Definition, *, broadcast_id: str | None = None) -> Broadcast:
    """Keep a broadcast that is not started yet, as a new draft or in place of what this draft says.

    Errors: ``scope_missing``, ``not_found``, ``invalid_state`` unless it is a draft, ``validation_failed``.
    """
    actor.require(Scope.WRITE_MESSAGES)
    check(actor, definition)
    audience = resolve_audience(actor.workspace, definition.audience)
    audience.pop("filter", None)  # a segment is read again when the draft is started
    broadcast = Broadcast(workspace=actor.workspace) if broadcast_id is None else _get(actor, broadcast_id, lock=True)
    if broadcast.status != BroadcastStatus.DRAFT:
        raise DomainError("invalid_state", f"the broadcast is {broadcast.status}; only a draft can be changed")
    _write(broadcast, replace(definition, audience=audience))
    broadcast.save(force_insert=broadcast_id is None)
    audit.record(actor, "broadcast.saved", broadcast.pk)
    load_counts(actor.workspace, [broadcast])
    return broadcast


@unit_of_work()
def delete_draft(actor: Actor, broadcast_id: str) -> None:
    """Delete a draft; nothing of it was sent. What was started can only be canceled.

    Errors: ``scope_missing``, ``not_found``, ``invalid_state`` (409) unless it is a draft.
    """
    actor.require(Scope.WRITE_MESSAGES)
    broadcast = _get(actor, broadcast_id, lock=True)
    if broadcast.status != BroadcastStatus.DRAFT:
        raise DomainError("invalid_state", f"the broadcast is {broadcast.status}; only a draft can be deleted")
    broadcast.delete()
    audit.record(actor, "broadcast.deleted", broadcast_id, name=broadcast.name)


@unit_of_work()
def start_broadcast(actor: Actor, definition: Definition, *, audience_hash: str | None = None) -> Broadcast:
    """Start the broadcast, or schedule it for ``send_at``. A job freezes its audience and sends.

    ``audience_hash`` is that of a preview: then people, text, accounts, pace and time are those of the preview, or
    there is no broadcast. Errors: as :func:`preview_broadcast`, and ``audience_changed`` (409).
    """
    actor.require(Scope.WRITE_MESSAGES)
    broadcast = Broadcast(workspace=actor.workspace)
    _start(actor, broadcast, definition, audience_hash or "")
    return broadcast


@unit_of_work()
def start_draft(actor: Actor, broadcast_id: str, *, audience_hash: str) -> Broadcast:
    """Start a draft as its preview with this hash has shown it. An edit that commits before is seen, because the row is
    locked and read again; one that comes after finds a draft no more.

    Errors: ``scope_missing``, ``not_found``, ``invalid_state`` unless it is a draft, ``validation_failed``,
    ``audience_changed`` (409).
    """
    actor.require(Scope.WRITE_MESSAGES)
    broadcast = _get(actor, broadcast_id, lock=True)
    if broadcast.status != BroadcastStatus.DRAFT:
        raise DomainError("invalid_state", f"the broadcast is {broadcast.status}; only a draft can be started")
    if not matches(AUDIENCE_HASH, audience_hash):
        raise invalid("audience_hash", "invalid", "look at the preview, and start from there")
    _start(actor, broadcast, Definition.of(broadcast), audience_hash)
    return broadcast


def _start(actor: Actor, broadcast: Broadcast, definition: Definition, audience_hash: str) -> None:
    accounts = check(actor, definition)
    now = clock.now()
    definition = replace(definition, audience=resolve_audience(actor.workspace, definition.audience, storing=True))
    starts_at = max(now, definition.send_at or now)
    if audience_hash or actor.review is not None:
        tally, _ = evaluate(actor.workspace, definition, now)
        if audience_hash:
            check_unchanged(audience_hash, tally, definition)
            broadcast.audience_hash = tally.hash
            broadcast.finishes_at = finishes_at(accounts, tally.eligible, starts_at, definition.per_hour)
        seen = {"the audience": tally.hash, "the segment of the audience": checks.digest(definition.audience)}
        checks.write_about_many(actor, state=seen, reaches=True, sends=tally.eligible)
    _write(broadcast, definition)
    broadcast.starts_at = starts_at
    broadcast.status = (BroadcastStatus.SCHEDULED if starts_at > now else BroadcastStatus.RUNNING).value
    params = {**NOTHING_FROZEN, "at": now.isoformat()}
    job = runner.start_job(actor, BROADCAST, Scope.WRITE_MESSAGES, params=params, object_id=broadcast.pk)
    broadcast.job_id = job.pk
    broadcast.save(force_insert=broadcast._state.adding)
    audit.record(actor, "broadcast.started", broadcast.pk, job=job.pk)
    load_counts(actor.workspace, [broadcast])
    if broadcast.status == BroadcastStatus.RUNNING:
        publish(actor, BROADCAST_STARTED, {"broadcast": BroadcastOut.render(broadcast)})


def _write(broadcast: Broadcast, definition: Definition) -> None:
    broadcast.name, broadcast.text = definition.name.strip(), definition.text
    broadcast.account_ids, broadcast.audience = sorted(set(definition.account_ids)), dict(definition.audience)
    broadcast.send_at, broadcast.per_hour = definition.send_at, definition.per_hour
    broadcast.cooldown_days, broadcast.format = definition.cooldown_days, definition.format
    broadcast.attachments = list(definition.attachments)
    attaching.lock_files(broadcast.workspace_id, definition.attachments)


# --- Reads ------------------------------------------------------------------------------------------------------------
def list_broadcasts(actor: Actor, *, status: str | None = None, limit: int = 50, cursor: str | None = None) -> Page:
    """One page of broadcasts, newest first, with their counts. Errors: ``scope_missing``, ``invalid_cursor``."""
    actor.require(Scope.READ_MESSAGES)
    filters = {} if status is None else {"status": status}
    rows = Broadcast.objects.for_workspace(actor.workspace).filter(**filters)
    found = page(rows, sort="-created_at", limit=limit, cursor=cursor, workspace_id=actor.workspace.pk, filters=filters)
    load_counts(actor.workspace, found.rows)
    return found


def get_broadcast(actor: Actor, broadcast_id: str) -> Broadcast:
    """One broadcast with its counts. Errors: ``scope_missing``, ``not_found``."""
    actor.require(Scope.READ_MESSAGES)
    return _with_counts(actor, broadcast_id)


def list_recipients(
    actor: Actor, broadcast_id: str, *, status: str | None = None, limit: int = 50, cursor: str | None = None
) -> Page:
    """One page of the recipients of a broadcast, each with its ``message``, account and, for those who may read
    contacts, contact.

    Errors: ``scope_missing``, ``not_found``, ``invalid_cursor``.
    """
    actor.require(Scope.READ_MESSAGES)
    broadcast = _get(actor, broadcast_id)
    rows = Recipient.objects.for_workspace(actor.workspace).filter(broadcast=broadcast)
    if status is not None:
        rows = with_status(rows, status)
    filters = {"broadcast": broadcast.pk, "status": status or ""}
    found = page(
        rows.select_related("message", "account"),
        sort="id",
        limit=limit,
        cursor=cursor,
        workspace_id=actor.workspace.pk,
        filters=filters,
    )
    if actor.has(Scope.READ_CONTACTS):
        load_names(found.rows)
    return found


def export_recipients(actor: Actor, broadcast_id: str, *, status: str | None = None) -> Iterator[bytes]:
    """The recipients of a broadcast as CSV, in the order of their rows, chunk by chunk; who they are only for an actor
    who may read contacts. The audit log names who took them out.

    Errors: ``scope_missing``, ``not_found``.
    """
    actor.require(Scope.READ_MESSAGES)
    rows = Recipient.objects.for_workspace(actor.workspace).filter(broadcast=_get(actor, broadcast_id))
    chosen = rows if status is None else with_status(rows, status)
    audit.record(actor, "broadcast.exported", broadcast_id, recipients=chosen.count(), status=status or "")
    return recipients_csv(chosen, with_names=actor.has(Scope.READ_CONTACTS))


def _get(actor: Actor, broadcast_id: str, *, lock: bool = False) -> Broadcast:
    broadcast: Broadcast = Broadcast.objects.for_workspace(actor.workspace).get_or_not_found(broadcast_id, lock=lock)
    return broadcast


def _with_counts(actor: Actor, broadcast_id: str) -> Broadcast:
    broadcast = _get(actor, broadcast_id)
    load_counts(actor.workspace, [broadcast])
    return broadcast


# --- While it runs ----------------------------------------------------------------------------------------------------
@unit_of_work()
def pause_broadcast(actor: Actor, broadcast_id: str) -> Broadcast:
    """Send nothing more until it is resumed. Does not wait for the job: messages that it makes meanwhile are canceled
    at their claim, and made again later.

    Errors: ``scope_missing``, ``not_found``, ``invalid_state`` (409) unless it is running.
    """
    actor.require(Scope.WRITE_MESSAGES)
    _review(actor, _get(actor, broadcast_id))
    _change_status(actor, broadcast_id, BroadcastStatus.RUNNING, BroadcastStatus.PAUSED, "paused")
    return _with_counts(actor, broadcast_id)


@unit_of_work()
def resume_broadcast(actor: Actor, broadcast_id: str) -> Broadcast:
    """Go on where it was. Errors: ``scope_missing``, ``not_found``, ``invalid_state`` (409) unless it is paused."""
    actor.require(Scope.WRITE_MESSAGES)
    broadcast = _get(actor, broadcast_id)
    _review(actor, broadcast, reaches=True, sends=0 if actor.review is None else _messages_left(actor, broadcast))
    # The job's row is locked before the broadcast's, as everywhere.
    runner.wake(actor.workspace.pk, broadcast.job_id)
    _change_status(actor, broadcast_id, BroadcastStatus.PAUSED, BroadcastStatus.RUNNING, "resumed")
    return _with_counts(actor, broadcast_id)


@unit_of_work()
def cancel_broadcast(actor: Actor, broadcast_id: str) -> Broadcast:
    """End it for good: nobody else gets the message. What is being sent at this moment is sent.

    Errors: ``scope_missing``, ``not_found``, ``invalid_state`` (409) if it has ended.
    """
    actor.require(Scope.WRITE_MESSAGES)
    broadcast = _get(actor, broadcast_id)
    if broadcast.status in (BroadcastStatus.DONE, BroadcastStatus.CANCELED):
        raise DomainError("invalid_state", f"the broadcast has ended: it is {broadcast.status}")
    _review(actor, broadcast)
    if broadcast.status == BroadcastStatus.DRAFT:
        _change_status(actor, broadcast_id, BroadcastStatus.DRAFT, BroadcastStatus.CANCELED, "canceled")
    else:
        cancel_job(actor, broadcast.job_id)  # which cancels the broadcast
        audit.record(actor, "broadcast.canceled", broadcast_id)
    return _with_counts(actor, broadcast_id)


@unit_of_work()
def retry_failed(actor: Actor, broadcast_id: str) -> Broadcast:
    """Send a new message to those whose message has failed and certainly has not arrived.

    Errors: ``scope_missing``, ``not_found``, ``invalid_state`` (409) if there is nobody, or unless it is running,
    paused or done.
    """
    actor.require(Scope.WRITE_MESSAGES)
    job_id = _get(actor, broadcast_id).job_id
    runner.wake(actor.workspace.pk, job_id)
    broadcast = _get(actor, broadcast_id, lock=True)
    if broadcast.status not in (BroadcastStatus.RUNNING, BroadcastStatus.PAUSED, BroadcastStatus.DONE):
        raise DomainError("invalid_state", f"the broadcast is {broadcast.status}; nothing of it is sent")
    if broadcast.job_id != job_id:
        raise DomainError("invalid_state", "somebody else has retried it at this moment; look at it again")
    rows = Recipient.objects.for_workspace(actor.workspace).filter(broadcast=broadcast)
    if actor.review is not None:
        again = retryable(broadcast).count()
        _review(actor, broadcast, reaches=True, sends=again, again=again)
    again = retryable(broadcast).update(status=RecipientStatus.PENDING, reason="", message=None, settled_at=None)
    if not again:
        raise DomainError("invalid_state", "there is nobody whose message failed and certainly has not arrived")
    if broadcast.status == BroadcastStatus.DONE:
        job = runner.start_job(actor, BROADCAST, Scope.WRITE_MESSAGES, total=rows.count(), object_id=broadcast.pk)
        broadcast.status, broadcast.job_id = BroadcastStatus.RUNNING.value, job.pk
        broadcast.save(update_fields=["status", "job_id"])
        load_counts(actor.workspace, [broadcast])
        publish(actor, BROADCAST_STARTED, {"broadcast": BroadcastOut.render(broadcast)})
    audit.record(actor, "broadcast.retried", broadcast_id, recipients=again)
    return _with_counts(actor, broadcast_id)


def _messages_left(actor: Actor, broadcast: Broadcast) -> int:
    """How many messages the broadcast sends once it goes on."""
    if broadcast.frozen_at is None:
        return evaluate(actor.workspace, Definition.of(broadcast), clock.now())[0].eligible
    rows = Recipient.objects.for_workspace(actor.workspace).filter(broadcast=broadcast)
    return rows.filter(status=RecipientStatus.PENDING).count()


def _review(actor: Actor, broadcast: Broadcast, *, reaches: bool = False, sends: int = 0, again: int = 0) -> None:
    """``reaches``: people get messages by it; ``again``: to how many it is sent once more."""
    state = {"the status of the broadcast": broadcast.status, "how many get a new message": again}
    checks.write_about_many(actor, state=state, reaches=reaches, sends=sends)


def _change_status(actor: Actor, broadcast_id: str, old: BroadcastStatus, new: BroadcastStatus, verb: str) -> None:
    """Change the status if it is ``old``, in one statement."""
    rows = Broadcast.objects.for_workspace(actor.workspace).filter(pk=broadcast_id)
    if not rows.filter(status=old).update(status=new, waiting_for=""):
        status = rows.values_list("status", flat=True).get()
        raise DomainError("invalid_state", f"the broadcast is {status}; only one that is {old.value} can be {verb}")
    audit.record(actor, f"broadcast.{verb}", broadcast_id)
