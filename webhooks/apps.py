from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        from crmsolid.core import crypto
        from crmsolid.core.erasure import register as register_erasure
        from crmsolid.events import positions, publishing
        from crmsolid.jobs import kinds
        from webhooks import erasure, events, replays  # noqa: F401 - events declares the event types
        from webhooks.delivery.queue import PUMP_TASK, make_deliveries
        from webhooks.models import Endpoint

        kinds.register(replays.REPLAY)
        positions.listeners.append(make_deliveries)
        publishing.tasks_to_wake.append(PUMP_TASK)
        register_erasure(erase=erasure.erase, export=erasure.export)
        crypto.register_columns(Endpoint, "secret", "previous_secret", bound_to=("workspace_id", "id"))
