"""The shapes of webhooks' resources and inputs in the REST API."""

from typing import Any, ClassVar

from rest_framework import serializers

from crmsolid.api.examples import example_of
from crmsolid.api.fields import Boolean, Choice, Integer, List, PageQuery, StrictSerializer, Text, Timestamp
from crmsolid.api.people import AuthorOut
from crmsolid.api.representations import NAMED, TEAM, UNKNOWN, Representation
from crmsolid.core.clock import rfc3339
from crmsolid.core.http.url_guard import URL_MAX_LENGTH
from crmsolid.events.catalogue import envelope_schema, event_names, subscribable_names, wildcards
from crmsolid.jobs.representations import JobOut
from webhooks.headers import MAX_HEADERS, names_of
from webhooks.models import DeliveryStatus, DisabledReason, Endpoint, SigningSecret
from webhooks.patterns import (
    HEADER_NAME_PATTERN,
    HEADER_VALUE_PATTERN,
    MAX_HEADER_VALUE,
    MAX_SECRET,
    RESERVED_HEADER_PATTERN,
    SECRET_PATTERN,
    URL_PATTERN,
)
from webhooks.services import MAX_DESCRIPTION

MAX_ACCOUNTS = 100
MAX_ID = 2**63 - 1


def subscriptions() -> list[str]:
    """What an endpoint can subscribe to."""
    return [*subscribable_names(), *wildcards(), "*"]


class EventName(Text):
    """The name of an event type, `<noun>.*` or `*`; the service refuses others."""

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": subscriptions()}


class HeaderValues(serializers.DictField):
    """An object with values by the names of headers, which the service checks; null removes one if ``removes``."""

    default_error_messages = {"value": "the value of {name} is no string"}

    def __init__(self, *, removes: bool = False, **options: Any) -> None:
        self.removes = removes
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> dict[str, str | None]:
        if not isinstance(data, dict):
            raise serializers.ValidationError("give an object of names and values", code="not_a_dict")
        for name, value in data.items():
            if not (isinstance(value, str) or (value is None and self.removes)):
                self.fail("value", name=name)
        return data

    def json_schema(self) -> dict[str, Any]:
        value = {"type": "string", "pattern": HEADER_VALUE_PATTERN, "maxLength": MAX_HEADER_VALUE}
        return {
            "type": "object",
            "maxProperties": MAX_HEADERS,
            "propertyNames": {"pattern": HEADER_NAME_PATTERN, "not": {"pattern": RESERVED_HEADER_PATTERN}},
            "additionalProperties": {**value, "type": ["string", "null"]} if self.removes else value,
        }


def _url(**options: Any) -> Text:
    help_text = "Where to POST: a URI with https and a public host, at port 443 or from 1024 on."
    return Text(max_length=URL_MAX_LENGTH, documented_pattern=URL_PATTERN, format="uri", help_text=help_text, **options)


def _events(**options: Any) -> List:
    help_text = "Types of GET /v1/webhooks/events, `contact.*` and the like, or `*`; these bring later types too."
    child = EventName(max_length=40)
    return List(child=child, allow_empty=False, max_length=50, help_text=help_text, **options)


def _description() -> Text:
    help_text = "What it is for."
    return Text(required=False, allow_blank=True, max_length=MAX_DESCRIPTION, help_text=help_text)


def _account_ids() -> List:
    help_text = "Events about other accounts than these are not delivered. Empty: those of all accounts."
    child = Integer(min_value=1, max_value=MAX_ID)
    return List(child=child, required=False, max_length=MAX_ACCOUNTS, help_text=help_text)


def _headers(**options: Any) -> HeaderValues:
    help_text = "Headers that are sent too, such as `Authorization`. Their values are never answered."
    return HeaderValues(required=False, help_text=help_text, **options)


def _secret() -> Text:
    help_text = "1 to 255 visible characters. Left out: one is generated and answered, this once."
    return Text(required=False, max_length=MAX_SECRET, documented_pattern=SECRET_PATTERN, help_text=help_text)


class EndpointOut(Representation):
    untrusted: ClassVar[tuple[str, ...]] = (
        "url",
        "description",
        "header_names",
    )
    text_of = TEAM

    id = serializers.CharField(help_text="The webhook's id.")
    url = serializers.CharField(help_text="Where events are posted.")
    description = serializers.CharField(allow_blank=True, help_text="What it is for, in words of yours.")
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=subscriptions()), help_text="The types that are delivered."
    )
    account_ids = serializers.ListField(child=serializers.IntegerField(), help_text="Empty: events of all accounts.")
    header_names = serializers.ListField(child=serializers.CharField(), help_text="Of the headers that are sent too.")
    enabled = serializers.BooleanField(help_text="Whether anything is delivered.")
    disabled_reason = serializers.ChoiceField(
        choices=DisabledReason.values, allow_null=True, help_text="Why not; null while it is enabled."
    )
    disabled_at = serializers.DateTimeField(allow_null=True, help_text="Since when not; null while it is enabled.")
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="When deliveries began to fail without a success since; null if they do not."
    )
    previous_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="Until when the secret before signs too; null outside of such an overlap."
    )
    verified_with = serializers.ChoiceField(
        choices=SigningSecret.values,
        allow_null=True,
        help_text="The secret that the receiver was last known to use in the overlap; null if that is not known.",
    )
    created_at = serializers.DateTimeField(help_text="When it was made.")
    updated_at = serializers.DateTimeField(help_text="When it was changed last.")

    read_header_names = staticmethod(names_of)

    @staticmethod
    def read_previous_secret_until(endpoint: Endpoint) -> str | None:
        return rfc3339(endpoint.previous_secret_until) if endpoint.in_overlap else None

    @staticmethod
    def read_verified_with(endpoint: Endpoint) -> str | None:
        return endpoint.verified_with or None if endpoint.in_overlap else None


class IssuedEndpointOut(EndpointOut):
    """With ``secret`` if it was generated: it is never shown again."""

    example = {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}

    secret = serializers.CharField(required=False, help_text="Signs the deliveries. Left out if you gave it.")


class EndpointIn(StrictSerializer):
    example = {
        "url": "https://your-app.example.com/webhooks/crm",
        "events": ["message.*", "contact.created"],
        "headers": {"Authorization": "Bearer your-token"},
        "secret": "your-chosen-signing-secret",
    }
    resource = EndpointOut

    url = _url()
    events = _events()
    description = _description()
    account_ids = _account_ids()
    headers = _headers()
    secret = _secret()


class EndpointPatch(StrictSerializer):
    example = {"events": ["message.received"]}
    resource = EndpointOut

    url = _url(required=False)
    events = _events(required=False)
    description = _description()
    account_ids = _account_ids()
    headers = _headers(removes=True)
    enabled = Boolean(required=False, help_text="False cancels what is queued.")


class RotateIn(StrictSerializer):
    body_required = False
    example = {"overlap_seconds": 86_400}

    secret = _secret()
    overlap_seconds = Integer(
        required=False,
        min_value=0,
        max_value=604_800,
        default=86_400,
        help_text="How long the old secret stays in force beside the new one.",
    )


class ReplayIn(StrictSerializer):
    example = {"since": "2026-06-04T09:00:00Z"}

    since = Timestamp(help_text="Deliveries made from this time on (RFC 3339).")
    until = Timestamp(required=False, help_text="… and before this one; now, if left out.")


class DeliveryQuery(PageQuery):
    event = Choice(required=False, choices=event_names(), help_text="Of this type alone.")
    status = Choice(required=False, choices=DeliveryStatus.values, help_text="In this state alone.")
    since = Timestamp(required=False, help_text="Made from this time on.")
    until = Timestamp(required=False, help_text="Made before this time.")


class EventQuery(PageQuery):
    type = Choice(
        required=False,
        choices=[*event_names(), *wildcards()],
        help_text="Of this type, or of `contact.*` and the like.",
    )
    since = Timestamp(required=False, help_text="The log from the first event made at this time or later (RFC 3339).")


class DeliveryOut(Representation):
    untrusted: ClassVar[tuple[str, ...]] = ("request_id",)
    text_of = UNKNOWN

    id = serializers.CharField(help_text="The delivery's id.")
    endpoint_id = serializers.CharField(help_text="The webhook.")
    event_id = serializers.CharField(help_text="The event.")
    event = serializers.ChoiceField(choices=event_names(), source="event_type", help_text="The event's type.")
    status = serializers.ChoiceField(choices=DeliveryStatus.values, help_text="How far it has come.")
    reason = serializers.CharField(allow_null=True, help_text="Why it has ended without success; null otherwise.")
    attempts = serializers.IntegerField(help_text="How often it was tried.")
    request_id = serializers.CharField(
        allow_null=True,
        source="event.request_id",
        help_text="The `X-Request-Id` of the call that caused the event; null if no call did.",
    )
    next_attempt_at = serializers.DateTimeField(allow_null=True, help_text="When it is tried next; null if it is not.")
    created_at = serializers.DateTimeField(help_text="When it was queued.")


class RequestOut(Representation):
    untrusted: ClassVar[tuple[str, ...]] = (
        "url",
        "headers",
    )
    text_of = TEAM

    url = serializers.CharField(allow_blank=True, help_text="Where it was posted.")
    headers = serializers.DictField(
        child=serializers.CharField(),
        source="request_headers",
        help_text="The headers that were sent, without signatures.",
    )
    signed_with = serializers.ChoiceField(
        choices=SigningSecret.values,
        allow_null=True,
        help_text="The secret that the receiver accepted; null if that is not known.",
    )


class AnswerOut(Representation):
    untrusted: ClassVar[tuple[str, ...]] = (
        "headers",
        "body",
    )
    text_of = UNKNOWN
    example = {"body": "ok"}

    headers = serializers.DictField(
        child=serializers.CharField(), source="answer_headers", help_text="The headers of the answer."
    )
    body = serializers.CharField(allow_blank=True, source="answer_body", help_text="The beginning of the answer.")
    truncated = serializers.BooleanField(source="answer_truncated", help_text="Whether there was more of it.")


class AttemptOut(Representation):
    example = {"number": 1, "status": 200, "duration_ms": 84}

    number = serializers.IntegerField(help_text="From 1.")
    at = serializers.DateTimeField(help_text="When it was made.")
    status = serializers.IntegerField(allow_null=True, help_text="The HTTP status; null if there was no answer.")
    error = serializers.CharField(allow_null=True, help_text="Why there was none, as a stable code; null otherwise.")
    duration_ms = serializers.IntegerField(help_text="How long it took, in milliseconds.")
    request = RequestOut(help_text="What was sent.")
    answer = AnswerOut(help_text="What was answered.")

    read_request = staticmethod(RequestOut.render)
    read_answer = staticmethod(AnswerOut.render)


class DeliveryDetailOut(DeliveryOut):
    """With the bytes that are sent, and every attempt."""

    untrusted: ClassVar[tuple[str, ...]] = (
        "request_id",
        "body",
    )
    text_of = UNKNOWN

    body = serializers.CharField(
        allow_null=True, help_text="The bytes that are sent, as text; null once they are deleted."
    )
    attempt_log = AttemptOut(many=True, help_text="Every attempt, the first one first.")


class EventOut(Representation):
    """An event as it is delivered, and the `X-Request-Id` of the call that caused it."""

    untrusted: ClassVar[tuple[str, ...]] = (
        "data",
        "request_id",
    )
    text_of = NAMED
    example = {"event": "job.completed", "data": {"job": example_of(JobOut)}}

    event = serializers.ChoiceField(choices=event_names(), help_text="The type.")
    id = serializers.CharField(help_text="The event's id.")
    created_at = serializers.DateTimeField(help_text="When it happened.")
    actor = AuthorOut(allow_null=True, help_text="Who caused it; null for the product and for people on Telegram.")
    data = serializers.DictField(help_text="What it is about.")  # type: ignore[assignment]
    request_id = serializers.CharField(
        allow_null=True, help_text="The `X-Request-Id` of the call that caused it; null if no call did."
    )


class EventKindOut(Representation):
    example = {"version": 1}

    type = serializers.ChoiceField(choices=event_names(), source="name", help_text="The type.")
    version = serializers.IntegerField(help_text="Counts the changes of its schema that were more than an addition.")
    description = serializers.CharField(allow_blank=True, help_text="What has happened.")
    schema = serializers.DictField(help_text="The JSON Schema of a delivered event.")

    read_schema = staticmethod(envelope_schema)
