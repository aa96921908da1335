from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "crmsolid.events"
    label = "events"
    verbose_name = "Events"
