"""What uses a file beside the messages that have it: a file in use does not expire."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, Func, JSONField, OuterRef, Q

from crmsolid.core.extension_points import ExtensionPoint
from crmsolid.workspaces.scoping import WorkspaceModel
from messaging.files.models import Attachment


@dataclass(frozen=True, slots=True)
class Use:
    """Rows of a model with a column ``attachments`` (``files_column``), those that meet ``where``, use the files that
    it names."""

    model: type[WorkspaceModel]
    where: Q = field(default_factory=Q)


uses: ExtensionPoint[Use] = ExtensionPoint("uses of files")


def is_used(*, messages: bool = True) -> Q:
    """Files that a message has, unless ``messages`` do not count, or that something else uses."""
    condition = Q(pk=None)
    if messages:
        condition |= Q(Exists(Attachment.unscoped.filter(file=OuterRef("pk"))))
    named = Func(OuterRef("pk"), function="to_jsonb", output_field=JSONField())
    for use in uses.values():
        of_file: dict[str, Any] = {"workspace": OuterRef("workspace"), "attachments__contains": named}
        rows = use.model.unscoped.filter(use.where, **of_file)
        condition |= Q(Exists(rows))
    return condition
