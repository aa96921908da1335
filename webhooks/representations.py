"""The shapes of webhooks' resources and inputs in the REST API."""

from typing import Any

from rest_framework import serializers

from crmsolid.api.examples import example_of
from crmsolid.api.fields import Boolean, Choice, Integer, List, PageQuery, StrictSerializer, Text, Timestamp
from crmsolid.api.people import AuthorOut
from crmsolid.api.representations import Representation
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
    id = serializers.CharField()
    url = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    events = serializers.ListField(child=serializers.ChoiceField(choices=subscriptions()))
    account_ids = serializers.ListField(child=serializers.IntegerField(), help_text="Empty: events of all accounts.")
    header_names = serializers.ListField(child=serializers.CharField(), help_text="Of the headers that are sent too.")
    enabled = serializers.BooleanField()
    disabled_reason = serializers.ChoiceField(choices=DisabledReason.values, allow_null=True)
    disabled_at = serializers.DateTimeField(allow_null=True)
    failing_since = serializers.DateTimeField(allow_null=True)
    previous_secret_until = serializers.DateTimeField(allow_null=True)
    verified_with = serializers.ChoiceField(choices=SigningSecret.values, allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

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

    secret = serializers.CharField(required=False)


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
    id = serializers.CharField()
    endpoint_id = serializers.CharField()
    event_id = serializers.CharField()
    event = serializers.ChoiceField(choices=event_names(), source="event_type")
    status = serializers.ChoiceField(choices=DeliveryStatus.values)
    reason = serializers.CharField(allow_null=True)
    attempts = serializers.IntegerField()
    request_id = serializers.CharField(allow_null=True, source="event.request_id")
    next_attempt_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class RequestOut(Representation):
    url = serializers.CharField(allow_blank=True)
    headers = serializers.DictField(child=serializers.CharField(), source="request_headers")
    signed_with = serializers.ChoiceField(choices=SigningSecret.values, allow_null=True)


class AnswerOut(Representation):
    example = {"body": "ok"}

    headers = serializers.DictField(child=serializers.CharField(), source="answer_headers")
    body = serializers.CharField(allow_blank=True, source="answer_body")
    truncated = serializers.BooleanField(source="answer_truncated")


class AttemptOut(Representation):
    example = {"number": 1, "status": 200, "duration_ms": 84}

    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    status = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(allow_null=True)
    duration_ms = serializers.IntegerField()
    request = RequestOut()
    answer = AnswerOut()

    read_request = staticmethod(RequestOut.render)
    read_answer = staticmethod(AnswerOut.render)


class DeliveryDetailOut(DeliveryOut):
    """With the bytes that are sent, and every attempt."""

    body = serializers.CharField(allow_null=True)
    attempt_log = AttemptOut(many=True)


class EventOut(Representation):
    """An event as it is delivered, and the `X-Request-Id` of the call that caused it."""

    example = {"event": "job.completed", "data": {"job": example_of(JobOut)}}

    event = serializers.ChoiceField(choices=event_names())
    id = serializers.CharField()
    created_at = serializers.DateTimeField()
    actor = AuthorOut(allow_null=True, help_text="Who caused it; null for the product and for people on Telegram.")
    data = serializers.DictField()  # type: ignore[assignment]
    request_id = serializers.CharField(allow_null=True)


class EventKindOut(Representation):
    example = {"version": 1}

    type = serializers.ChoiceField(choices=event_names(), source="name")
    version = serializers.IntegerField()
    description = serializers.CharField(allow_blank=True)
    schema = serializers.DictField()

    read_schema = staticmethod(envelope_schema)
