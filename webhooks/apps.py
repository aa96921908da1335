from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webhooks import fanout, feed
        from webhooks.events import register_own_events

        feed.on_placed(fanout.make_deliveries)
        register_own_events()
