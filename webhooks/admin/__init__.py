"""Settings > Webhooks, Deliveries and Events: the panel door. A secret is in one answer to one POST, nowhere else."""

from webhooks.admin.deliveries import AttemptAdmin, DeliveryAdmin
from webhooks.admin.endpoints import EndpointAdmin
from webhooks.admin.events import EventAdmin

__all__ = ["AttemptAdmin", "DeliveryAdmin", "EndpointAdmin", "EventAdmin"]
