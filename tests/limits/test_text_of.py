"""Every answer says whose text it has: each shape with untrusted fields, and each file and stream."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver

from crmsolid.api.endpoint import Endpoint, ListOf, Raw
from crmsolid.api.given_text import parts_of, representation_of
from crmsolid.api.representations import NAMED, RECORDED, TEAM, UNKNOWN, Representation
from crmsolid.proposals.operations import _routes
from crmsolid.proposals.representations import ProposalOut
from crmsolid.tools import TOOLS
from messaging.representations import CanceledOut, MessageOut

# What declares only what it always has, and what it is with the rest.
WHOLE: dict[type[Representation], type[Representation]] = {CanceledOut: MessageOut}
WORDS = (TEAM, UNKNOWN, NAMED, RECORDED)
# Those of every operation: what it does not answer as JSON, and whose text that is.
RAW = {
    "/v1/contacts/export 200": UNKNOWN,
    "/v1/jobs/{job_id}/failed-rows 200": UNKNOWN,
    "/v1/messages/stream 200": RECORDED,
    "/v1/files/{file_id} 200": RECORDED,
    "/v1/files/{file_id} 206": RECORDED,
    "/v1/files/{file_id} 304": "",  # nothing is given anew
    "/v1/files/{file_id}/thumbnail 200": RECORDED,
    "/v1/files/{file_id}/thumbnail 206": RECORDED,
    "/v1/files/{file_id}/thumbnail 304": "",
}


def endpoints() -> Iterator[tuple[str, str, Endpoint, set[str]]]:
    """The path, the method and the declaration of each operation and tool, and its arguments by name."""
    for path, view in _routes(get_resolver().url_patterns):
        ids = {part[1:-1] for part in path.split("/") if part.startswith("{")}
        for method, declared in view.endpoints.items():
            yield path, method, declared, ids | arguments(declared)
    for tool in TOOLS:
        yield f"tool {tool.name}", tool.method, tool.endpoint, {*tool.ids, *arguments(tool.endpoint)}


def arguments(declared: Endpoint) -> set[str]:
    return {*declared.query().fields, *(declared.body().fields if declared.body is not None else ())}


def untold(shape: type[Representation], names: set[str], is_told: bool) -> Iterator[str]:
    """The representations of an answer which have untrusted fields and do not say whose, or say it by a name that
    neither the object nor the call has."""
    own = shape.text_of
    described = WHOLE.get(shape, shape)
    if own and own not in WORDS and own not in {*described().get_fields(), *names}:
        yield f"{shape.__name__}.text_of"
    if shape.untrusted and not (own or is_told):
        yield shape.__name__
    for part in parts_of(shape):
        assert part.shape is not None
        yield from untold(part.shape, names, is_told or bool(own))


OPERATIONS = [pytest.param(path, *rest, id=f"{rest[0]} {path}") for path, *rest in endpoints()]


@pytest.mark.parametrize(("path", "method", "declared", "names"), OPERATIONS)
def test_answer_says_whose_text_it_has(path: str, method: str, declared: Endpoint, names: set[str]) -> None:
    for status, shape in declared.responses.items():
        if isinstance(shape, Raw):
            assert RAW[f"{path} {status}"] == shape.text_of
        elif shape is not None:
            described = representation_of(shape.item if isinstance(shape, ListOf) else shape)
            assert described is not None, "only representations say it"
            assert list(untold(described, names, is_told=False)) == []


def test_every_file_and_stream_of_the_table_exists() -> None:
    found = {
        f"{path} {status}"
        for path, _, declared, _ in endpoints()
        for status, shape in declared.responses.items()
        if isinstance(shape, Raw)
    }
    assert found == set(RAW)


def test_proposals_say_it_too() -> None:
    assert list(untold(ProposalOut, set(), is_told=False)) == []


def test_a_shape_that_does_not_say_it_is_found() -> None:
    from rest_framework import serializers

    class Part(Representation):
        untrusted = ("name",)

        name = serializers.CharField()

    class Whole(Representation):
        part = Part()

    class Wrong(Whole):
        text_of = "person_id"

    found: Any = [*untold(Whole, set(), is_told=False), *untold(Wrong, {"contact_id"}, is_told=False)]
    assert found == ["Part", "Wrong.text_of"]
