"""Django's admin with the panel's site instead of its own."""

from django.contrib.admin.apps import AdminConfig


class PanelConfig(AdminConfig):
    default_site = "crmsolid.panel.pages.site.PanelSite"

    def ready(self) -> None:
        import crmsolid.celery  # noqa: F401 - makes its application the one that tasks and the doorbell use
        from crmsolid import plans  # noqa: F401 - declares subscription.upgraded
        from crmsolid.panel.account import sign_in_log

        super().ready()
        from crmsolid.panel.pages import audit_log  # noqa: F401 - registers its page

        sign_in_log.connect()
