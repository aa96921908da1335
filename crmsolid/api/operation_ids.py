"""The stable name of each operation, from its path and method."""

from crmsolid.api.endpoint import Endpoint, ListOf

_VERBS = {"POST": "create", "PUT": "replace", "PATCH": "update", "DELETE": "delete"}


def operation_id_of(endpoint: Endpoint, method: str, path: str) -> str:
    """``list_contacts``, ``get_contact``, ``enroll_sequence``: stable, because clients are generated from it. ``path``
    is that of the OpenAPI document, ``/v1/contacts/{contact_id}``."""
    if endpoint.operation_id:
        return endpoint.operation_id
    segments = segments_of(path)
    # In the singular where an id and another name follow: `thread_messages`.
    nouns = [
        _single(part, index < len(segments) - 2 and segments[index + 1].startswith("{")).replace("-", "_")
        for index, part in enumerate(segments)
        if not part.startswith("{")
    ]
    of_one = path.rstrip("/").endswith("}")
    if method == "GET":
        listed = any(isinstance(shape, ListOf) for shape in endpoint.responses.values())
        return "_".join(("list", *nouns) if listed else ("get", *nouns[:-1], _single(nouns[-1], of_one)))
    if method == "POST" and len(nouns) > 1:
        return "_".join((nouns[-1], *nouns[:-2], _single(nouns[-2], True)))
    return "_".join((_VERBS[method], *nouns[:-1], _single(nouns[-1], True)))


def segments_of(path: str) -> list[str]:
    """The parts of a path behind /v1."""
    return [part for part in path.split("/") if part][1:]


def _single(noun: str, singular: bool) -> str:
    """The noun, in the singular if asked for: ``delivery`` for ``deliveries``. A noun without a plural stays."""
    if not singular or not noun.endswith("s") or noun.endswith("analytics"):
        return noun
    return f"{noun[:-3]}y" if noun.endswith("ies") else noun[:-1]
