"""What messages change about a contact: when somebody wrote last, the stage, and the points for it.

Messaging calls it in the transaction that stores or settles messages, with the contacts' rows locked, and publishes the
events that are returned. A message that arrives late sets nothing back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Case, F, Value, When
from django.db.models.functions import Greatest

from contacts import events, repository, stages
from contacts.events import Before
from contacts.models import Contact, Stage
from contacts.normalization import parse_duration
from contacts.scoring import awarding, occasions
from contacts.scoring.awarding import NewTimer
from contacts.scoring.models import SILENCE, ScoringRule, Trigger
from crmsolid.core import clock
from crmsolid.events.publishing import NewEvent
from crmsolid.workspaces.authors import NOBODY, Author

# Telegram's times are whole seconds of its own clock, so an answer may seem to be older than its message.
CLOCK_DIFFERENCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was sent: its workspace, the ``X-Request-Id`` of the call that caused it, and who wrote it."""

    workspace_id: int
    request_id: str = ""
    by: Author = NOBODY


def record_sent(sent: Mapping[str, Sent], at: datetime) -> list[NewEvent]:
    """Messages were sent at this time, by the ids of their contacts; who was new is contacted now."""
    rows, now = Contact.unscoped.filter(pk__in=list(sent)), clock.now()
    contacts = list(rows)
    # Those who did not wait for an answer of theirs begin to do so.
    answered = [
        contact
        for contact in contacts
        if contact.unanswered_since is None and (contact.last_reply_at is None or contact.last_reply_at < at)
    ]
    for contact in answered:
        contact.unanswered_since = at
    advanced = stages.advance(contacts, [Stage.NEW], Stage.CONTACTED, at, stages.MESSAGE)
    rows.update(
        last_out_at=Greatest("last_out_at", at),
        unanswered_since=Case(When(pk__in=[each.pk for each in answered], then=at), default=F("unanswered_since")),
        stage=Case(When(stage=Stage.NEW, then=Value(Stage.CONTACTED.value)), default=F("stage")),
        updated_at=now,
    )
    rules = awarding.read_rules((each.workspace_id for each in sent.values()), [Trigger.STAGE, Trigger.SILENCE])
    _start_timers([rule for rule in rules if rule.trigger == Trigger.SILENCE], answered, at)
    for contact in advanced:
        contact.updated_at, contact.last_out_at = now, _later(contact.last_out_at, at)
    people = repository.with_tags(advanced)
    reached = [each for c in advanced for each in occasions.stage_reached(c, max(c.created_at, at))]
    scored = awarding.score_matched(people, occasions.matching_rules(rules, reached))
    moved = [events.stage_changed(person, Stage.NEW, stages.MESSAGE) for person in people]
    causes = [(event, sent[event.contact_id]) for event in (*moved, *scored)]
    return [replace(event, request_id=each.request_id, by=each.by) for event, each in causes]


def _start_timers(rules: Iterable[ScoringRule], contacts: Iterable[Contact], at: datetime) -> None:
    """Let each of these rules wait for an answer of each contact of its workspace, from then on."""
    awarding.start_timers(
        [
            NewTimer(rule.workspace_id, rule.pk, contact.id, SILENCE, at + parse_duration(rule.value))
            for rule in rules
            for contact in contacts
            if contact.workspace_id == rule.workspace_id
        ]
    )


def record_received(
    contact: Contact, message_id: str, at: datetime, *, auto_reply: bool, opts_out: bool
) -> list[NewEvent]:
    """The contact, as it is stored, has written this message. An auto-reply sets ``last_in_at`` alone; any other
    message makes a contact who was new or contacted one that has replied, and gives points, unless it ``opts_out``."""
    old, cause = Before.of(contact), stages.OPT_OUT if opts_out else stages.REPLY
    contact.updated_at, contact.last_in_at = clock.now(), _later(contact.last_in_at, at)
    columns = ["updated_at", "last_in_at"]
    happened = []
    if opts_out:
        contact.opted_out = True
        columns.append("opted_out")
    if not auto_reply:
        happened.append(occasions.reply(contact, message_id, at))
        if stages.advance([contact], [Stage.NEW, Stage.CONTACTED], Stage.REPLIED, at, cause):
            happened += occasions.stage_reached(contact, max(contact.created_at, at))
        contact.last_reply_at = _later(contact.last_reply_at, at)
        if contact.unanswered_since is not None and contact.unanswered_since <= at + CLOCK_DIFFERENCE:
            contact.unanswered_since = None
        columns += ["last_reply_at", "unanswered_since", "stage"]
    person = repository.write(contact, {name: getattr(contact, name) for name in columns})
    scored = [] if opts_out else awarding.score([person], happened)
    return old.events(person, cause) + scored


def record_read(contact_id: str, at: datetime) -> None:
    """The contact has read messages of ours. It is no change of the contact that anybody is shown."""
    Contact.unscoped.filter(pk=contact_id).update(last_read_at=Greatest("last_read_at", at))


def _later(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else max(known, at)
