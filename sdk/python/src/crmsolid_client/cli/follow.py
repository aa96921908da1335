"""Following the event log: every event from a time on, in its order, whatever happens to the connection."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..errors import APIConnectionError, RateLimitedError, ServerError
from .output import note

if TYPE_CHECKING:
    from .. import CrmSolid
    from ..models import Event

# The log that begins in the future begins at its end, so the clock of this machine does not matter.
END_OF_LOG = datetime(2999, 1, 1, tzinfo=UTC)
POLL_SECONDS = 1.0
RETRY_SECONDS = 3.0
PAGE = 100


def follow_events(client: CrmSolid, *, since: datetime, types: tuple[str, ...], ready: str) -> Iterator[Event]:
    """Every event of these types (all, if there are none) from ``since`` on, without an end. Says ``ready`` on standard
    error once nothing can be missed any more.

    Each page is asked for with the cursor of the one before, so no event is skipped. While there is no connection it
    says so once, and goes on from where it was.
    """
    only = types[0] if len(types) == 1 else None  # the API filters by one type
    cursor: str | None = None
    is_lost = False
    while True:
        try:
            page = next(client.events.list(type=only, since=since, limit=PAGE, cursor=cursor).by_page())
        except (APIConnectionError, ServerError, RateLimitedError) as error:
            if not is_lost:
                note(f"The connection is lost ({error.args[0]}). It is tried again until Ctrl-C.")
            is_lost = True
            time.sleep(RETRY_SECONDS)
            continue
        if cursor is None:
            note(ready)
        if is_lost:
            note("Connected again.")
            is_lost = False
        for event in page.data:
            if not types or event.event in types:
                yield event
        cursor = page.next_cursor
        if len(page.data) < PAGE:
            time.sleep(POLL_SECONDS)
