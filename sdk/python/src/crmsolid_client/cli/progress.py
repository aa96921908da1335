"""A progress bar on standard error; where that is no terminal, nothing."""

from __future__ import annotations

import shutil
import sys
import time
from types import TracebackType

_BAR = 24
_PAUSE = 0.1


class Progress:
    """One line that is written again and again. ``unit`` names what is counted."""

    def __init__(self, label: str, unit: str = "rows") -> None:
        self._label = label
        self._unit = unit
        self._is_shown = sys.stderr.isatty()
        self._last = 0.0
        self._length = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    @property
    def is_shown(self) -> bool:
        return self._is_shown

    def show(self, done: int, total: int | None) -> None:
        """``total`` is None as long as nobody knows it."""
        now = time.monotonic()
        if not self._is_shown or (now - self._last < _PAUSE and done != total):
            return
        self._last = now
        if total:
            filled = min(_BAR, _BAR * done // total)
            bar = f"[{'#' * filled}{'-' * (_BAR - filled)}] {min(100, 100 * done // total):>3} %  {done:,} of {total:,}"
        else:
            bar = f"{done:,}"
        line = f"{self._label}  {bar} {self._unit}"[: shutil.get_terminal_size((80, 24)).columns - 1]
        sys.stderr.write(f"\r{line.ljust(self._length)}")
        sys.stderr.flush()
        self._length = len(line)

    def hide(self) -> None:
        """Show nothing from now on."""
        self._is_shown = False

    def finish(self, done: int) -> None:
        """Show that all is done."""
        self._last = 0.0
        self.show(done, done or None)

    def end(self) -> None:
        """Leave the line as it is and begin a new one."""
        if self._length:
            sys.stderr.write("\n")
            sys.stderr.flush()
            self._length = 0
