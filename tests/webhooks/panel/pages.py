"""Addresses and forms that the tests of the panel's webhook pages share."""

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from webhooks.models import Delivery, Endpoint

LIST = reverse("admin:webhooks_endpoint_changelist")
NEW = reverse("admin:webhooks_endpoint_add")
LOG = reverse("admin:webhooks_delivery_changelist")
EVENTS = reverse("admin:events_event_changelist")
HOME = reverse("admin:index")
URL = "https://your-app.example.com/webhooks/crm"


def page_url(view: str, row: Endpoint | Delivery) -> str:
    """The address of an admin page of this row."""
    return reverse(f"admin:webhooks_{row._meta.model_name}_{view}", args=[row.pk])


def new_endpoint_form(client: Client, **changes: Any) -> dict[str, Any]:
    """What a browser would post from the form for a new endpoint."""
    once = client.get(NEW).context["form"]["once"].value()
    values = {"url": URL, "which": "some", "events": ["contact.created", "message.sent"], "secret": ""}
    return {"once": once, **values, **changes}


def rotation_form(client: Client, endpoint: Endpoint, **changes: Any) -> dict[str, Any]:
    """What a browser would post to replace the secret."""
    replaces = client.get(page_url("change", endpoint)).context["rotate_form"]["replaces"].value()
    return {"replaces": replaces, "overlap": "24h", "secret": "", **changes}


def shown_secret(response: Any) -> str:
    """The generated secret that this page shows."""
    secrets: list[str] = re.findall(r'value="(whsec_[A-Za-z0-9+/=]+)"', response.content.decode())
    assert len(secrets) == 1
    return secrets[0]


def columns(endpoint: Endpoint) -> dict[str, Any]:
    """Every column of the endpoint's row, for comparing before and after."""
    return dict(Endpoint.unscoped.filter(pk=endpoint.pk).values().get())
