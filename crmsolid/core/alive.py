"""A file by which whatever runs a worker or the scheduler sees that it works, and is not only there."""

from contextlib import suppress
from pathlib import Path

from django.conf import settings

ALIVE_SECONDS = 5.0


def show_alive() -> None:
    """Touch ``CRMSOLID_ALIVE_FILE``, if it is set. Called every few seconds from the loop that does the work."""
    if settings.ALIVE_FILE:
        with suppress(OSError):  # a full disk ends nothing
            Path(settings.ALIVE_FILE).touch()
