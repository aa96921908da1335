"""Texts and colours that the panel shows for statuses, reasons and error codes."""

from datetime import datetime

from webhooks.models import Attempt, Delivery, DeliveryStatus, DisabledReason, Endpoint

STATUS_COLOURS = {
    "pending": "info",
    "sending": "info",
    "succeeded": "success",
    "failed": "warning",
    "exhausted": "danger",
    "canceled": "",
}
STATE_COLOURS = {"active": "success", "failing": "warning", "disabled automatically": "danger", "disabled": ""}

CANCELED = {
    "endpoint_disabled": "Its endpoint was disabled before it was delivered.",
    "endpoint_deleted": "Its endpoint was deleted before it was delivered.",
    "erased": "The person it was about was erased before it was delivered.",
}
ERRORS = {
    "timeout": "No complete answer within 10 seconds",
    "dns_failed": "The host name was not found",
    "address_refused": "The host is not on the public internet",
    "connection_failed": "No connection to the host",
    "tls_failed": "The certificate was not accepted",
    "connection_lost": "The connection was cut before the answer was complete",
    "answer_invalid": "The answer was not valid HTTP",
    "url_refused": "Sending to this address is not allowed",
    "lost": "Our process ended before it recorded the result",
}


def shown_time(time: datetime | None) -> str:
    """To the minute, in UTC; empty for None."""
    return f"{time:%d %b %Y %H:%M} UTC" if time else ""


def endpoint_state(endpoint: Endpoint) -> tuple[str, str]:
    """A key of :data:`STATE_COLOURS` and the text to show."""
    if endpoint.enabled:
        return ("failing", "Failing") if endpoint.failing_since else ("active", "Active")
    automatically = endpoint.disabled_reason in (DisabledReason.GONE, DisabledReason.FAILING)
    return "disabled automatically" if automatically else "disabled", "Disabled"


def attempt_result(attempt: Attempt) -> str:
    """The HTTP status, or why there is none."""
    if attempt.error:
        return ERRORS.get(attempt.error, attempt.error)
    return f"HTTP {attempt.status}"


def delivery_summary(delivery: Delivery) -> str:
    """A sentence about the delivery's status and what happens next."""
    match delivery.status:
        case DeliveryStatus.PENDING:
            return "It is about to be sent."
        case DeliveryStatus.SENDING:
            return "It is being sent at this moment."
        case DeliveryStatus.SUCCEEDED:
            return "The receiver has accepted it."
        case DeliveryStatus.FAILED:
            retry_at = f"{delivery.next_attempt_at:%d %b %Y %H:%M:%S} UTC"
            return f"It has not been accepted yet. The next attempt is at {retry_at}."
        case DeliveryStatus.CANCELED:
            return CANCELED.get(delivery.reason, delivery.reason)
    return "It is not tried again automatically: all attempts have failed, or the receiver answered 410 Gone."
