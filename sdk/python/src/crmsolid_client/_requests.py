"""One call of the API as the resources describe it, and how its parts are written."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import IO, Any, Final, Literal
from urllib.parse import quote

import pydantic

from ._config import checked_headers

_KEY = re.compile(r"[!-~](?:[ -~]{0,253}[!-~])?")


class _NotGiven(Enum):
    NOT_GIVEN = "not given"

    def __repr__(self) -> str:
        return "NOT_GIVEN"


NotGiven = Literal[_NotGiven.NOT_GIVEN]
NOT_GIVEN: Final = _NotGiven.NOT_GIVEN
"""The default of what may be left out of a body. None is something else: it empties the field."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a form, with its media type: a path, or what it contains. Each attempt reads it from its beginning."""

    source: Path | bytes | IO[bytes]
    name: str
    type: str

    @property
    def is_path(self) -> bool:
        return isinstance(self.source, Path)

    def open(self) -> IO[bytes] | bytes:
        """Whoever calls this closes the file of a path."""
        if isinstance(self.source, Path):
            return self.source.open("rb")
        if not isinstance(self.source, bytes):
            self.source.seek(0)
        return self.source


@dataclass(frozen=True, slots=True)
class Call:
    """``body`` is sent as JSON. With ``upload`` a form is sent instead, with ``form`` as its other fields."""

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    form: Mapping[str, str] | None = None
    upload: Upload | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def idempotency_key(self) -> str | None:
        return self.headers.get("Idempotency-Key")

    def with_header(self, name: str, value: str) -> Call:
        return dataclasses.replace(self, headers={**self.headers, name: value})


def read(path: str, /, *ids: str | int, accept: str = "application/json", **params: Any) -> Call:
    """A GET. ``ids`` fill the ``{}`` of the path. Parameters that are None are left out. A trailing underscore of a
    name is not part of it."""
    return Call("GET", _fill(path, ids), query(params), headers={"Accept": accept})


def write(
    method: str,
    path: str,
    /,
    *ids: str | int,
    idempotency_key: str | None,
    if_match: str | None = None,
    if_none_match: str | None = None,
    **members: Any,
) -> Call:
    """A write with a JSON body of the members that are given, whose names are as in :func:`read`. Without a key of the
    caller's it gets a new one."""
    headers = {"Accept": "application/json", "Idempotency-Key": _key(idempotency_key)}
    if if_match is not None:
        headers["If-Match"] = if_match
    if if_none_match is not None:
        headers["If-None-Match"] = if_none_match
    if method == "DELETE":
        return Call(method, _fill(path, ids), headers=headers)
    headers["Content-Type"] = "application/json"
    return Call(method, _fill(path, ids), body=_encode(members), headers=headers)


def raw(
    method: str,
    path: str,
    *,
    params: Mapping[str, Any],
    json: Any,
    content: bytes | None,
    headers: Mapping[str, str],
    idempotency_key: str | None,
) -> Call:
    """Any call by its path below the address of the client. One that does not only read gets an Idempotency-Key."""
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError("a path begins with one slash, for example /v1/contacts")
    if json is not NOT_GIVEN and content is not None:
        raise ValueError("give json or content, not both")
    method = method.upper()
    all_headers = {"Accept": "*/*"}
    if json is not NOT_GIVEN:
        content = _dump(json)
        all_headers["Content-Type"] = "application/json"
    if method not in ("GET", "HEAD", "OPTIONS"):
        all_headers["Idempotency-Key"] = _key(idempotency_key)
    names = {name.lower() for name in headers}
    kept = {name: value for name, value in all_headers.items() if name.lower() not in names}
    return Call(method, path, query(params), body=content, headers={**kept, **checked_headers(headers)})


def upload(path: str, /, file: Upload, form: Mapping[str, str] | None = None, *, idempotency_key: str | None) -> Call:
    """A form with a file. Its boundary follows from the key, because a repeated request must have the same bytes."""
    key = _key(idempotency_key)
    boundary = hashlib.sha256(key.encode()).hexdigest()[:40]
    headers = {
        "Accept": "application/json",
        "Idempotency-Key": key,
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }
    return Call("POST", path, form=form, upload=file, headers=headers)


def _key(chosen: str | None) -> str:
    """The key of a write: the caller's, or a new one."""
    if chosen is None:
        return str(uuid.uuid4())
    if not is_idempotency_key(chosen):
        raise ValueError("an idempotency key is 1 to 255 printable ASCII characters, without a space at either end")
    return chosen


def is_idempotency_key(text: str) -> bool:
    """Whether the API takes it."""
    return _KEY.fullmatch(text) is not None


def query(params: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Query parameters: a list is repeated, None is left out."""
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        several = value if isinstance(value, (list, tuple, set, frozenset)) else [value]
        pairs += [(name.rstrip("_"), _text(one)) for one in several if one is not None]
    return tuple(pairs)


def rfc3339(value: datetime.datetime) -> str:
    """A time as the API reads it. ValueError for one without a time zone, which could mean any instant."""
    if value.tzinfo is None:
        raise ValueError("give the time a time zone, for example datetime.now(UTC)")
    return value.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


def _fill(path: str, ids: tuple[str | int, ...]) -> str:
    for one in ids:
        if one in ("", ".", ".."):  # the address would be that of something else
            raise ValueError("an id is empty or no id")
        path = path.replace("{}", quote(str(one), safe=""), 1)
    return path


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return rfc3339(value) if isinstance(value, datetime.datetime) else str(value)


def _encode(members: Mapping[str, Any]) -> bytes:
    return _dump({name.rstrip("_"): value for name, value in members.items() if value is not NOT_GIVEN})


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain, allow_nan=False).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return rfc3339(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, pydantic.BaseModel):  # part of an answer, sent back
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON")
