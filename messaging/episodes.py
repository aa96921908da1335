"""Keeps the episodes of conversations: when each was opened, first answered by a person, and closed.

Everything runs in the transaction of what happens, with the row of the thread locked, so that of two things that happen
to a conversation at once the second one sees the first. An open conversation in which a person wrote has one open
episode (``episode_open``). What opens it is a message that asks for an answer; a machine's message and an opt-out word
open the thread in the inbox, but no episode.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from messaging.models import Episode, Thread, WrittenMessage

_episodes = f'"{Episode._meta.db_table}"'

# Parts of the one statement with which messaging.threads.state changes a thread, whose row (id, workspace_id,
# account_id, was_written_in) is ``thread`` there.
# Parameter: the time of the message.
BEGIN = (
    f"INSERT INTO {_episodes} (workspace_id, thread_id, account_id, is_first, opened_at, first_answer_via)"
    " SELECT workspace_id, id, account_id, NOT was_written_in, %s, '' FROM thread"
    " ON CONFLICT (thread_id) WHERE closed_at IS NULL AND thread_id IS NOT NULL DO NOTHING"
)
_OPEN = "episode.thread_id = thread.id AND episode.closed_at IS NULL"
# Parameters: the time of the answer, the id of the member, the interface, the time again. An answer that was stored
# late, from before the question, is none.
ANSWER = (
    f"UPDATE {_episodes} AS episode SET first_answer_at = %s, first_answer_by_id = %s, first_answer_via = %s"
    f" FROM thread WHERE {_OPEN} AND episode.first_answer_at IS NULL AND episode.opened_at <= %s"
)
OPEN_ID = f"(SELECT episode.id FROM {_episodes} AS episode WHERE {_OPEN})"


def answered_later(rows: Iterable[WrittenMessage], threads: dict[int, str]) -> None:
    """These rows, in their order, say of messages in these threads (by the id of the row) that they were sent just now,
    for which they were planned: they are written in the open episode, and the first one may be its first answer. The
    caller stores ``episode`` of the rows."""
    episodes = {each.thread_id: each for each in Episode.unscoped.filter(thread__in=threads.values(), closed_at=None)}
    answered = []
    for row in rows:
        episode = episodes.get(threads[row.pk])
        row.episode = episode
        if episode is not None and episode.first_answer_at is None and row.at is not None:
            episode.first_answer_at, episode.first_answer_by_id = row.at, row.author_id
            episode.first_answer_via = row.via
            answered.append(episode)
    Episode.unscoped.bulk_update(answered, ["first_answer_at", "first_answer_by", "first_answer_via"])


def answers_taken_back(episode_ids: Sequence[int]) -> None:
    """Messages that were written in these episodes were canceled, and their rows are deleted: the first answer is the
    first of those that remain."""
    episodes = Episode.unscoped.filter(pk__in=episode_ids, thread__isnull=False)
    threads = Thread.unscoped.filter(pk__in=list(episodes.values_list("thread", flat=True)))
    # Waits for an answer that is being written, which left the first one as it was.
    list(threads.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    remaining = WrittenMessage.unscoped.filter(
        episode=OuterRef("pk"), message__thread=OuterRef("thread"), at__gte=OuterRef("opened_at")
    ).order_by("at", "pk")

    def first(column: str) -> Subquery:
        return Subquery(remaining.values(column)[:1])

    episodes.update(
        first_answer_at=first("at"),
        first_answer_by=first("author"),
        first_answer_via=Coalesce(first("via"), Value("")),
    )


def closed(thread_id: str, at: datetime, user_id: int | None) -> None:
    """The thread was closed, by this member or None for anybody else."""
    Episode.unscoped.filter(thread=thread_id, closed_at=None).update(closed_at=at, closed_by=user_id)


def reopened(thread: Thread) -> None:
    """The thread was put back among the open ones, or its closing was taken back: so is the closing of its latest
    episode, and the same episode goes on. One that ended before the contact last wrote stays: the contact has opened
    the thread again since, with a message that opens no episode."""
    latest = Episode.unscoped.filter(thread=thread).order_by("-opened_at", "-pk").values("pk")[:1]
    ended: dict[str, Any] = {"closed_at__isnull": False}
    if thread.last_in_at is not None:
        ended["closed_at__gte"] = thread.last_in_at
    Episode.unscoped.filter(pk__in=list(latest.values_list("pk", flat=True)), **ended).update(
        closed_at=None, closed_by=None
    )
