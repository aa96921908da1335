"""What is known to have happened to contacts, for rules that are new or have changed.

Replies and finished sequences are kept by apps above this one, which register how to read them. What these functions
return has the same keys as what is scored when it happens, so nothing counts twice.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from contacts.durations import parse_duration
from contacts.models import Contact, ContactTag, ScoringRule, StageChange
from contacts.scoring import occasions
from contacts.scoring.awarding import NewTimer
from contacts.scoring.models import SILENCE, Trigger
from contacts.scoring.occasions import Occasion
from contacts.stages import IMPLIED, OPT_OUT
from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.core.sql.table import Table

_tags, _changes = Table(ContactTag), Table(StageChange)

# Gets contacts and returns what has happened to them, in any order, in as many queries for any number of them.
Source = Callable[[Sequence[Contact]], list[Occasion]]

# By the trigger of the rules.
sources: ExtensionPoint[Source] = ExtensionPoint("sources of scores")


def occasions_of(contacts: Sequence[Contact], triggers: Iterable[str]) -> list[Occasion]:
    """What has happened to these contacts that rules with these triggers may give points for; silences left out."""
    wanted = {Trigger(trigger) for trigger in triggers}
    if not contacts:
        return []
    return [each for trigger in sorted(wanted) if trigger in sources for each in sources[trigger](contacts)]


def silences(
    contacts: Sequence[Contact], rules: Sequence[ScoringRule], now: datetime
) -> tuple[list[tuple[ScoringRule, Occasion]], list[NewTimer]]:
    """The silences of these contacts that are long enough for a rule, and timers for those that are not yet."""
    long_enough, timers = [], []
    for rule in rules:
        if rule.trigger != Trigger.SILENCE:
            continue
        duration = parse_duration(rule.value)
        for contact in contacts:
            since = contact.unanswered_since
            if since is None or contact.workspace_id != rule.workspace_id:
                continue
            due_at = since + duration
            occasion = occasions.silence(contact, rule, since, due_at)
            if due_at <= now:
                long_enough.append((rule, occasion))
            else:
                what = rule.workspace_id, rule.pk, contact.id
                timers.append(NewTimer(*what, SILENCE, due_at))
    return long_enough, timers


def tags_of(contacts: Sequence[Contact]) -> list[Occasion]:
    """The tags that contacts have now; nothing is known of those that were removed."""
    by_id = {contact.id: contact for contact in contacts}
    rows = _tags.select("contact_id = ANY(%s)", [list(by_id)])
    return [each for row in rows for each in occasions.tags_added(by_id[row.contact_id], [row.name], row.created_at)]


def stages_of(contacts: Sequence[Contact]) -> list[Occasion]:
    """The stages that contacts really came to, other than by an opt-out word."""
    by_id = {contact.id: contact for contact in contacts}
    where, ids = "contact_id = ANY(%s)", [list(by_id)]
    rows = _changes.select(f"{where} AND cause NOT IN (%s, %s)", [*ids, OPT_OUT, IMPLIED])
    return [each for row in rows for each in occasions.stage_reached(by_id[str(row.contact_id)], row.at, row.stage)]


def fields_of(contacts: Sequence[Contact]) -> list[Occasion]:
    """The values that custom fields have now. When they were set is not known: not after the last change."""
    return [each for contact in contacts for each in occasions.fields_set(contact, {}, contact.updated_at)]
