"""Whose text an answer has, found by the shapes of the answers, and recorded before it leaves
(``crmsolid.limits.reading``): the writes of whoever got it may depend on that."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from django.http.response import HttpResponseBase

from crmsolid.api.endpoint import ApiResponse, Endpoint, ListOf, Raw
from crmsolid.api.representations import NAMED, RECORDED, TEAM, UNKNOWN, Representation
from crmsolid.core import strictjson
from crmsolid.core.ids import is_id
from crmsolid.limits import reading
from crmsolid.limits.reading import SOMEBODY
from crmsolid.workspaces.actor import Actor

CONTACT_ID = "con_"  # how the id of a contact begins
PROPOSAL_ID = "prp_"


@dataclass(frozen=True)
class Call:
    """A call that is answered: ``ids`` are its arguments by name, those of the path included. ``sent`` is the body of a
    write: text of the answer that is in it is nothing new to whoever sent it."""

    ids: Mapping[str, Any]
    sent: Any = None

    @cached_property
    def _sent(self) -> str:
        return "\n".join(_texts(self.sent)).casefold()

    def is_news(self, value: Any) -> bool:
        """Whether a value has text that the call has not sent."""
        return any(text.casefold() not in self._sent for text in _texts(value))


def record_answer(actor: Actor, declared: Endpoint, call: Call, answer: ApiResponse | HttpResponseBase) -> None:
    """Record whose text the answer has. Nothing for those whose writes do not depend on it.

    Errors: those of the database; then the answer may not be given.
    """
    if not reading.matters_to(actor):
        return
    if isinstance(answer, ApiResponse):
        reading.record(actor, people_in(declared, answer.status, answer.data, call))
    elif _raw(declared, answer.status_code) == UNKNOWN:
        reading.record(actor, [SOMEBODY])


def record_replay(actor: Actor, declared: Endpoint, call: Call, status: int, body: bytes) -> None:
    """The same of an answer that is given again."""
    if reading.matters_to(actor) and body:
        reading.record(actor, people_in(declared, status, strictjson.loads(body), call))


def record_proposal(actor: Actor, proposal: Mapping[str, Any]) -> None:
    """The same of an answer that is a proposal, or what one has done."""
    if reading.matters_to(actor):
        reading.record(actor, set(_named_in(proposal)) or {SOMEBODY})


def people_in(declared: Endpoint, status: int, data: Any, call: Call) -> set[str]:
    """The ids of the contacts whose text, or text about whom, is in the answer; ``SOMEBODY`` for text of nobody in
    particular."""
    if data is None:
        return set()
    shape = declared.responses.get(status)
    if status == 202 and str(data.get("id")).startswith(PROPOSAL_ID):  # the write waits
        return set(_named_in(data)) or {SOMEBODY}
    found: set[str] = set()
    many = isinstance(shape, ListOf)
    part = Part("", representation_of(shape.item if isinstance(shape, ListOf) else shape), many)
    _visit(part, data["data"] if many else data, (SOMEBODY,), call, found)
    return found


def representation_of(shape: Any) -> type[Representation] | None:
    """The representation that describes an object, None for any other shape."""
    kind = shape if isinstance(shape, type) else type(shape)
    return kind if issubclass(kind, Representation) else None


@dataclass(frozen=True, slots=True)
class Part:
    """A member of an object that has a representation of its own, or a list of such objects."""

    name: str
    shape: type[Representation] | None
    many: bool


@cache
def parts_of(shape: type[Representation]) -> tuple[Part, ...]:
    """The members of an object that have a representation."""
    found = []
    for name, each in shape().get_fields().items():
        child = getattr(each, "child", None)
        if isinstance(each, Representation):
            found.append(Part(name, type(each), many=False))
        elif isinstance(child, Representation):
            found.append(Part(name, type(child), many=True))
    return tuple(found)


def untrusted_paths(shape: Any, path: str = "") -> list[str]:
    """The paths of text that other people can have written, such as ``data[].last_message.text``."""
    if isinstance(shape, ListOf):
        return untrusted_paths(shape.item, f"{path}data[].")
    paths = [f"{path}{name}" for name in shape.untrusted]
    for part in parts_of(representation_of(shape)):
        paths += untrusted_paths(part.shape, f"{path}{part.name}{'[]' if part.many else ''}.")
    return paths


@cache
def _untrusted_members(shape: type[Representation]) -> tuple[str, ...]:
    """The members that have such text somewhere."""
    return tuple(dict.fromkeys(path.partition(".")[0].removesuffix("[]") for path in shape.untrusted))


def _visit(part: Part, shown: Any, owners: Sequence[str], call: Call, found: set[str]) -> None:
    """Add whose text is in what is shown. ``owners`` are the contacts of the object around it."""
    if part.shape is None:
        if shown and call.is_news(shown):
            found.update(owners)
        return
    for each in shown if part.many else [shown]:
        of_this = _owners(part.shape, each, call) if part.shape.text_of else owners
        members = _untrusted_members(part.shape)
        if of_this and any(call.is_news(each[name]) for name in members if each.get(name)):
            found.update(of_this)
        for below in parts_of(part.shape):
            if value := each.get(below.name):
                _visit(below, value, of_this, call, found)


def _owners(shape: type[Representation], shown: Mapping[str, Any], call: Call) -> Sequence[str]:
    if shape.text_of in (TEAM, RECORDED):
        return ()
    if shape.text_of == UNKNOWN:
        return (SOMEBODY,)
    if shape.text_of == NAMED:
        return tuple(_named_in(shown)) or (SOMEBODY,)
    return (shown.get(shape.text_of) or call.ids.get(shape.text_of) or SOMEBODY,)


def _named_in(value: Any) -> Iterator[str]:
    """The ids of contacts in any JSON; ``SOMEBODY`` where text was read of whom is not known."""
    if isinstance(value, str):
        if value.startswith(CONTACT_ID) and is_id("con", value):
            yield value
    elif isinstance(value, list):
        for each in value:
            yield from _named_in(each)
    elif isinstance(value, dict):
        if value.keys() == {"contact", "read_at"} and value["contact"] is None:
            yield SOMEBODY
        for each in value.values():
            yield from _named_in(each)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)


def _raw(declared: Endpoint, status: int) -> str:
    shape = declared.responses.get(status)
    return shape.text_of if isinstance(shape, Raw) else ""
