"""The contacts in a segment: find one, the one query of its contacts, and how many they are.

Whatever counts, lists, exports or works on the contacts of a segment uses :func:`matching`, so they never disagree.

A caller decides what a filter costs, and somebody waits for the answer in a request that keeps a thread and a core of
the database. So each statement of a :class:`Counter` has a timeout, and what would surely meet it is not tried: it
answers the number, an estimate, or a refusal.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Count, Func, IntegerField, Q
from django.db.models.functions import Mod
from django.db.models.lookups import Exact

from contacts.models import Contact, ContactQuerySet, CustomField, Segment
from contacts.segments.compilation import tag_cost, where
from contacts.segments.conditions import AllOf, Condition, ConditionErrors, Leaf, leaves_in, load_condition
from contacts.segments.fields import Kind, Op
from crmsolid.core import clock
from crmsolid.core.errors import DomainError, not_found
from crmsolid.core.ids import is_id
from crmsolid.core.postgresql.statement_timeout import StatementTimeout, statement_timeout
from crmsolid.workspaces.edge import SegmentPeople
from crmsolid.workspaces.models import Workspace

# All that a request asks of its filters ends within so many seconds.
SECONDS = 2.5
# After so long a count becomes an estimate, unless it must be exact.
EXACT_SECONDS = 1.0
# So many contacts, drawn by a hash of their ids, stand for the others in an estimate.
SAMPLED = 4000
# What is surely not counted in ``SECONDS``, in microseconds of a core that does nothing else; see ``cost_of``.
MAX_COST = 5_000_000
# What is tried without a look at the size of the workspace, in microseconds a contact.
ORDINARY_COST = 1.0
# Microseconds a contact, by measurement: reading its tags, comparing a tag, and each value that a custom field, or
# another column, is compared with.
_READING_TAGS, _TAG, _CUSTOM, _COLUMN = 4.0, 0.07, 0.4, 0.05


def segment_names(workspace: Workspace) -> dict[str, str]:
    """The names of the workspace's segments by their ids, in alphabetical order."""
    return dict(Segment.objects.for_workspace(workspace).order_by("name").values_list("pk", "name"))


def find_segment(workspace: Workspace | int, segment_id: str, *, lock: bool = False, copying: bool = False) -> Segment:
    """The segment with this id, locked for a change if asked for. ``not_found`` (404).

    ``copying`` is for whoever stores its filter elsewhere: an erasure waits for the end of the transaction before it
    looks for copies. Others can copy at the same time.
    """
    rows = Segment.objects.for_workspace(workspace).filter(pk=segment_id)
    if not is_id("seg", segment_id):
        raise not_found("segment")
    if copying:
        sql, params = rows.query.sql_with_params()
        with connection.cursor() as cursor:  # Django has no FOR SHARE
            cursor.execute(f"{sql} FOR SHARE", params)
    segment: Segment | None = (rows.select_for_update(no_key=True) if lock else rows).first()
    if segment is None:
        raise not_found("segment")
    return segment


def condition_of(segment: Segment, definitions: Mapping[str, CustomField] | None = None) -> Condition:
    """The condition of the segment. ``definitions`` as in ``load_condition``.

    ``invalid_state`` (409) if its filter does not fit any more, for example because a custom field is gone: such a
    segment selects nobody rather than the wrong contacts.
    """
    try:
        return load_condition(segment.workspace_id, segment.filter, definitions)
    except ConditionErrors as errors:
        wrong = errors.errors[0]
        path = f"filter.{wrong.field}" if wrong.field else "filter"
        detail = f"the filter of the segment does not fit any more, correct it: {path}: {wrong.detail}"
        raise DomainError("invalid_state", detail) from None


def matching(workspace: Workspace | int, condition: Condition, now: datetime) -> ContactQuerySet:
    """The contacts of the workspace for whom the condition holds at the instant ``now``."""
    contacts: ContactQuerySet = Contact.objects.for_workspace(workspace).filter(where(condition, now))
    return contacts


def people_of(workspace_id: int, segment_id: str) -> SegmentPeople:
    """Who is in the segment now, for keys that are narrowed to it: nobody if it is gone or does not fit any more."""
    people = Contact.objects.for_workspace(workspace_id)
    condition = Q(pk__isnull=True)
    with suppress(DomainError):
        condition = where(condition_of(find_segment(workspace_id, segment_id)), clock.now())
    return SegmentPeople(condition, people.filter(condition).values("pk"), people.filter(~condition).values("pk"))


@dataclass(frozen=True, slots=True)
class ContactCount:
    """A number of contacts. An estimate is close where many match, and may say 0 where few of many contacts do."""

    number: int
    is_estimate: bool = False


class Counter:
    """Counts contacts of one workspace for one request, all within ``seconds``. A count that takes longer than
    ``exact_seconds`` becomes an estimate."""

    def __init__(
        self, workspace: Workspace | int, seconds: float = SECONDS, exact_seconds: float = EXACT_SECONDS
    ) -> None:
        self.workspace_id = workspace if isinstance(workspace, int) else workspace.pk
        self._ends = time.monotonic() + seconds
        self._exact_seconds = exact_seconds

    @property
    def is_over(self) -> bool:
        """Whether the time has passed."""
        return time.monotonic() >= self._ends

    def exact(
        self,
        people: ContactQuerySet,
        conditions: Iterable[Condition] = (),
        *,
        at_most: int | None = None,
        seconds: float = SECONDS,
    ) -> int:
        """How many people there are, counted no further than ``at_most``. ``filter_too_costly`` if that takes too long.

        ``conditions`` are those that each contact of the workspace is compared with.
        """
        cost = cost_of(conditions) if at_most is None else 0
        if cost > ORDINARY_COST and cost * self._size > MAX_COST:
            raise DomainError("filter_too_costly")
        with self.limit(seconds):
            return int((people if at_most is None else people[:at_most]).count())

    def count(
        self, people: ContactQuerySet, conditions: Iterable[Condition] = (), *, at_most: int | None = None
    ) -> ContactCount:
        """As :meth:`exact`, or an estimate; ``filter_too_costly`` if even that takes too long."""
        try:
            return ContactCount(self.exact(people, conditions, at_most=at_most, seconds=self._exact_seconds))
        except DomainError:
            number, ids = self._sample
            with self.limit():
                found = people.filter(pk__in=ids).count()
            return ContactCount(round(number * found / max(1, len(ids))), is_estimate=True)

    @contextmanager
    def limit(self, seconds: float = SECONDS) -> Iterator[None]:
        """The time of a read: so many seconds, or what is left. ``filter_too_costly`` if it takes longer."""
        try:
            with statement_timeout(max(0.001, min(seconds, self._ends - time.monotonic()))):
                yield
        except StatementTimeout:
            raise DomainError("filter_too_costly") from None

    @cached_property
    def _size(self) -> int:
        """About how many contacts the workspace has, by the statistics of PostgreSQL."""
        contacts = Contact.objects.for_workspace(self.workspace_id).order_by().values("pk")
        return int(json.loads(contacts.explain(format="json"))[0]["Plan"]["Plan Rows"])

    @cached_property
    def _sample(self) -> tuple[int, list[str]]:
        """How many contacts the workspace has, and the ids of some of them. One look at an index."""
        one_in = max(1, self._size // SAMPLED)
        hashed = Func("pk", function="HASHTEXT", output_field=IntegerField())
        with self.limit():
            found = Contact.objects.for_workspace(self.workspace_id).aggregate(
                number=Count("pk"), ids=ArrayAgg("pk", filter=Q(Exact(Mod(hashed, one_in), 0)))
            )
        return found["number"], found["ids"] or []


def cost_of(conditions: Iterable[Condition]) -> float:
    """The microseconds that it takes to compare a contact; 0 if an index can find the contacts that matter."""
    conditions = list(conditions)
    if any(map(_has_index, conditions)):
        return 0.0
    leaves = [leaf for condition in conditions for leaf in leaves_in(condition)]
    tags = [leaf for leaf in leaves if leaf.field.kind is Kind.TAG]
    one_by_one = sum(map(tag_cost, tags))
    others = sum(_CUSTOM * len(leaf.operands) if leaf.field.custom_key else _COLUMN for leaf in leaves)
    return _TAG * min(one_by_one, _READING_TAGS / _TAG + len(tags)) + others


def _has_index(condition: Condition) -> bool:
    """Whether everybody who meets it has one of certain tags, or one of certain values of a custom field."""
    if isinstance(condition, AllOf):
        return any(map(_has_index, condition.parts))
    if not isinstance(condition, Leaf) or condition.op not in (Op.IS, Op.IN):
        return False
    return condition.field.kind is Kind.TAG or bool(condition.field.custom_key)
