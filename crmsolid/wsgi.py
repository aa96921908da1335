"""Django's WSGI application: REST and the panel without the message stream and /mcp, which ``crmsolid.asgi`` adds."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
application = get_wsgi_application()
