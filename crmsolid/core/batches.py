"""Work that goes on after an error: a bug with one row must not hold up the others."""

import logging
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, TypeVar

from crmsolid.core.errors import DATABASE_UNAVAILABLE, is_outage

R = TypeVar("R")
T = TypeVar("T")


class go_on_after_error:
    """Log an error of the block with this message and go on after it. ``failed`` says afterwards whether there was one.

    An error of the database (``DATABASE_UNAVAILABLE``) is raised, because it concerns everything else too. ``extra`` is
    added to the log line.
    """

    def __init__(self, logger: logging.Logger, message: str, **extra: Any) -> None:
        self.logger, self.message, self.extra = logger, message, extra
        self.failed = False

    def __enter__(self) -> "go_on_after_error":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception) or isinstance(error, DATABASE_UNAVAILABLE):
            return False
        self.logger.error(self.message, exc_info=error, extra=self.extra)
        self.failed = True
        return True


def together_or_alone(
    together: Callable[[], R],
    items: Iterable[T],
    alone: Callable[[T], R],
    *,
    logger: logging.Logger,
    what: str,
    id_of: Callable[[T], object] = str,
    after_failure: Callable[[T], object] | None = None,
) -> list[R]:
    """Do a batch; if it fails, do each of its items alone. Returns the results: one of the batch, or those of the items
    that did not fail.

    ``together`` and ``alone`` each own their transaction. ``items`` is read only after the batch has failed, so it may
    be a queryset of what is due then. An item that fails alone is logged by what it is (``what``, such as "message")
    and by its id, and ``after_failure`` puts it off. An error of the database is raised, except that after one of the
    batch's statement alone, such as a deadlock, the items are tried.
    """
    try:
        return [together()]
    except Exception as error:
        if is_outage(error):
            raise
        logger.exception("a batch failed, and each %s of it is tried alone", what)
    results = []
    for item in items:
        with go_on_after_error(logger, f"this {what} failed alone", **{f"{what}_id": id_of(item)}) as attempt:
            results.append(alone(item))
        if attempt.failed and after_failure is not None:
            after_failure(item)
    return results
