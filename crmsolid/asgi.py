"""The ASGI application: /mcp and the message stream on Django's ASGI handler, everything else over the WSGI bridge."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from crmsolid.checks import refuse_unsafe_start
from crmsolid.serving.pool import django_thread
from crmsolid.serving.root import RootApplication

ASGI_PATHS = ("/mcp", "/v1/messages/stream")

asgi_application = get_asgi_application()
refuse_unsafe_start()  # before something else is loaded that fails for the same reason with a worse message

application = RootApplication(
    asgi_application, get_wsgi_application(), asgi_paths=ASGI_PATHS, around_thread=django_thread
)

get_resolver().url_patterns  # noqa: B018 - loads every view
# All objects that exist now live as long as the process. A full collection that visits them stops every request for
# 0.1 s, so they are excluded from collection.
gc.collect()
gc.freeze()
