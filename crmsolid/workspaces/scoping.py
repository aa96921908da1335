"""The base of all models whose rows belong to a workspace, and their managers.

``Model.objects`` raises until ``.for_workspace(...)`` has been called. ``Model.unscoped`` is the base and default
manager, because Django needs one (deletion, serialisation, migrations). A test lists the few modules that may use it.
"""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from crmsolid.core.errors import not_found
from crmsolid.core.ids import KINDS, is_id

if TYPE_CHECKING:
    from crmsolid.workspaces.edge import Edge
    from crmsolid.workspaces.models import Workspace


class UnscopedAccess(RuntimeError):
    """A query on rows of a workspace that names no workspace."""


class ScopedQuerySet(models.QuerySet[Any]):
    """The base of the apps' querysets."""

    def for_workspace(self, workspace: "Workspace | int") -> Self:
        """Only the rows of this workspace; of one that a narrowed key or assistant sees, those within its edge."""
        if isinstance(workspace, int):
            return self.filter(workspace_id=workspace)
        rows = self.filter(workspace_id=workspace.pk)
        return rows if workspace.edge is None else rows.filter(self.model.within(workspace.edge))

    def get_or_not_found(self, row_id: Any, *, lock: bool = False) -> Any:
        """The row with this id, locked for an update if asked for. ``not_found`` (404) if there is none; what has not
        the form of an id is not looked for."""
        name = str(self.model._meta.verbose_name)
        rows = self.select_for_update(no_key=True) if lock else self
        is_possible = name not in KINDS or is_id(KINDS[name].prefix, row_id)
        row = rows.filter(pk=row_id).first() if is_possible else None
        if row is None:
            raise not_found(name)
        return row


class ScopedManager(models.Manager[Any]):
    """The manager ``objects``. Only :meth:`for_workspace` works; every other method raises ``UnscopedAccess``."""

    def __init__(self, queryset_class: type[ScopedQuerySet] = ScopedQuerySet) -> None:
        super().__init__()
        self.queryset_class = queryset_class

    def get_queryset(self) -> models.QuerySet[Any]:
        raise UnscopedAccess(f"{self.model.__name__}.objects needs .for_workspace(workspace)")

    def for_workspace(self, workspace: "Workspace | int") -> Any:
        return self.queryset_class(self.model, using=self._db).for_workspace(workspace)


class WorkspaceModel(models.Model):
    """A row that belongs to exactly one workspace."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", editable=False)

    unscoped = models.Manager()
    objects: ClassVar[ScopedManager] = ScopedManager()

    # The paths to the id of the contact and of the account that a row is about; empty: it is about none. Whether a row
    # may be of no account.
    edge_contact: ClassVar[str] = ""
    edge_account: ClassVar[str] = ""
    edge_account_is_optional: ClassVar[bool] = False

    class Meta:
        abstract = True
        base_manager_name = "unscoped"
        default_manager_name = "unscoped"

    @classmethod
    def within(cls, edge: "Edge") -> Q:
        """The rows that a narrowed key or assistant sees."""
        where = Q()
        if cls.edge_contact:
            where &= edge.of_contacts(cls.edge_contact)
        if cls.edge_account:
            where &= edge.of_accounts(cls.edge_account, cls.edge_contact if cls.edge_account_is_optional else "")
        return where
