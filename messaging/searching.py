"""Search in the texts of messages: by how their words begin, in every script, the newest first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorExact
from django.db.models import DateTimeField, ExpressionWrapper, F, Lookup, Prefetch, Q, QuerySet, Value

from contacts.models import Contact
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
    # Ordered by an expression: PostgreSQL would go along the index of the times, through all messages.
    at = ExpressionWrapper(F("created_at") + Value(timedelta(0)), output_field=DateTimeField())
    indexed = newest_first.filter(_query(words, TEXT_WORDS)).order_by(at.desc(), "-id")
    span = (times[:1].get() - oldest) * WIDER
    try:
        with statement_timeout(SECONDS):
            found = list(indexed.filter(created_at__gte=oldest - span)[:limit])
            if len(found) < limit:
                found = list(indexed[:limit])
    except StatementTimeout:
        return FoundMessages(found, is_partial=True)
    return FoundMessages(found)


def words_of(text: str) -> list[str]:
    """The words of a search, as the index separates them."""
    apart = text.translate(str.maketrans(SEPARATORS, " " * len(SEPARATORS)))
    return [word for word in apart.split()[:MAX_WORDS] if re.search(r"[^\W_]", word)]


def _query(words: list[str], vector: SearchVector) -> "Lookup[bool]":
    """That the text has all words. Each is quoted, so that nothing in it is an operator of the search."""
    quoted = [word.replace("\\", "\\\\").replace("'", "''") for word in words]
    text = " & ".join(f"'{word}':*" for word in quoted)
    return SearchVectorExact(vector, SearchQuery(text, config="simple", search_type="raw"))
