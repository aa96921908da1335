"""The ASGI application: the streams of messages on Django's ASGI handler, /healthz without Django, everything else over
WSGI bridges. /mcp has one of its own, so that slow tools run side by side and hold up nobody else."""

import os
from importlib import import_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from crmsolid.checks import print_warnings, refuse_unsafe_start
from crmsolid.core.garbage_collection import freeze_loaded_objects
from crmsolid.serving.interface import AsgiApplication
from crmsolid.serving.pool import django_thread
from crmsolid.serving.root import RootApplication

asgi_application = get_asgi_application()
refuse_unsafe_start()  # before something else is loaded that fails for the same reason with a worse message

from apikeys.uses import UseWriter
from contacts.imports.views import UPLOADS as IMPORTS
from crmsolid.api.large_uploads import uploads_of
from crmsolid.events import watermark
from crmsolid.health import healthz  # it imports models
from crmsolid.panel.account.sign_in import password_queue
from messaging.files.views import UPLOADS as FILES

ASGI_APPS: dict[str, AsgiApplication] = {
    "/healthz": healthz,
    "/v1/messages/stream": asgi_application,
    "/panel/live/inbox/stream": asgi_application,
    "/panel/test/inbox/stream": asgi_application,
    "/panel/live/alerts/stream": asgi_application,
    "/panel/test/alerts/stream": asgi_application,
}
MCP_THREADS = 8

get_resolver().url_patterns  # noqa: B018 - loads every view
import_module("crmsolid.mcp.server")  # which its view would load at the first request
application = RootApplication(
    ASGI_APPS,
    get_wsgi_application(),
    own_threads={"/mcp": MCP_THREADS},
    around_thread=django_thread,
    admission=password_queue().admit,
    uploads=uploads_of(IMPORTS, FILES),
    background=[UseWriter()],
)
freeze_loaded_objects()


def started_application() -> AsgiApplication:
    """The application, for a server that starts now: prints warnings about the settings, and compares the database with
    what this host has seen of it."""
    print_warnings()
    watermark.check_in_background()
    return application
