"""The tenant boundary of the models.

``Model.objects`` answers nothing until ``.for_workspace(...)`` has been called. ``Model.unscoped`` is the base
and default manager because Django itself needs one (deletion, serialisation, migrations); the few modules that
may name it are listed in a test.
"""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models

if TYPE_CHECKING:
    from crmsolid.workspaces.models import Workspace


class UnscopedAccess(RuntimeError):
    """A query on tenant data that names no workspace."""


class ScopedQuerySet(models.QuerySet[Any]):
    """Base of every app's query vocabulary."""

    def for_workspace(self, workspace: "Workspace | int") -> Self:
        """Only the rows of this workspace."""
        key = workspace if isinstance(workspace, int) else workspace.pk
        return self.filter(workspace_id=key)


class ScopedManager(models.Manager[Any]):
    """``objects``: its one working method is :meth:`for_workspace`."""

    queryset_class: type[ScopedQuerySet] = ScopedQuerySet

    def __init__(self, queryset_class: type[ScopedQuerySet] = ScopedQuerySet) -> None:
        super().__init__()
        self.queryset_class = queryset_class

    def deconstruct(self) -> Any:
        raise TypeError("ScopedManager never belongs into a migration")

    def get_queryset(self) -> models.QuerySet[Any]:
        raise UnscopedAccess(f"{self.model.__name__}.objects needs .for_workspace(workspace)")

    def for_workspace(self, workspace: "Workspace | int") -> Any:
        return self.queryset_class(self.model, using=self._db).for_workspace(workspace)


class WorkspaceModel(models.Model):
    """A row that belongs to exactly one workspace."""

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="+", editable=False)

    unscoped = models.Manager()
    objects: ClassVar[ScopedManager] = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "unscoped"
        default_manager_name = "unscoped"


def workspaced_models() -> list[type[WorkspaceModel]]:
    """Every concrete tenant model, for the tests and for provisioning."""
    from django.apps import apps

    return [model for model in apps.get_models() if issubclass(model, WorkspaceModel)]
