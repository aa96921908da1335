"""Brings ledgers up to date with rules: what rules would have given by now, and what is to be taken back.

The caller has locked the contacts, unless it only asks what would change. Doing it again adds nothing, because what the
ledger has is left out. The number of queries does not depend on that of the contacts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from contacts import repository
from contacts.models import Contact, ScoreEntry, ScoringRule
from contacts.normalization import parse_duration
from contacts.scoring import awarding, occasions, points
from contacts.scoring.awarding import NewEntry, NewTimer, Pair, revisions
from contacts.scoring.models import DECAY, SILENCE, EntryKind, Trigger
from contacts.scoring.occasions import Occasion
from contacts.scoring.points import Award
from crmsolid.events.publishing import NewEvent, publish_all
from crmsolid.workspaces.actor import Actor


@dataclass(slots=True)
class _Given:
    """What the current version of a rule has given a contact: its awards, and what half-lives have taken of them."""

    awards: list[Award] = field(default_factory=list)
    decayed: int = 0
    decays: int = 0


@dataclass(slots=True)
class Missing:
    """Entries that ledgers lack, and timers to start."""

    entries: list[NewEntry] = field(default_factory=list)
    timers: list[NewTimer] = field(default_factory=list)


def after_change(contacts: Sequence[Contact], rules: Sequence[ScoringRule], now: datetime) -> Missing:
    """What the ledgers of these contacts lack after these rules have changed: the earlier versions are taken back, and
    the current one gives points for everything that is known to have happened. An archived rule gives nothing."""
    missing = Missing(revisions([contact.id for contact in contacts], rules, now))
    current = [rule for rule in rules if rule.archived_at is None]
    _bring_up_to_date(contacts, current, current, now, missing)
    return missing


def when_due(
    contacts: Sequence[Contact], decaying: Sequence[ScoringRule], occurring: Sequence[ScoringRule], now: datetime
) -> Missing:
    """What the ledgers of these contacts lack when timers are due: of ``decaying`` rules the decay, of ``occurring``
    ones also what a change of the rule would bring, so that two versions of it never count at once."""
    missing = Missing(revisions([contact.id for contact in contacts], occurring, now))
    _bring_up_to_date(contacts, [*decaying, *occurring], occurring, now, missing)
    return missing


def write(contacts: Iterable[Contact], missing: Missing, who: Actor | None = None) -> list[NewEvent]:
    """Write what the ledgers of these contacts lack, and publish the events, which are returned. ``who`` has caused it,
    nobody in particular without it; then the contacts may be of several workspaces."""
    changed = {entry.contact_id for entry in missing.entries}
    people = repository.with_tags([contact for contact in contacts if contact.id in changed])
    events = awarding.write({each.contact.id: each for each in people}, missing.entries)
    awarding.start_timers(missing.timers)
    if events:
        publish_all(who, events)
    return events


def _bring_up_to_date(
    contacts: Sequence[Contact],
    rules: Sequence[ScoringRule],
    occurring: Sequence[ScoringRule],
    now: datetime,
    missing: Missing,
) -> None:
    """Add what ``rules`` have not decayed yet, and what ``occurring`` ones among them have not given yet."""
    if not contacts or not rules:
        return
    given: dict[Pair, _Given] = defaultdict(_Given)
    versions = {rule.pk: rule.version for rule in rules}
    entries = ScoreEntry.unscoped.filter(contact__in=[contact.id for contact in contacts], rule__in=versions)
    columns = ("rule_id", "contact_id", "rule_version", "kind", "key", "points", "cause", "occurred_at")
    for rule_id, contact_id, version, kind, key, size, cause, at in entries.values_list(*columns):
        if version != versions[rule_id]:
            continue
        so_far = given[rule_id, contact_id]
        if kind == EntryKind.AWARD:
            so_far.awards.append(Award(key, size, cause, at))
        elif kind == EntryKind.DECAY:
            so_far.decayed += size
            so_far.decays += 1
    happened = occasions.occasions_of(contacts, {rule.trigger for rule in occurring})
    silent = _silences(contacts, occurring, now, missing)
    missing.entries += _awards([*occasions.matching_rules(occurring, happened), *silent], given)
    _decay(rules, given, now, missing)


def _silences(
    contacts: Sequence[Contact], rules: Sequence[ScoringRule], now: datetime, missing: Missing
) -> list[tuple[ScoringRule, Occasion]]:
    """The silences of these contacts that are long enough for a rule; for those that are not yet, timers are added."""
    long_enough = []
    for rule in rules:
        if rule.trigger != Trigger.SILENCE:
            continue
        duration = parse_duration(rule.value)
        for contact in contacts:
            since = contact.unanswered_since
            if since is None or contact.workspace_id != rule.workspace_id:
                continue
            due_at = since + duration
            if due_at <= now:
                long_enough.append((rule, occasions.silence(contact, rule, since, due_at)))
            else:
                missing.timers.append(NewTimer(rule.workspace_id, rule.pk, contact.id, SILENCE, due_at))
    return long_enough


def _awards(matched: Iterable[tuple[ScoringRule, Occasion]], given: Mapping[Pair, _Given]) -> list[NewEntry]:
    """The awards for these occasions that are not given yet; they are added to ``given``."""
    of_pairs: dict[Pair, list[Occasion]] = defaultdict(list)
    rules: dict[int, ScoringRule] = {}
    for rule, occasion in matched:
        rules[rule.pk] = rule
        of_pairs[rule.pk, occasion.contact_id].append(occasion)
    zones = points.zones_of(rules.values())
    entries = []
    for (rule_id, contact_id), of_pair in of_pairs.items():
        rule, so_far = rules[rule_id], given[rule_id, contact_id]
        # It is not known when a field got its value, so whether an award is for that.
        if rule.trigger == Trigger.FIELD and so_far.awards:
            continue
        new = points.awards(rule, of_pair, so_far.awards, zones[rule.workspace_id])
        so_far.awards += new
        for each in new:
            entries.append(NewEntry(contact_id, rule, EntryKind.AWARD, each.key, each.points, each.cause, each.at))
    return entries


def _decay(rules: Sequence[ScoringRule], given: Mapping[Pair, _Given], now: datetime, missing: Missing) -> None:
    """One entry for each rule and contact that brings what was given to what half-lives have left of it at ``now``, and
    a timer for the next change."""
    half_lives = {rule.pk: (rule, rule.half_life) for rule in rules if rule.half_life is not None}
    for (rule_id, contact_id), so_far in given.items():
        if rule_id not in half_lives:
            continue
        rule, half_life = half_lives[rule_id]
        left = sum(points.decayed(each.points, each.at, half_life, now) for each in so_far.awards)
        change = left - so_far.decayed - sum(each.points for each in so_far.awards)
        if change:
            key = f"{DECAY} {so_far.decays + 1}"
            missing.entries.append(NewEntry(contact_id, rule, EntryKind.DECAY, key, change, "half-life", now))
        ends = [points.next_decay(each.points, each.at, half_life, now) for each in so_far.awards]
        next_at = min((at for at in ends if at is not None), default=None)
        if next_at is not None:
            missing.timers.append(NewTimer(rule.workspace_id, rule_id, contact_id, DECAY, next_at))
