"""A file by which whatever runs a worker or the scheduler sees that it works, and is not only there."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from crmsolid.core.extension_points import ExtensionPoint

ALIVE_SECONDS = 5.0

# Each tells whether an event loop beside Celery's goes on; True also in a process without it.
loops: ExtensionPoint[Callable[[], bool]] = ExtensionPoint("event loops of a worker")


def show_alive() -> None:
    """Touch ``CRMSOLID_ALIVE_FILE``, if it is set and no event loop hangs. Called every few seconds."""
    if settings.ALIVE_FILE and all(goes_on() for goes_on in loops.values()):
        with suppress(OSError):  # a full disk ends nothing
            Path(settings.ALIVE_FILE).touch()
