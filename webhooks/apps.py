from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crmsolid.core import erasure, reencryption
        from crmsolid.events import feed
        from webhooks import erasure as about_person
        from webhooks import events  # noqa: F401 - declares the event types
        from webhooks.delivery import fanout
        from webhooks.models import Endpoint

        feed.on_placed(fanout.make_deliveries)
        erasure.register(erase=about_person.erase, export=about_person.export)
        reencryption.register(Endpoint, "secret", "previous_secret")
