from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connection


class ContactsConfig(AppConfig):
    name = "contacts"

    def ready(self) -> None:
        from contacts import registrations  # noqa: F401


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
