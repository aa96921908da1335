from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "crmsolid.api"
    label = "api"
