"""Brings ledgers up to date with rules: what rules would have given by now, and what is to be taken back.

The caller has locked the contacts, unless it only asks what would change. Doing it again adds nothing, because what the
ledger has is left out. The number of queries does not depend on that of the contacts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from contacts.models import Contact, ScoreEntry, ScoringRule
from contacts.scoring import history, points
from contacts.scoring.awarding import NewEntry, NewTimer, Pair, outdated
from contacts.scoring.models import DECAY, EntryKind, Trigger
from contacts.scoring.occasions import Occasion, matching_rules
from contacts.scoring.points import Award
from crmsolid.core.sql.bulk import rows_parameter, rows_source
from crmsolid.core.sql.table import Table

_entries = Table(ScoreEntry)

RULES_CHANGED = "rules changed"


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
    current = [rule for rule in rules if rule.archived_at is None]
    missing = Missing(_revisions(contacts, rules, now))
    _bring_up_to_date(contacts, current, current, now, missing)
    return missing


def when_due(
    contacts: Sequence[Contact], decaying: Sequence[ScoringRule], occurring: Sequence[ScoringRule], now: datetime
) -> Missing:
    """What the ledgers of these contacts lack when timers are due: of ``decaying`` rules the decay, of ``occurring``
    ones also what a change of the rule would bring, so that two versions of it never count at once."""
    missing = Missing(_revisions(contacts, occurring, now))
    _bring_up_to_date(contacts, [*decaying, *occurring], occurring, now, missing)
    return missing


def _revisions(contacts: Sequence[Contact], rules: Sequence[ScoringRule], now: datetime) -> list[NewEntry]:
    """For each earlier version of the rules, an entry of that version that makes the sum of its entries 0."""
    return [
        NewEntry(
            contact_id=each.contact_id,
            rule=each.rule,
            kind=EntryKind.REVISION,
            key=f"revision {each.rule.version}",
            points=-each.points,
            cause=RULES_CHANGED,
            occurred_at=now,
            rule_version=each.version,
        )
        for each in outdated([contact.id for contact in contacts], rules)
    ]


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
    given = _given(contacts, rules)
    happened = history.occasions_of(contacts, {rule.trigger for rule in occurring})
    matched = matching_rules(occurring, happened)
    silent, timers = history.silences(contacts, occurring, now)
    missing.timers += timers
    missing.entries += _awards([*matched, *silent], given)
    _decay(rules, given, now, missing)


def _given(contacts: Sequence[Contact], rules: Sequence[ScoringRule]) -> dict[Pair, _Given]:
    in_contacts, contact_ids = "contact_id = ANY(%s)", [[contact.id for contact in contacts]]
    versions = rows_source({"rule": "int", "version": "int"})
    rows = _entries.select(
        f"{in_contacts} AND (rule_id, rule_version) IN (SELECT r.rule, r.version FROM {versions})",
        [*contact_ids, rows_parameter([[rule.pk, rule.version] for rule in rules])],
    )
    given: dict[Pair, _Given] = defaultdict(_Given)
    for row in rows:
        of_pair = given[int(row.rule_id or 0), row.contact_id]
        if row.kind == EntryKind.AWARD:
            of_pair.awards.append(Award(row.key, row.points, row.cause, row.occurred_at))
        elif row.kind == EntryKind.DECAY:
            of_pair.decayed += row.points
            of_pair.decays += 1
    return given


def _awards(matched: Iterable[tuple[ScoringRule, Occasion]], given: Mapping[Pair, _Given]) -> list[NewEntry]:
    """The awards for these occasions that are not given yet; they are added to ``given``."""
    occasions: dict[Pair, list[Occasion]] = defaultdict(list)
    rules: dict[int, ScoringRule] = {}
    for rule, occasion in matched:
        rules[rule.pk] = rule
        occasions[rule.pk, occasion.contact_id].append(occasion)
    zones = points.zones_of(rules.values())
    entries = []
    for (rule_id, contact_id), of_pair in occasions.items():
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
