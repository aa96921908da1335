"""Loading Telethon where it is first needed: it costs 30 MiB, so no process has it from the start."""

import threading

_loading = threading.Lock()


def load_telethon() -> None:
    """All of it, in one thread at a time. Its packages import each other in circles: two threads that come in at
    different ends are handed half-made modules, and neither gets a whole one."""
    with _loading:
        import telethon  # noqa: F401
