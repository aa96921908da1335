"""What the shared part of the API adds to the layers below."""

from django.db.models import Q

from crmsolid import checks  # noqa: F401 - registers the checks of Django
from crmsolid.api import idempotency
from crmsolid.api.idempotency import IdempotencyRecord
from crmsolid.core.crypto import register_columns
from crmsolid.core.erasure import KeptData, kept_data

register_columns(IdempotencyRecord, "body", bound_to=("workspace_id", "key"), where=Q(sealed=True))
kept_data.register("api.idempotency", KeptData(idempotency.erase, idempotency.export))
