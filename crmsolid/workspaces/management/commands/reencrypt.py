"""``manage.py reencrypt [--json]``"""

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from crmsolid.core import reencryption
from crmsolid.workspaces.commands import ServiceCommand


class Command(ServiceCommand):
    help = "Put all that is encrypted under the first of FIELD_ENCRYPTION_KEYS, so that the others can be dropped."

    def run(self, **options: Any) -> list[dict[str, Any]]:
        done = reencryption.reseal()
        lost = sum(each.unreadable for each in done)
        if lost:
            where = ", ".join(each.column for each in done if each.unreadable)
            raise CommandError(f"no key opens {lost} of the values in {where}; the others are under the newest key")
        return [asdict(each) for each in done]
