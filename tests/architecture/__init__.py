"""Tests of rules that hold for the whole product."""

import tomllib
from pathlib import Path

from django.apps import apps

from crmsolid.workspaces.scoping import WorkspaceModel

ROOT = Path(__file__).resolve().parents[2]

# The product's top-level packages.
PACKAGES: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]


def workspaced_models() -> list[type[WorkspaceModel]]:
    """Every concrete model whose rows belong to a workspace."""
    return [model for model in apps.get_models() if issubclass(model, WorkspaceModel)]
