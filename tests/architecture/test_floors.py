"""Imports run downward only: the contract of pyproject.toml, run."""

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_imports_run_downward_only() -> None:
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS
