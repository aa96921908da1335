"""What the pump is compared with: a Celery task per delivery that posts with requests and writes one row."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")

import django

django.setup()

import requests
from celery import Celery
from django.conf import settings

from crmsolid.events.models import Event
from webhooks.delivery.signing import body_signature
from webhooks.models import Delivery, Endpoint
from webhooks.secrets import EndpointSecrets

app = Celery("bench", broker=settings.CELERY_BROKER_URL)
app.conf.update(task_ignore_result=True, task_default_queue="bench", broker_connection_retry_on_startup=True)


@app.task(name="bench.deliver")
def deliver(event_id: str, endpoint_id: str) -> None:
    """Read, sign, post, write one row."""
    event, endpoint = Event.unscoped.get(pk=event_id), Endpoint.unscoped.get(pk=endpoint_id)
    body = bytes(event.body)
    headers = {
        "Content-Type": "application/json",
        "X-Signature": body_signature(EndpointSecrets.of(endpoint).current, body),
    }
    answer = requests.post(endpoint.url, data=body, headers=headers, timeout=10, allow_redirects=False)
    Delivery.unscoped.create(
        workspace_id=event.workspace_id,
        event=event,
        endpoint=endpoint,
        event_type=event.type,
        status="succeeded" if answer.ok else "exhausted",
        attempts=1,
    )
