"""Small parts that the panel's lists share: typed columns, JSON as text, filters by known values."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.admin import SimpleListFilter
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from unfold.decorators import display

F = TypeVar("F", bound=Callable[..., Any])


def column(
    title: str, *, ordering: str | None = None, label: Mapping[str, str] | bool | None = None
) -> Callable[[F], F]:
    """A computed column. With ``label`` the method answers ``(value, text)`` and the value chooses the colour."""

    def decorate(method: F) -> F:
        decorated: F = display(method, description=title, ordering=ordering, label=label)
        return decorated

    return decorate


def shown_time(moment: datetime | None) -> SafeString | str:
    """To the minute, in UTC, on one line; empty for none."""
    return format_html('<span class="cs-nowrap">{} UTC</span>', f"{moment:%d %b %Y %H:%M}") if moment else ""


def moment(title: str, field: str) -> Callable[..., SafeString | str]:
    """A column, or a fact on a row's page: the time that ``field`` holds, under the panel's word for it."""

    @column(title, ordering=field)
    def told(page: Any, row: Any) -> SafeString | str:
        return shown_time(getattr(row, field))

    return told


def fact(title: str, field: str) -> Callable[..., str]:
    """What ``field`` holds, in words where it has choices, under the panel's word for it."""

    @column(title, ordering=field)
    def told(page: Any, row: Any) -> str:
        words = getattr(row, f"get_{field}_display", None)
        value = words() if words else getattr(row, field)
        return "" if value is None else str(value)

    return told


def milliseconds(title: str, field: str) -> Callable[..., str]:
    """The duration that ``field`` holds in milliseconds."""

    @column(title)
    def told(page: Any, row: Any) -> str:
        return f"{getattr(row, field)} ms"

    return told


def pretty_json(value: Any) -> SafeString:
    """A JSON value as a block of text."""
    return format_html('<pre class="cs-json">{}</pre>', json.dumps(value, indent=2, ensure_ascii=False))


def fixed_filter(
    name: str, values: Iterable[str] | Callable[[], Iterable[str]], *, title: str = ""
) -> type[SimpleListFilter]:
    """A filter by known values: it does not read the whole table to learn which ones occur."""
    shown = title or name.replace("_", " ")

    class FixedFilter(SimpleListFilter):
        title = shown
        parameter_name = name

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            choices = values() if callable(values) else values
            return [(value, value if "." in value else str(capfirst(value))) for value in choices]

        def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
            return queryset.filter(**{name: self.value()}) if self.value() else queryset

    return FixedFilter
