from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        from crmsolid.core import reencryption
        from crmsolid.core.erasure import register as register_erasure
        from crmsolid.events.positions import on_positions_assigned
        from crmsolid.events.publishing import wake_after_publish
        from webhooks import erasure, events  # noqa: F401 - events declares the event types
        from webhooks.delivery.fanout import make_deliveries
        from webhooks.delivery.queue import PUMP_TASK
        from webhooks.models import Endpoint

        on_positions_assigned(make_deliveries)
        wake_after_publish(PUMP_TASK)
        register_erasure(erase=erasure.erase, export=erasure.export)
        reencryption.register(Endpoint, "secret", "previous_secret")
