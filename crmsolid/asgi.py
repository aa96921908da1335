"""The one application on the one port: /mcp and the stream on Django's ASGI handler, all else through the bridge."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
application = get_asgi_application()
