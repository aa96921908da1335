"""Conditional requests (RFC 9110, 13): entity tags, and what If-Match and If-None-Match of a request ask.

The entity tag of an object is a hash of what a GET answers to the same key, so it changes with every byte of that. The
tag of an object with members that change without it, such as a count, has a second part for those, behind a dot. A read
compares the whole tag, a write the first part.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError

_TAG = r'(?:W/)?"[!#-~\u0080-\u00ff]*"'
# What the two headers take, here and in the OpenAPI document: `*`, or entity tags with commas between them.
PATTERN = rf"^(?:[ \t]*\*[ \t]*|[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*)$"

# What a service calls with the row that it has locked, before it changes anything: what it raises refuses the change.
# None stands for a row that did not exist.
Check = Callable[[Any], None]


def unconditional(row: Any) -> None:
    """The check of a change that is made in any case."""


def entity_tag(representation: Mapping[str, Any], *, live: Collection[str] = ()) -> str:
    """The strong entity tag, quotes included, of an object whose GET answers this as JSON. ``live`` are the members
    that change without the object."""
    stored = {name: value for name, value in representation.items() if name not in live}
    tag = _hash_of(strictjson.dumps(stored))
    return f'"{tag}.{_hash_of(strictjson.dumps([representation[name] for name in live]))}"' if live else f'"{tag}"'


def _hash_of(body: bytes) -> str:
    return sha256(body).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Preconditions:
    """What If-Match and If-None-Match of a request list, entity tags or `*`; None where the header was not sent.

    ``may_read``: whether the caller may read the object. If not, no tag is its tag: who tries tags would learn from the
    one that matches what the object is.
    """

    if_match: frozenset[str] | None = None
    if_none_match: frozenset[str] | None = None
    may_read: bool = True

    @classmethod
    def of(cls, request: HttpRequest, *, may_read: bool = True) -> "Preconditions":
        """Those of a request. ``bad_request`` (400) for a malformed header: the client asked for a condition, so the
        request must not run as if it had asked for none."""
        return cls(_read(request, "If-Match"), _read(request, "If-None-Match"), may_read)

    def check(self, render: Callable[[Any], Mapping[str, Any]]) -> Check:
        """The check of a change, for a service: ``precondition_failed`` (412) unless the preconditions hold for the
        row. ``render`` makes of the row what its GET answers, without the members that change without it."""
        if self.if_match is None and self.if_none_match is None:
            return unconditional
        compared = Preconditions(_of_writes(self.if_match), _of_writes(self.if_none_match))

        def check(row: Any) -> None:
            tag = None
            if row is not None:
                tag = entity_tag(render(row)) if self.may_read else ""
            if not compared._allows(tag):
                detail = "there is no such object; send no If-Match to create it" if tag is None else ""
                raise DomainError("precondition_failed", detail)
            if compared._excludes(tag):
                raise DomainError("precondition_failed", "the object exists, in a version that If-None-Match excludes")

        return check

    def answer(self, response: HttpResponse) -> HttpResponse:
        """The answer of a GET: the response with its entity tag, that of its body unless it has another, or 304 without
        a body if If-None-Match lists the tag. ``precondition_failed`` (412) if there is an If-Match that does not."""
        tag = response.headers.get("ETag") or f'"{_hash_of(response.content)}"'
        if not self._allows(tag):
            raise DomainError("precondition_failed")
        if self._excludes(tag):
            response = HttpResponseNotModified()
        response.headers["ETag"] = tag
        response.headers["Vary"] = "Authorization"  # two keys may see different members of an object
        return response

    def _allows(self, tag: str | None) -> bool:
        """Whether If-Match holds. In the strong comparison (8.8.3.2) a weak tag is never equal; ours are strong."""
        return self.if_match is None or (tag is not None and not self.if_match.isdisjoint(("*", tag)))

    def _excludes(self, tag: str | None) -> bool:
        """Whether If-None-Match does not hold, by the weak comparison."""
        excluded = self.if_none_match or frozenset()
        return tag is not None and not excluded.isdisjoint(("*", tag, f"W/{tag}"))


def _of_writes(tags: frozenset[str] | None) -> frozenset[str] | None:
    """The first parts of the tags."""
    return None if tags is None else frozenset(re.sub(r'\.[^"]*"', '"', tag) for tag in tags)


def _read(request: HttpRequest, name: str) -> frozenset[str] | None:
    value = request.META.get(f"HTTP_{name.upper().replace('-', '_')}")
    if value is None:
        return None
    if not re.fullmatch(PATTERN, value):
        raise DomainError("bad_request", f'{name} is neither * nor entity tags in their quotes, such as "5f3a", "9c0e"')
    return frozenset(re.findall(_TAG, value) or ["*"])
