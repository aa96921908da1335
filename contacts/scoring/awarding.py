"""Gives points: writes the ledger, the score that follows from it, and ``lead.scored``.

Everything here runs in the caller's transaction with the rows of the contacts locked, so the ledger of a contact has
one writer at a time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from contacts.events import LEAD_SCORED
from contacts.models import Contact, ScoreEntry, ScoreTimer, ScoringRule
from contacts.scoring import points
from contacts.scoring.models import DECAY, EntryKind
from contacts.scoring.occasions import Occasion, matching
from contacts.scoring.points import Award
from crmsolid.core import clock
from crmsolid.core.sql.bulk import fetch, rows_parameter, rows_source, run
from crmsolid.core.sql.table import Table
from crmsolid.events.publishing import NewEvent

if TYPE_CHECKING:
    from contacts.repository import ContactWithTags

_contacts, _entries, _timers = Table(Contact), Table(ScoreEntry), Table(ScoreTimer)

MIN_SCORE, MAX_SCORE = 0, 100

# A rule and a contact.
Pair = tuple[int, str]


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to add to the ledger."""

    contact_id: str
    rule: ScoringRule | None
    kind: EntryKind
    key: str
    points: int
    cause: str
    occurred_at: datetime
    rule_version: int = 0


class NewTimer(NamedTuple):
    """A timer to start."""

    workspace_id: int
    rule_id: int
    contact_id: str
    key: str
    due_at: datetime


def score(people: "Iterable[ContactWithTags]", occasions: Sequence[Occasion], request_id: str = "") -> list[NewEvent]:
    """Give these people the points of what happened to them, set their new scores, and return the events to publish.

    One query if no rule gives points for it.
    """
    return score_matched(people, matching(occasions), request_id)


def score_matched(
    people: "Iterable[ContactWithTags]", matched: Sequence[tuple[ScoringRule, Occasion]], request_id: str = ""
) -> list[NewEvent]:
    """As :func:`score`, once it is known which rules give points."""
    if not matched:
        return []
    entries = award(matched)
    _start_decay(entries)
    return write({each.contact.id: each for each in people}, entries, request_id)


def award(matched: Sequence[tuple[ScoringRule, Occasion]]) -> list[NewEntry]:
    """The entries that rules add for these occasions, within ``times`` and ``daily_cap``.

    None where a contact still has such points of an earlier version of the rule. The job of that change takes these
    back, and then gives points for these occasions too: otherwise both versions would count until then.
    """
    occasions: dict[Pair, list[Occasion]] = defaultdict(list)
    rules = {rule.pk: rule for rule, _ in matched}
    for rule, occasion in matched:
        occasions[rule.pk, occasion.contact_id].append(occasion)
    zones = points.zones_of(rules.values())
    earlier, left_to_the_job = _earlier_awards(rules, occasions, zones)
    entries: list[NewEntry] = []
    for (rule_id, contact_id), of_pair in occasions.items():
        rule = rules[rule_id]
        if (rule_id, contact_id) in left_to_the_job:
            continue
        for each in points.awards(rule, of_pair, earlier[rule_id, contact_id], zones[rule.workspace_id]):
            entries.append(NewEntry(contact_id, rule, EntryKind.AWARD, each.key, each.points, each.cause, each.at))
    return entries


def _earlier_awards(
    rules: Mapping[int, ScoringRule], occasions: Mapping[Pair, Sequence[Occasion]], zones: Mapping[int, ZoneInfo]
) -> tuple[dict[Pair, list[Award]], set[Pair]]:
    """The awards that decide how many points there are for these occasions: that of a rule which gives them once, and
    those of the same days of rules with a cap. And where there are such awards of an earlier version that is not taken
    back yet."""
    found: dict[Pair, list[Award]] = defaultdict(list)
    in_rules, rule_ids = "rule_id = ANY(%s)", [list(rules)]
    in_contacts, contact_ids = "contact_id = ANY(%s)", [sorted({contact_id for _, contact_id in occasions})]
    all_occasions = [each for of_pair in occasions.values() for each in of_pair]
    days = [points.day_around(each.at, zones[each.workspace_id]) for each in all_occasions]
    first, last = min(begin for begin, _ in days), max(end for _, end in days)
    keys, key_params = "key = ANY(%s)", [[each.key for each in all_occasions]]
    rows = _entries.select(
        f"{in_contacts} AND {in_rules} AND kind = 'award'"
        f" AND (key = 'once' OR {keys} OR occurred_at >= %s AND occurred_at < %s)",
        [*contact_ids, *rule_ids, *key_params, first, last],
    )
    of_earlier_versions: set[str] = set()
    for row in rows:
        rule = rules[int(row.rule_id or 0)]
        if row.rule_version == rule.version:
            found[rule.pk, row.contact_id].append(Award(row.key, row.points, row.cause, row.occurred_at))
        else:
            of_earlier_versions.add(row.contact_id)
    return found, {(each.rule.pk, each.contact_id) for each in outdated(of_earlier_versions, rules.values())}


class Outdated(NamedTuple):
    """What an earlier version of a rule gave a contact and nobody has taken back yet."""

    contact_id: str
    rule: ScoringRule
    version: int
    points: int


def outdated(contact_ids: Iterable[str], rules: Iterable[ScoringRule]) -> list[Outdated]:
    """What these contacts have of earlier versions of these rules. No query without contacts."""
    ids, by_id = sorted(contact_ids), {rule.pk: rule for rule in rules if rule.pk is not None}
    if not ids or not by_id:
        return []
    in_contacts, contact_params = "contact_id = ANY(%s)", [list(ids)]
    in_rules, rule_params = "rule_id = ANY(%s)", [list(by_id)]
    rows = fetch(
        f"SELECT contact_id, rule_id, rule_version, SUM(points) FROM {_entries.name}"
        f" WHERE {in_contacts} AND {in_rules} GROUP BY contact_id, rule_id, rule_version HAVING SUM(points) <> 0"
        " ORDER BY contact_id, rule_id, rule_version",
        [*contact_params, *rule_params],
    )
    return [
        Outdated(contact_id, by_id[rule_id], version, int(total))
        for contact_id, rule_id, version, total in rows
        if version < by_id[rule_id].version
    ]


def write(people: "Mapping[str, ContactWithTags]", entries: Sequence[NewEntry], request_id: str = "") -> list[NewEvent]:
    """Add the entries to the ledger and set the scores that follow from it.

    Returns ``lead.scored`` for those whose score changed. ``people`` has every contact of the entries.
    """
    if not entries:
        return []
    now = clock.now()
    _entries.insert_many([_row(people[entry.contact_id].contact, entry, now) for entry in entries])
    names: dict[str, dict[str, None]] = defaultdict(dict)
    for entry in entries:
        names[entry.contact_id][entry.rule.name if entry.rule is not None else "manual"] = None
    new_scores = scores(list(names))
    changed = []
    for contact_id, new_score in new_scores.items():
        person = people[contact_id]
        if person.contact.score != new_score:
            changed.append((person, person.contact.score, new_score))
            person.contact.score, person.contact.updated_at = new_score, now
    _set_scores([person.contact for person, _, _ in changed], now)
    return [
        NewEvent(
            LEAD_SCORED,
            {
                "contact": type(person)(person.contact, person.tags).payload,
                "old_score": old_score,
                "new_score": new_score,
                "rules": list(names[person.contact.id]),
            },
            person.contact.id,
            request_id,
            person.contact.workspace_id,
        )
        for person, old_score, new_score in changed
    ]


def _row(contact: Contact, entry: NewEntry, now: datetime) -> dict[str, Any]:
    return {
        "workspace_id": contact.workspace_id,
        "contact_id": contact.id,
        "rule_id": None if entry.rule is None else entry.rule.pk,
        "rule_version": entry.rule_version or (0 if entry.rule is None else entry.rule.version),
        "kind": entry.kind.value,
        "key": entry.key,
        "points": entry.points,
        "cause": entry.cause,
        "occurred_at": entry.occurred_at,
        "at": now,
    }


def scores(contact_ids: Sequence[str]) -> dict[str, int]:
    """The score of each of these contacts: the sum of its ledger, between 0 and 100."""
    return {contact_id: clamped(total) for contact_id, total in sums(contact_ids).items()}


def sums(contact_ids: Sequence[str]) -> dict[str, int]:
    """The sum of the ledger of each of these contacts."""
    where, ids = "contact_id = ANY(%s)", [list(contact_ids)]
    rows = fetch(f"SELECT contact_id, SUM(points) FROM {_entries.name} WHERE {where} GROUP BY contact_id", ids)
    return dict.fromkeys(contact_ids, 0) | {contact_id: int(total) for contact_id, total in rows}


def clamped(total: int) -> int:
    """The score that this sum of a ledger gives."""
    return min(MAX_SCORE, max(MIN_SCORE, total))


def _set_scores(contacts: Sequence[Contact], now: datetime) -> None:
    if not contacts:
        return
    # PostgreSQL takes the list for one of 100 rows, and would rather read a small table as a whole without the ids.
    where, ids = "id = ANY(%s)", [[contact.id for contact in contacts]]
    run(
        f"UPDATE {_contacts.name} SET score = r.new_score, updated_at = %s"
        f" FROM {rows_source({'contact': 'text', 'new_score': 'int'})} WHERE id = r.contact AND {where}",
        [now, rows_parameter([[contact.id, contact.score] for contact in contacts]), *ids],
    )


def _start_decay(entries: Iterable[NewEntry]) -> None:
    """Have the sweep look at the points of rules with a half-life when they change next."""
    due: dict[tuple[int, int, str], datetime] = {}
    for entry in entries:
        if entry.rule is None or entry.kind != EntryKind.AWARD or entry.rule.half_life is None:
            continue
        at = points.next_decay(entry.points, entry.occurred_at, entry.rule.half_life, entry.occurred_at)
        what = entry.rule.workspace_id, entry.rule.pk, entry.contact_id
        if at is not None and (what not in due or at < due[what]):
            due[what] = at
    start_timers([NewTimer(*what, DECAY, at) for what, at in due.items()])


def start_timers(timers: Sequence[NewTimer]) -> None:
    """Have the sweep look at these contacts. Of a timer that runs already the earlier time counts."""
    if not timers:
        return
    columns = {"workspace": "int", "rule": "int", "contact": "text", "timer": "text", "due": "time"}
    run(
        f"INSERT INTO {_timers.name} (workspace_id, contact_id, rule_id, key, due_at)"
        f" SELECT r.workspace, r.contact, r.rule, r.timer, r.due"
        f" FROM {rows_source(columns)}"
        " ON CONFLICT (contact_id, rule_id, key) DO UPDATE"
        f" SET due_at = least(excluded.due_at, {_timers.name}.due_at)",
        [rows_parameter(sorted(timers))],
    )
