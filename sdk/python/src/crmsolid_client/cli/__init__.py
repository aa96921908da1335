"""The command line ``crmsolid``. docs/guide/command-line.md describes it."""

from __future__ import annotations

import sys


def main() -> None:
    """What the console script runs."""
    try:
        from .app import run
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.exit("Error: the command line needs click.\nNext: pip install 'crmsolid-client[cli]'")
    sys.exit(run())
