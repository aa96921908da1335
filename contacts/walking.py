"""Reading, in the order of ids, the contacts that a filter takes: a window of contacts at a time.

A step examines the next so many contacts, whether the filter takes all of them or none. "The next 500 that match" would
let a filter that nobody meets examine a million contacts in one statement.
"""

import time
from dataclasses import dataclass
from typing import Any, Self

from contacts.models import Contact
from crmsolid.core.postgresql.statement_timeout import StatementTimeout, statement_timeout
from crmsolid.jobs.models import Job

# Contacts in a window. The first steps find out how many the filter of this walk allows.
SMALLEST, FIRST, LARGEST = 50, 2000, 10_000
STATEMENT_SECONDS = 2.0
# A window that takes longer to examine is followed by a smaller one, one that takes less than a fifth by a larger one.
TARGET_SECONDS = 0.5


@dataclass(slots=True)
class Walk:
    """Where a walk through the contacts of a workspace stands: after which id, how many it examines next, and whether
    it has ended."""

    workspace_id: int
    after: str = ""
    window: int = FIRST
    ended: bool = False

    @classmethod
    def of(cls, job: Job) -> Self:
        """The walk of this job, as :meth:`keep_in` has left it in the job's ``params``."""
        return cls(job.workspace_id, job.params["after"], job.params.get("window", FIRST))

    def keep_in(self, job: Job) -> None:
        job.params |= {"after": self.after, "window": self.window}

    def next(self, people: Any, at_most: int) -> list[Any]:
        """Go on, and return those whom ``people`` takes of the contacts that were examined, at most so many. There may
        be none although the walk has not ended.

        ``people`` is a queryset of contacts of the workspace. A window that takes too long is halved, and the next step
        tries again; :class:`StatementTimeout` if it is the smallest. An error leaves the transaction usable.
        """
        last = self._last_of_window()
        window = people.filter(pk__gt=self.after)
        if last is not None:
            # By the ids alone: with a subquery instead, PostgreSQL may compare all contacts before it looks at the ids.
            window = window.filter(pk__lte=last)
        started = time.monotonic()
        try:
            with statement_timeout(STATEMENT_SECONDS):
                found = list(window.order_by("pk")[:at_most])
        except StatementTimeout:
            if self.window <= SMALLEST:
                raise
            self.window = max(SMALLEST, self.window // 2)
            return []
        is_full = len(found) == at_most
        if not is_full and last is not None:
            self.after = last
        elif found:
            self.after = found[-1].pk
        self.ended = last is None and not is_full
        self._adapt(time.monotonic() - started, at_most if is_full else LARGEST)
        return found

    def _last_of_window(self) -> str | None:
        """The id of the last contact in the window; None if it has all that are left."""
        rest = Contact.objects.for_workspace(self.workspace_id).filter(pk__gt=self.after).order_by("pk")
        last: str | None = rest.values_list("pk", flat=True)[self.window - 1 : self.window].first()
        return last

    def _adapt(self, seconds: float, useful: int) -> None:
        """``useful``: a larger window has more people than are wanted."""
        if seconds > TARGET_SECONDS or self.window > useful:
            self.window = max(SMALLEST, self.window // 2)
        elif seconds < TARGET_SECONDS / 5 and self.window < useful:
            self.window = min(LARGEST, self.window * 2)
