from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crmsolid.api.schema_registry import register_webhooks
        from crmsolid.core import erasure, sealed
        from webhooks import catalogue, events, fanout, feed
        from webhooks import erasure as about_person
        from webhooks.models import Endpoint

        feed.on_placed(fanout.make_deliveries)
        events.register_own_events()
        erasure.register(erase=about_person.erase, export=about_person.export)
        sealed.register(Endpoint, "secret", "previous_secret")
        register_webhooks(catalogue.openapi_source)
