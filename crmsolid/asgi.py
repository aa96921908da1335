"""The one application on the one port: /mcp and the stream on Django's ASGI handler, all else through the bridge."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")

from django.core.asgi import get_asgi_application
from django.urls import get_resolver

from crmsolid.checks import refuse_unsafe_start
from crmsolid.serving.django_thread import serving_thread, settle_heap
from crmsolid.serving.root import RootApplication

ASGI_PATHS = ("/mcp", "/v1/messages/stream")

asgi_application = get_asgi_application()
refuse_unsafe_start()  # before anything loads that would fail for the same reason, and say it worse

from crmsolid.wsgi import application as wsgi_application

application = RootApplication(asgi_application, wsgi_application, asgi_paths=ASGI_PATHS, around_thread=serving_thread)

get_resolver().url_patterns  # noqa: B018 - loads every view
settle_heap()
