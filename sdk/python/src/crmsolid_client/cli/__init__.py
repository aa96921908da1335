"""The command line ``crmsolid``. docs/guide/command-line.md describes it."""

from __future__ import annotations

import io
import sys


def main() -> None:
    """What the console script runs."""
    try:
        from .app import run
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.exit("Error: the command line needs click.\nNext: pip install click")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
            stream.reconfigure(encoding="utf-8")  # JSON is UTF-8, whatever the locale is
    sys.exit(run())
