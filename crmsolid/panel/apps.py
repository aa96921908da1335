"""Django's admin, with our site in place of its own."""

from django.contrib.admin.apps import AdminConfig


class PanelConfig(AdminConfig):
    default_site = "crmsolid.panel.site.PanelSite"

    def ready(self) -> None:
        from crmsolid import plans  # noqa: F401 - declares subscription.upgraded

        super().ready()
