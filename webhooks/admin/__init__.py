"""Settings > Webhooks and Deliveries: the panel door. A secret is in one answer to one POST, nowhere else."""

from webhooks.admin.deliveries import AttemptAdmin, DeliveryAdmin
from webhooks.admin.endpoints import EndpointAdmin

__all__ = ["AttemptAdmin", "DeliveryAdmin", "EndpointAdmin"]
