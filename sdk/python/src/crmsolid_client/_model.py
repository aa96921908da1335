"""The base of the models of what the API answers."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar

import httpx
import pydantic

from .errors import UnreadableEvent

ABSENT: Any = None
"""The default of a field that the API always answers, so that its type is without None."""


@dataclass(frozen=True)
class ResponseInfo:
    """What an answer has beside its body. ``etag`` is what ``if_match`` of a later change takes; ``replayed`` is true
    if the API repeated an earlier answer to the same idempotency key. The names of ``headers`` are in any case. It
    never makes two models differ."""

    status: int = field(default=0, compare=False)
    request_id: str = field(default="", compare=False)
    etag: str | None = field(default=None, compare=False)
    replayed: bool = field(default=False, compare=False)
    headers: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True)
class RawResponse(ResponseInfo):
    """The answer to a call by its path, as it came."""

    content: bytes = field(default=b"", compare=False, repr=False)

    @property
    def text(self) -> str:
        return self.content.decode()

    def json(self) -> Any:
        """ValueError if it is no JSON."""
        return json.loads(self.content)


def response_info(response: httpx.Response) -> ResponseInfo:
    return ResponseInfo(**_told(response))


def raw_response(response: httpx.Response) -> RawResponse:
    return RawResponse(**_told(response), content=response.content)


def _told(response: httpx.Response) -> dict[str, Any]:
    headers = response.headers
    return {
        "status": response.status_code,
        "request_id": headers.get("x-request-id", ""),
        "etag": headers.get("etag"),
        "replayed": headers.get("idempotency-replayed") == "true",
        "headers": headers,
    }


class Model(pydantic.BaseModel):
    """An object of the API. It cannot be changed. Members that this version does not know are kept: read them as
    attributes, or all of them from ``model_extra``."""

    model_config = pydantic.ConfigDict(
        extra="allow", frozen=True, populate_by_name=True, hide_input_in_errors=True, defer_build=True
    )

    _response: ResponseInfo = pydantic.PrivateAttr(default_factory=ResponseInfo)

    @property
    def response(self) -> ResponseInfo:
        """About the answer that this came in. Empty for an object inside another one or in a list."""
        return self._response

    @pydantic.model_validator(mode="wrap")
    @classmethod
    def _read(cls, data: Any, handler: pydantic.ModelWrapValidatorHandler[Self]) -> Self:
        """A null that is not documented is read as if the member were missing."""
        try:
            return handler(data)
        except pydantic.ValidationError as error:
            nulls = {one["loc"][0] for one in error.errors(include_url=False) if one["input"] is None and one["loc"]}
            if not nulls or not isinstance(data, dict):
                raise
            kept = {name: _without_nulls(value) if name in nulls else value for name, value in data.items()}
            return handler({name: value for name, value in kept.items() if value is not None or name not in nulls})

    def with_response(self, response: ResponseInfo) -> Self:
        self._response = response
        return self


def _without_nulls(value: Any) -> Any:
    if isinstance(value, list):
        return [one for one in value if one is not None]
    if isinstance(value, dict):
        return {name: one for name, one in value.items() if one is not None}
    return value


Time = Annotated[datetime.datetime, pydantic.AfterValidator(lambda value: _aware(value))]


def _aware(value: datetime.datetime) -> datetime.datetime:
    if value.tzinfo is None:
        raise ValueError("the time has no time zone")
    return value


M = TypeVar("M", bound=Model)


class EventBase(Model):
    """What every event has: ``data`` as it was sent, and its objects as models."""

    if TYPE_CHECKING:
        data: dict[str, Any]  # a field of the generated classes, in its place among theirs

    def _member(self, name: str, shape: type[M]) -> M | None:
        """The object of the event with this name; None if the event has none, or its data was erased."""
        if self.data.get(name) is None:
            return None
        try:
            return shape.model_validate(self.data[name])
        except pydantic.ValidationError:
            raw = self.model_dump_json(by_alias=True, exclude_unset=True)
            raise UnreadableEvent(f"its {name} is not as the API documents it", raw) from None


def read_event(given: Any, shape: type[M]) -> M | UnreadableEvent:
    """An event from its JSON, as text or parsed; or the error that says why it cannot be read."""
    try:
        if isinstance(given, (str, bytes)):
            return shape.model_validate_json(given)
        return shape.model_validate(given)
    except pydantic.ValidationError as error:
        wrong = [".".join(map(str, one["loc"])) + f" ({one['type']})" for one in error.errors(include_input=False)[:5]]
    if isinstance(given, bytes):
        given = given.decode(errors="replace")
    raw = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    return UnreadableEvent(", ".join(wrong), raw)
