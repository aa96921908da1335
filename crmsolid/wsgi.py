"""Django's WSGI application: REST and the panel. ``crmsolid.asgi`` adds the message stream, /mcp and /healthz."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
application = get_wsgi_application()
