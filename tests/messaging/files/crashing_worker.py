"""A process that uploads a file, or processes what is due, stops at a chosen point and waits to be killed.

``CRMSOLID_TEST_FILES`` names the folder of the storage. The points are within and between the steps of an upload.
"""

import io
import os
import sys
from typing import Any

from tests.crashing import stop_here, then_stop

UPLOADS = ("named", "half written", "written", "staged", "row kept", "file saved", "committed")
PROCESSING = ("measured", "thumbnail written", "settled")
CONTENT_BYTES = 300_000


def main(point: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.test.signals import setting_changed

    folder = {
        "BACKEND": "messaging.files.folder.PrivateFolder",
        "OPTIONS": {"location": os.environ["CRMSOLID_TEST_FILES"]},
    }
    settings.STORAGES = {**settings.STORAGES, "default": folder}
    setting_changed.send(sender=None, setting="STORAGES", value=settings.STORAGES, enter=True)
    from crmsolid.workspaces.actor import Actor
    from crmsolid.workspaces.models import Workspace
    from messaging.files import processing, services

    stop_at(point)
    if point in PROCESSING:
        processing.process_due()
        return
    workspace = Workspace.objects.get(slug="acme")
    services.upload(Actor.command(workspace, "tests"), io.BytesIO(os.urandom(CONTENT_BYTES)), "a.bin")
    if point == "committed":
        stop_here()


def stop_at(point: str) -> None:
    from messaging.files import processing, services, storage
    from messaging.files.models import File

    owners: dict[str, tuple[Any, str]] = {
        "written": (storage, "write"),
        "staged": (services, "stage"),
        "row kept": (storage, "keep"),
        "file saved": (File, "save"),
        "measured": (processing, "measure"),
        "thumbnail written": (storage, "write"),
        "settled": (processing, "_finish"),
    }
    if point == "named":
        storage.write = stop_here
    elif point == "half written":
        read = services._Measured.__iter__

        def half(measured: Any) -> Any:
            pieces = read(measured)
            yield next(pieces)
            stop_here()

        services._Measured.__iter__ = half  # type: ignore[method-assign]
    elif point in owners:
        owner, name = owners[point]
        setattr(owner, name, then_stop(getattr(owner, name)))


if __name__ == "__main__":
    main(sys.argv[1])
