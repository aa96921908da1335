"""What uses a file beside the messages that have it: a file in use does not expire. Which pages show it."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, Func, JSONField, OuterRef, Q

from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.workspaces.scoping import WorkspaceModel
from messaging import notices
from messaging.files.models import Attachment, File

# Of the messages that have a file: a file of many was uploaded, and is shown as it is.
TOLD_MESSAGES = 20


@dataclass(frozen=True, slots=True)
class Use:
    """Rows of a model with a column ``attachments`` (``files_column``), or another ``column`` or key of one, those that
    meet ``where``, use the files that it names."""

    model: type[WorkspaceModel]
    where: Q = field(default_factory=Q)
    column: str = "attachments"


uses: ExtensionPoint[Use] = ExtensionPoint("uses of files")


def is_used(*, messages: bool = True) -> Q:
    """Files that a message has, unless ``messages`` do not count, or that something else uses."""
    condition = Q(pk=None)
    if messages:
        condition |= Q(Exists(Attachment.unscoped.filter(file=OuterRef("pk"))))
    named = Func(OuterRef("pk"), function="to_jsonb", output_field=JSONField())
    for use in uses.values():
        of_file: dict[str, Any] = {"workspace": OuterRef("workspace"), f"{use.column}__contains": named}
        rows = use.model.unscoped.filter(use.where, **of_file)
        condition |= Q(Exists(rows))
    return condition


def tell_pages(file: File) -> None:
    """Tell the pages that show the latest messages with the file, after the commit, that it has changed."""
    rows = Attachment.unscoped.filter(file=file).order_by("-pk")
    for thread_id in set(rows.values_list("message__thread_id", flat=True)[:TOLD_MESSAGES]):
        notices.tell_changed(file.workspace_id, thread_id)
