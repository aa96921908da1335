"""Redocly's linter finds nothing in the OpenAPI document."""

import os
import subprocess
from pathlib import Path

from crmsolid.api.management.commands.write_openapi import committed
from tests.npm import installed_packages

LINTER = Path(__file__).parent / "redocly"


def test_linter_finds_nothing_with_its_strictest_rules() -> None:
    """That the committed document is the product's is a test of its own."""
    command = [str(installed_packages(LINTER) / "node_modules/.bin/redocly"), "lint", str(committed())]
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}
    linted = subprocess.run(
        [*command, "--config", str(LINTER / "redocly.yaml"), "--format", "stylish"],
        env={**os.environ, **quiet},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr
