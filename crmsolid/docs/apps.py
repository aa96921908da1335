from django.apps import AppConfig


class DocsConfig(AppConfig):
    name = "crmsolid.docs"
    verbose_name = "Documentation"
