"""Search in the texts of messages: by how their words begin, in every script, the newest first."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorExact
from django.db.models import DateTimeField, ExpressionWrapper, F, Lookup, Prefetch, Q, QuerySet, Value

from contacts.models import Contact
from crmsolid.core.errors import DomainError
from crmsolid.core.postgresql.statement_timeout import StatementTimeout, statement_timeout
from crmsolid.workspaces.actor import Actor, Scope
from messaging.models import SEARCHED_STATUSES, SEPARATORS, TEXT_APART, TEXT_WORDS, Message

# A word that many messages have is found among so many of the newest ones, by reading these.
NEWEST = 2000
# The others are looked up in the index: first in so many times the span of time of the newest, then in all of it.
WIDER = 20
# Only a word that is in none of the newest but in tens of thousands of older messages can take longer than this; then
# what was found before is all.
SECONDS = 0.1
MAX_WORDS = 8
# The same words, by an expression that no index has.
READ_WORDS = SearchVector(TEXT_APART, config="simple", weight="A")
# In the order of this, and not of the column: PostgreSQL would go along the index of the times, through all messages.
_AT = ExpressionWrapper(F("created_at") + Value(timedelta(0)), output_field=DateTimeField())
# How long a page of a list may take.
PAGE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class FoundMessages:
    """``messages``, each with its contact, the newest first. ``is_partial``: only the newest were looked through."""

    messages: Sequence[Message]
    is_partial: bool = False


def search_messages(actor: Actor, text: str, *, limit: int) -> FoundMessages:
    """The newest messages, sent or received, that have a word for each word of ``text`` which begins like it,
    regardless of case. Reads a bounded number of rows, whatever is asked for. Errors: ``scope_missing``."""
    actor.require(Scope.READ_MESSAGES)
    words = words_of(text)
    if not words:
        return FoundMessages([])
    rows: QuerySet[Message] = Message.objects.for_workspace(actor.workspace).filter(status__in=SEARCHED_STATUSES)
    # The contacts of the few that are found by a query of their own: a join would read those of all that fit.
    people = Prefetch("contact", Contact.objects.for_workspace(actor.workspace))
    newest_first = rows.order_by("-created_at", "-id").prefetch_related(people)
    # Of all messages: a broadcast may have planned any number of newer ones, which are not searched.
    all_rows = Message.objects.for_workspace(actor.workspace)
    times = all_rows.order_by("-created_at", "-id").values_list("created_at", flat=True)
    oldest = times[NEWEST - 1 : NEWEST].first()
    recent = newest_first.filter(_query(words, READ_WORDS), *[Q(text__icontains=word) for word in words])
    found = list(recent.filter(created_at__gte=oldest)[:limit] if oldest else recent[:limit])
    if len(found) == limit or oldest is None:
        return FoundMessages(found)
    indexed = newest_first.filter(_query(words, TEXT_WORDS)).order_by(_AT.desc(), "-id")
    span = (times[:1].get() - oldest) * WIDER
    try:
        with statement_timeout(SECONDS):
            found = list(indexed.filter(created_at__gte=oldest - span)[:limit])
            if len(found) < limit:
                found = list(indexed[:limit])
    except StatementTimeout:
        return FoundMessages(found, is_partial=True)
    return FoundMessages(found)


def reads_found(text: str) -> "Callable[[QuerySet[Message]], list[Message]]":
    """The ``read`` of a page of messages by their time, of which it leaves those that :func:`search_messages` would
    find, without deleted ones. Reading raises ``filter_too_costly`` after ``PAGE_SECONDS``."""
    words = words_of(text)

    def read(rows: "QuerySet[Message]") -> list[Message]:
        most, ordered = rows.query.high_mark, rows.all()
        ordered.query.clear_limits()
        is_descending = str(rows.query.order_by[0]).startswith("-")
        fitting = ordered.filter(status__in=SEARCHED_STATUSES, deleted_at=None)
        # First those nearest to the beginning of the page, as for search_messages.
        farthest = ordered.values_list("created_at", flat=True)[NEWEST - 1 : NEWEST].first()
        near = fitting.filter(_query(words, READ_WORDS), *[Q(text__icontains=word) for word in words])
        if farthest is None:
            return list(near[:most])
        found = list(near.filter(**{"created_at__gte" if is_descending else "created_at__lte": farthest})[:most])
        if len(found) == most:
            return found
        order = (_AT.desc(), "-id") if is_descending else (_AT.asc(), "id")
        return list(fitting.filter(_query(words, TEXT_WORDS)).order_by(*order)[:most])

    def read_in_time(rows: "QuerySet[Message]") -> list[Message]:
        try:
            with statement_timeout(PAGE_SECONDS):
                return read(rows) if words else []
        except StatementTimeout:
            detail = "The search takes too long. Give longer words, or `since` and `until`."
            raise DomainError("filter_too_costly", detail) from None

    return read_in_time


def words_of(text: str) -> list[str]:
    """The words of a search, as the index separates them."""
    apart = text.translate(str.maketrans(SEPARATORS, " " * len(SEPARATORS)))
    return [word for word in apart.split()[:MAX_WORDS] if re.search(r"[^\W_]", word)]


def _query(words: list[str], vector: SearchVector) -> "Lookup[bool]":
    """That the text has all words. Each is quoted, so that nothing in it is an operator of the search."""
    quoted = [word.replace("\\", "\\\\").replace("'", "''") for word in words]
    text = " & ".join(f"'{word}':*" for word in quoted)
    return SearchVectorExact(vector, SearchQuery(text, config="simple", search_type="raw"))
