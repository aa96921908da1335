"""The history of stages gets the rows of the stages that contacts reached by coming to a later one.

``is_first`` becomes false where the contact had come to a later stage before. Of contacts that are erased nobody knows
which rows belong together, so theirs stay as they are.
"""

from collections import defaultdict
from typing import Any

from django.db import migrations

from crmsolid.workspaces.migration_operations import RunInBatches

ORDER = ("new", "contacted", "replied", "qualified", "won")


def fill(contacts: list[Any]) -> None:
    changes = contacts[0]._meta.apps.get_model("contacts", "StageChange")._base_manager
    histories: dict[str, list[Any]] = defaultdict(list)
    for change in changes.filter(contact_id__in=[contact.pk for contact in contacts]).order_by("pk"):
        histories[change.contact_id].append(change)
    missing, late = [], []
    for history in histories.values():
        known = {change.stage for change in history if change.cause == "implied"}
        reached: set[str] = set()
        for change in history:
            if change.cause == "implied":
                continue
            if change.is_first and change.stage in reached:
                late.append(change.pk)
            implied = ("new",) if change.stage == "lost" else ORDER[: ORDER.index(change.stage)]
            missing += [_implied(change, stage) for stage in implied if stage not in reached | known]
            reached |= {*implied, change.stage}
    changes.filter(pk__in=late).update(is_first=False)
    changes.bulk_create(missing)


def _implied(change: Any, stage: str) -> Any:
    same = {name: getattr(change, name) for name in ("workspace_id", "contact_id", "entered_at", "at")}
    return type(change)(**same, from_stage=stage, stage=stage, is_first=True, cause="implied")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("contacts", "0013_columns"),
    ]

    operations = [
        RunInBatches("contact", fill),
    ]
