"""How many contacts match, within a few seconds whatever is asked: the number, an estimate, or a refusal.

A caller decides what a filter costs, and somebody waits for the answer in a request that keeps a thread and a core of
the database. So each statement has a timeout, and what would surely meet it is not tried.
"""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from contacts.models import Contact, ContactQuerySet
from contacts.segments.compilation import tag_cost
from contacts.segments.conditions import AllOf, Condition, Leaf, leaves_in
from contacts.segments.fields import Kind, Op
from crmsolid.core.errors import DomainError
from crmsolid.core.sql.bulk import fetch
from crmsolid.core.sql.statement_timeout import StatementTimeout, statement_timeout
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
        with self.limit():
            [[number, ids]] = fetch(
                "SELECT COUNT(*), ARRAY_AGG(id) FILTER (WHERE HASHTEXT(id) %% %s::int = 0) FROM contacts_contact"
                " WHERE workspace_id = %s",
                [one_in, self.workspace_id],
            )
        return number, ids or []


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
