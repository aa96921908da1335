"""The one application on the one port: /mcp and the stream on Django's ASGI handler, all else through the bridge."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")

_held_open = get_asgi_application()

from crmsolid.checks import refuse_unsafe_start  # noqa: E402 - Django must be set up first
from crmsolid.serving.django_thread import serving_thread  # noqa: E402
from crmsolid.serving.root import RootApplication  # noqa: E402
from crmsolid.wsgi import application as _rest_and_panel  # noqa: E402

refuse_unsafe_start()
application = RootApplication(
    _held_open,
    _rest_and_panel,
    asgi_paths=("/mcp", "/v1/messages/stream"),
    around_thread=serving_thread,
)
