"""What is known of running processes."""

from pathlib import Path


def children(pid: int) -> list[int]:
    """The ids of its child processes. Python's resource tracker, which the parent of several web processes has, is not
    counted: it does nothing and ends with its parent."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [int(child) for child in found if b"resource_tracker" not in command_line(int(child))]


def command_line(pid: int) -> bytes:
    """Its arguments, each followed by a zero byte; empty if the process has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def has_ended(pid: int) -> bool:
    return not command_line(pid)
