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
        if isinstance(stream, io.TextIOWrapper):
            # JSON is UTF-8, whatever the locale is. What a terminal cannot show is escaped.
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")
    sys.exit(run())
