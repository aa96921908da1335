from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "crmsolid.api"
    label = "api"

    def ready(self) -> None:
        from django.db.models import Q

        from apikeys.models import IdempotencyRecord
        from crmsolid import checks  # noqa: F401 - registers the checks
        from crmsolid.api import idempotency
        from crmsolid.core import crypto, erasure

        crypto.register_columns(IdempotencyRecord, "body", bound_to=("workspace_id", "key"), where=Q(sealed=True))
        erasure.register(erase=idempotency.erase, export=idempotency.export)
