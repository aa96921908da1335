"""The panel pages under Settings > Webhooks and Settings > Deliveries."""

from webhooks.admin import deliveries, endpoints  # noqa: F401 - they register their pages
