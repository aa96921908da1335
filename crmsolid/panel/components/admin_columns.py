"""Columns and filters that the panel's pages share."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from operator import attrgetter
from types import MappingProxyType
from typing import Any, TypeVar

from django.contrib.admin import SimpleListFilter, display
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from crmsolid.panel.components import template_tags as panel_tags

F = TypeVar("F", bound=Callable[..., Any])


def column(
    title: str, *, ordering: str | None = None, label: Mapping[str, str] | bool | None = None
) -> Callable[[F], F]:
    """Make a method of a page a column. With ``label`` it returns ``(value, text)``, and the value picks the colour."""

    def decorate(function: F) -> F:
        rendered = _as_label(function, label if isinstance(label, Mapping) else {}) if label else function
        return display(description=title, ordering=ordering)(rendered)

    return decorate


def _as_label(function: F, colours: Mapping[str, str]) -> F:
    @wraps(function)
    def render(page: Any, row: Any) -> SafeString | str:
        value = function(page, row)
        key, text = value if isinstance(value, tuple) else (value, value)
        return panel_tags.label(colours.get(key, ""), text) if text else ""

    return render  # type: ignore[return-value]


time_text = panel_tags.moment_text
format_time = panel_tags.moment


def chips(names: Iterable[str]) -> SafeString:
    """Short names side by side, such as scopes."""
    each = format_html_join("", '<span class="cs-chip">{}</span>', ((name,) for name in names))
    return format_html('<span class="cs-chips">{}</span>', each)


@column("last used", ordering="last_used_at")
def last_used(page: Any, row: Any) -> SafeString | str:
    """A column for a key or a grant."""
    if row.last_used_at is None:
        return "Never"
    return format_html('{}<br><span class="cs-muted">{}</span>', format_time(row.last_used_at), row.last_used_ip or "")


def datetime_column(title: str, field: str) -> Callable[..., SafeString | str]:
    """A column, or a line on a row's page, with the time in ``field``."""
    return field_column(title, field, format_time)


def field_column(title: str, field: str, text: Callable[[Any], str] = str) -> Callable[..., str]:
    """A column, or a line on a row's page, with ``field`` (or ``user__email``); with the label if it has choices."""

    @column(title, ordering=field)
    def render(page: Any, row: Any) -> str:
        label = getattr(row, f"get_{field}_display", None)
        value = label() if label else attrgetter(field.replace("__", "."))(row)
        return "" if value is None else text(value)

    return render


def milliseconds_column(title: str, field: str) -> Callable[..., str]:
    """A column with the duration in ``field``, which is in milliseconds."""

    @column(title)
    def render(page: Any, row: Any) -> str:
        return f"{getattr(row, field)} ms"

    return render


def pretty_json(value: Any) -> SafeString:
    """A JSON value as a block of text. It may scroll, so the keyboard reaches it."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return format_html('<pre class="cs-json" tabindex="0" role="group" aria-label="JSON">{}</pre>', text)


def fixed_filter(
    name: str,
    values: Iterable[str] | Callable[[], Iterable[str]],
    *,
    title: str = "",
    labels: Mapping[str, str] = MappingProxyType({}),
) -> type[SimpleListFilter]:
    """A filter by these values of ``name``; Django's own would read the whole table to find them. A function as
    ``values`` is called when the filter is shown. ``labels`` are what values are called, if they are no words."""
    filter_title = title or name.replace("_", " ")

    class FixedFilter(SimpleListFilter):
        title = filter_title
        parameter_name = name

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            known = values() if callable(values) else values
            return [(value, labels.get(value) or (value if "." in value else str(capfirst(value)))) for value in known]

        def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
            return queryset.filter(**{name: self.value()}) if self.value() else queryset

    return FixedFilter
