"""``manage.py reencrypt [--json]``"""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from crmsolid.core import crypto
from crmsolid.workspaces.commands import ServiceCommand


class Command(ServiceCommand):
    help = "Put all that is encrypted under the first of FIELD_ENCRYPTION_KEYS, so that the others can be dropped."

    def run(self, **options: Any) -> list[dict[str, Any]]:
        results = crypto.reencrypt_all()
        unreadable = sum(result.unreadable for result in results)
        if unreadable:
            columns = ", ".join(result.column for result in results if result.unreadable)
            raise CommandError(
                f"no key decrypts {unreadable} of the values in {columns}; the others are under the newest key"
            )
        return [asdict(result) for result in results]
