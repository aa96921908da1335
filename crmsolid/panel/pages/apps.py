"""Django's admin with the panel's site instead of its own."""

from django.contrib.admin.apps import AdminConfig


class PanelConfig(AdminConfig):
    default_site = "crmsolid.panel.pages.site.PanelSite"

    def ready(self) -> None:
        super().ready()
        from crmsolid.panel.pages import registrations  # noqa: F401
