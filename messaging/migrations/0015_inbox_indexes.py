"""The indexes of the inbox, built while others write: one for each of its filters."""

from django.db import migrations, models
from django.db.models import Q

from crmsolid.workspaces.migration_operations import AddIndexConcurrently, AddUniqueConcurrently

BY_ACTIVITY = ["workspace", "active_at", "id"]
CONDITIONS = {
    "thread_open": Q(closed_at=None),
    "thread_closed": Q(closed_at__isnull=False),
    "thread_waiting": Q(waiting_since__isnull=False),
    "thread_failed": Q(failed_at__isnull=False),
    "thread_unassigned": Q(assignee=None, closed_at=None),
}


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("messaging", "0014_fill_threads"),
    ]

    operations = [
        *(
            AddIndexConcurrently("thread", models.Index(fields=BY_ACTIVITY, name=name, condition=condition))
            for name, condition in CONDITIONS.items()
        ),
        AddIndexConcurrently(
            "thread",
            models.Index(fields=["assignee", *BY_ACTIVITY], name="thread_mine", condition=Q(assignee__isnull=False)),
        ),
        AddIndexConcurrently("thread", models.Index(fields=["account", "active_at", "id"], name="thread_of_account")),
        AddUniqueConcurrently(
            "message",
            models.UniqueConstraint(
                fields=["retry_of"], name="message_retry_once", condition=Q(retry_of__isnull=False)
            ),
        ),
    ]
