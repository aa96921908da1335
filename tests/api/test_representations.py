"""What a Representation makes of a row, and of its own fields as JSON Schema."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from rest_framework import serializers

from crmsolid.api.representations import Representation


class Status(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class Author:
    name: str = "Ann"
    nickname: str = ""


@dataclass(frozen=True)
class Book:
    title: str = "Dune"
    subtitle: str = ""
    status: str = Status.OPEN
    rating: str = ""
    pages: int = 412
    author: Author | None = Author()
    published_at: datetime | None = datetime(2026, 6, 4, 9, tzinfo=UTC)


class AuthorOut(Representation):
    name = serializers.CharField()
    nickname = serializers.CharField()


class BookOut(Representation):
    name = serializers.CharField(source="title")
    subtitle = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=[status.value for status in Status])
    rating = serializers.ChoiceField(choices=["good", "bad"], allow_null=True)
    pages = serializers.IntegerField()
    is_long = serializers.BooleanField()
    author = AuthorOut(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())

    @staticmethod
    def read_is_long(book: Book) -> bool:
        return book.pages > 300


def test_render_reads_each_field_from_the_row() -> None:
    assert BookOut.render(Book(), tags=["sf"]) == {
        "name": "Dune",
        "subtitle": None,
        "status": "open",
        "rating": None,
        "pages": 412,
        "is_long": True,
        "author": {"name": "Ann", "nickname": ""},
        "published_at": "2026-06-04T09:00:00Z",
        "tags": ["sf"],
    }


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        (Book(title="Emma"), "name", "Emma"),  # the field's `source`
        (Book(subtitle="Part one"), "subtitle", "Part one"),
        (Book(subtitle=""), "subtitle", None),  # empty text is null where null is allowed
        (Book(title=""), "name", ""),
        (Book(rating="good"), "rating", "good"),
        (Book(rating=""), "rating", None),
        (Book(status=Status.CLOSED), "status", "closed"),
        (Book(pages=300), "is_long", False),  # computed by `read_is_long`
        (Book(pages=0), "pages", 0),
        (Book(author=None), "author", None),
        (Book(published_at=None), "published_at", None),
    ],
)
def test_value_of_one_field(row: Book, field: str, value: Any) -> None:
    assert BookOut.render(row, tags=[])[field] == value


def test_value_that_the_caller_passes_replaces_that_of_the_row() -> None:
    rendered = BookOut.render(Book(), tags=[], pages=7, is_long=False, author=None)
    assert (rendered["pages"], rendered["is_long"], rendered["author"]) == (7, False, None)


def test_rendered_choice_is_a_plain_string() -> None:
    assert type(BookOut.render(Book(), tags=[])["status"]) is str


def test_data_schema_lists_every_field_as_required() -> None:
    text = {"type": "string"}
    author = {
        "title": "Author",
        "type": "object",
        "required": ["name", "nickname"],
        "properties": {"name": text, "nickname": text},
    }
    properties = {
        "name": text,
        "subtitle": {"anyOf": [text, {"type": "null"}]},
        "status": {"type": "string", "enum": ["open", "closed"]},
        "rating": {"anyOf": [{"type": "string", "enum": ["good", "bad"]}, {"type": "null"}]},
        "pages": {"type": "integer"},
        "is_long": {"type": "boolean"},
        "author": {"anyOf": [author, {"type": "null"}]},
        "published_at": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
        "tags": {"type": "array", "items": text},
    }
    assert BookOut.data_schema() == {
        "title": "Book",
        "type": "object",
        "required": list(properties),
        "properties": properties,
    }


def test_field_type_without_a_json_schema_is_a_programming_error() -> None:
    class Unsupported(Representation):
        duration = serializers.DurationField()

    with pytest.raises(TypeError, match="no JSON Schema is known for DurationField"):
        Unsupported.data_schema()
