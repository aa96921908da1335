"""Tests of rules that hold for the whole product."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The product's top-level packages.
PACKAGES: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
