"""The ASGI application: /mcp and the message stream on Django's ASGI handler, everything else over the WSGI bridge."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")

from django.core.asgi import get_asgi_application
from django.urls import get_resolver

from crmsolid.checks import refuse_unsafe_start
from crmsolid.serving.pool import django_thread, freeze_heap
from crmsolid.serving.root import RootApplication

ASGI_PATHS = ("/mcp", "/v1/messages/stream")

asgi_application = get_asgi_application()
refuse_unsafe_start()  # before something else is loaded that fails for the same reason with a worse message

from crmsolid.wsgi import application as wsgi_application

application = RootApplication(asgi_application, wsgi_application, asgi_paths=ASGI_PATHS, around_thread=django_thread)

get_resolver().url_patterns  # noqa: B018 - loads every view
freeze_heap()
