"""Registers the panel pages under Settings > Webhooks and Settings > Deliveries."""

from django.contrib import admin

from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.panel.deliveries import AttemptAdmin, DeliveryAdmin
from webhooks.panel.endpoints import EndpointAdmin

admin.site.register(Endpoint, EndpointAdmin)
admin.site.register(Delivery, DeliveryAdmin)
admin.site.register(Attempt, AttemptAdmin)
