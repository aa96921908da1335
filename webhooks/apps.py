from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from crmsolid.core import erasure
        from webhooks import erasure as events_about

        erasure.register(erase=events_about.erase, export=events_about.export)
