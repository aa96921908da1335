from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connection


class ContactsConfig(AppConfig):
    name = "contacts"

    def ready(self) -> None:
        from django.db.models import Q

        # These register events and bulk actions.
        from contacts import bulk, custom_fields, events, tags  # noqa: F401
        from contacts.erasing import operands
        from contacts.imports import erasure, jobs
        from contacts.models import ScoringRule, Segment
        from contacts.scoring import configuration as scoring
        from contacts.scoring import rescoring
        from contacts.segments import tagging
        from crmsolid.core.erasure import register as register_erasure
        from crmsolid.jobs import kinds
        from crmsolid.workspaces.configuration import register_section
        from crmsolid.workspaces.models import Job

        kinds.register(jobs.IMPORT)
        kinds.register(tagging.TAG_SEGMENT)
        kinds.register(bulk.BULK_CHANGE)
        # Segments first: whoever copies one into a job or a broadcast holds it until the copy can be seen, and nobody
        # who holds a job or a started broadcast waits for a segment. Then jobs, which are locked before all others.
        operands.register(Segment, "filter")
        # Jobs on many contacts forget the filter at their end.
        on_many = Q(kind__in=[tagging.TAG_SEGMENT.name, bulk.BULK_CHANGE.name], next_run_at__isnull=False)
        operands.register(Job, "params", where=on_many | Q(kind=rescoring.PREVIEW.name))
        operands.register(ScoringRule, "value")
        kinds.register(rescoring.SCORE)
        kinds.register(rescoring.PREVIEW)
        register_erasure(erase=erasure.erase, export=erasure.export)
        register_section(custom_fields.SECTION, dump=custom_fields.dump, apply=custom_fields.apply)
        # Behind the custom fields, which rules may name.
        register_section(scoring.SECTION, dump=scoring.dump, apply=scoring.apply)


@register(Tags.database)
def check_search_index(
    app_configs: Sequence[AppConfig] | None = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A warning if the migration could not create the extension pg_trgm, or did not finish the index. Run by
    ``manage.py migrate``, before it migrates, and ``manage.py check --database default``."""
    if not databases:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 WHERE to_regclass('contacts_contact') IS NOT NULL AND NOT EXISTS"
            " (SELECT 1 FROM pg_index WHERE indexrelid = to_regclass('contact_by_search') AND indisvalid)"
        )
        if cursor.fetchone() is None:
            return []
    text = "search reads all contacts of a workspace, because the database has no trigram index"
    hint = 'have an administrator run "CREATE EXTENSION pg_trgm", then add the index as docs/audiences.md says'
    return [Warning(text, hint=hint, id="contacts.W001")]
