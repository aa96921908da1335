"""What messages change about a contact: when somebody wrote last, the stage, and the points for it.

Messaging calls it in the transaction that stores or settles messages, with the contacts' rows locked, and publishes the
events that are returned. A message that arrives late sets nothing back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from contacts import stages
from contacts.durations import parse_duration
from contacts.models import Contact, ScoringRule, Stage
from contacts.repository import with_tags
from contacts.scoring import awarding, occasions
from contacts.scoring.awarding import NewTimer
from contacts.scoring.models import SILENCE, Trigger
from crmsolid.core import clock
from crmsolid.core.sql.bulk import fetch, run
from crmsolid.core.sql.table import Table
from crmsolid.events.publishing import NewEvent

_contacts = Table(Contact)

# Telegram's times are whole seconds of its own clock, so an answer may seem to be older than its message.
CLOCK_DIFFERENCE = timedelta(minutes=1)

_LATER = "{0} = greatest({0}, %s)"
_WAS_ANSWERED = "unanswered_since IS NULL AND (last_reply_at IS NULL OR last_reply_at < %s)"


def record_sent(workspaces: Mapping[str, int], request_ids: Mapping[str, str], at: datetime) -> list[NewEvent]:
    """Messages to these contacts (id to workspace) were sent at this time, for these calls (id to ``X-Request-Id``);
    who was new is contacted now."""
    ids = list(workspaces)
    advanced = stages.advance(ids, [Stage.NEW], Stage.CONTACTED, at, "message")
    rules = awarding.read_rules(workspaces.values(), [Trigger.STAGE, Trigger.SILENCE])
    _start_silences([rule for rule in rules if rule.trigger == Trigger.SILENCE], workspaces, at)
    _update(
        ids,
        f"{_LATER.format('last_out_at')}, unanswered_since = CASE WHEN {_WAS_ANSWERED} THEN %s ELSE unanswered_since"
        " END, stage = CASE WHEN stage = 'new' THEN 'contacted' ELSE stage END",
        [at] * 3,
    )
    if not advanced or all(rule.trigger == Trigger.SILENCE for rule in rules):
        return []
    people = with_tags(_read(list(advanced)))
    reached = [each for p in people for each in occasions.stage_reached(p.contact, advanced[p.contact.id])]
    events = awarding.score_matched(people, occasions.matching_rules(rules, reached))
    return [replace(event, request_id=request_ids.get(event.contact_id, "")) for event in events]


def record_received(
    workspace_id: int, contact_id: str, message_id: str, at: datetime, *, auto_reply: bool, scores: bool
) -> list[NewEvent]:
    """The contact has written this message. An auto-reply sets ``last_in_at`` alone; any other message makes a contact
    who was new or contacted one that has replied, and gives points if it ``scores``."""
    if auto_reply:
        _update([contact_id], _LATER.format("last_in_at"), [at])
        return []
    cause = stages.REPLY if scores else stages.OPT_OUT
    advanced = stages.advance([contact_id], [Stage.NEW, Stage.CONTACTED], Stage.REPLIED, at, cause)
    _update(
        [contact_id],
        f"{_LATER.format('last_in_at')}, {_LATER.format('last_reply_at')}, unanswered_since ="
        " CASE WHEN unanswered_since > %s THEN unanswered_since END,"
        " stage = CASE WHEN stage IN ('new', 'contacted') THEN 'replied' ELSE stage END",
        [at, at, at + CLOCK_DIFFERENCE],
    )
    if not scores:
        return []
    # Not read before it is known that a rule gives points.
    contact = _contacts.new(id=contact_id, workspace_id=workspace_id, stage=Stage.REPLIED.value)
    happened = [occasions.reply(contact, message_id, at)]
    if advanced:
        happened += occasions.stage_reached(contact, advanced[contact_id])
    matched = awarding.matching(happened)
    return awarding.score_matched(with_tags(_read([contact_id])), matched) if matched else []


def _start_silences(rules: Sequence[ScoringRule], workspaces: Mapping[str, int], at: datetime) -> None:
    """Start the time after which a contact who does not answer is silent, for those whom nobody waits for yet."""
    if not rules:
        return
    where, ids = "id = ANY(%s)", [list(workspaces)]
    rows = fetch(f"SELECT id FROM {_contacts.name} WHERE {where} AND {_WAS_ANSWERED}", [*ids, at])
    awarding.start_timers(
        [
            NewTimer(
                workspace_id=rule.workspace_id,
                rule_id=rule.pk,
                contact_id=contact_id,
                key=SILENCE,
                due_at=at + parse_duration(rule.value),
            )
            for rule in rules
            for (contact_id,) in rows
            if workspaces[contact_id] == rule.workspace_id
        ]
    )


def _read(contact_ids: Sequence[str]) -> list[Contact]:
    return _contacts.select("id = ANY(%s)", [list(contact_ids)])


def _update(contact_ids: Sequence[str], assignments: str, params: Sequence[Any]) -> None:
    where, ids = "id = ANY(%s)", [list(contact_ids)]
    run(
        f"UPDATE {_contacts.name} SET {assignments}, updated_at = %s WHERE {where}",
        [*params, clock.now(), *ids],
    )
