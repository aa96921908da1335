"""The panel pages under Settings > Webhooks and Settings > Deliveries."""

from webhooks.admin.deliveries import AttemptAdmin, DeliveryAdmin
from webhooks.admin.endpoints import EndpointAdmin

__all__ = ["AttemptAdmin", "DeliveryAdmin", "EndpointAdmin"]
