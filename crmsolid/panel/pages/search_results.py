"""What the search shows: lines in groups, and the pages that addresses lead to."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class Result:
    """A line. ``does`` says what Enter does. ``link`` is where it leads, or with ``fields`` where these are posted.
    ``is_step``: it leads to choices that the palette shows in place. ``row`` is a contact, drawn with its avatar."""

    title: SafeString | str
    does: str
    link: str
    icon: str = ""
    detail: SafeString | str = ""
    side: Any = ""
    row: Any = None
    keys: str = ""
    fields: dict[str, Any] | None = None
    is_step: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    results: list[Result] = field(default_factory=list)


def match_of(address: str) -> ResolverMatch | None:
    """The page of a workspace that the address leads to, if there is one."""
    try:
        match = resolve(unquote(urlsplit(address).path))
    except (Resolver404, ValueError):
        return None
    return match if match.app_names == ["admin"] and len(match.kwargs) + len(match.args) <= 1 else None


def key_of(match: ResolverMatch) -> str:
    """The key of the row that the address names; empty for none."""
    return next((str(each) for each in (*match.args, *match.kwargs.values())), "")
