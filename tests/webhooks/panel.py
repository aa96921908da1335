"""What the tests of the panel's webhook pages share."""

import re
from typing import Any

from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from webhooks.models import Delivery, Endpoint

LIST = reverse("admin:webhooks_endpoint_changelist")
NEW = reverse("admin:webhooks_endpoint_add")
LOG = reverse("admin:webhooks_delivery_changelist")
HOME = reverse("admin:index")
URL = "https://your-app.example.com/webhooks/crm"


def at(verb: str, row: Endpoint | Delivery) -> str:
    return reverse(f"admin:webhooks_{row._meta.model_name}_{verb}", args=[row.pk])


def filled(client: Client, **changes: Any) -> dict[str, Any]:
    """What a browser would post from the form for a new endpoint."""
    once = client.get(NEW).context["form"]["once"].value()
    chosen = {"url": URL, "which": "some", "events": ["contact.created", "message.sent"], "secret": ""}
    return {"once": once, **chosen, **changes}


def rotation(client: Client, endpoint: Endpoint, **changes: Any) -> dict[str, Any]:
    """What a browser would post to replace the secret."""
    seen = client.get(at("change", endpoint)).context["rotate_form"]["replaces"].value()
    return {"replaces": seen, "overlap": "24h", "secret": "", **changes}


def secret_in(answer: Any) -> str:
    found: list[str] = re.findall(r'value="(whsec_[A-Za-z0-9+/=]+)"', answer.content.decode())
    assert len(found) == 1
    return found[0]


def said(answer: Any) -> list[str]:
    """The messages that this answer leaves for the next page."""
    return [str(message) for message in get_messages(answer.wsgi_request)]


def state(endpoint: Endpoint) -> dict[str, Any]:
    """The whole row, to be held against itself later."""
    return dict(Endpoint.unscoped.filter(pk=endpoint.pk).values().get())
