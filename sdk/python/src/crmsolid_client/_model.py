"""The base of the models of what the API answers."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar

import httpx
import pydantic


@dataclass(frozen=True, slots=True)
class ResponseInfo:
    """The headers of the answer that a model came in. ``etag`` is what ``if_match`` of a later change takes;
    ``replayed`` is true if the API repeated an earlier answer to the same idempotency key. It never makes two models
    differ."""

    status: int = field(default=0, compare=False)
    request_id: str = field(default="", compare=False)
    etag: str | None = field(default=None, compare=False)
    replayed: bool = field(default=False, compare=False)


def response_info(response: httpx.Response) -> ResponseInfo:
    headers: Mapping[str, str] = response.headers
    return ResponseInfo(
        response.status_code,
        headers.get("x-request-id", ""),
        headers.get("etag"),
        headers.get("idempotency-replayed") == "true",
    )


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

    def with_response(self, response: ResponseInfo) -> Self:
        self._response = response
        return self


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
        return None if self.data.get(name) is None else shape.model_validate(self.data[name])
