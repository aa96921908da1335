"""The WSGI application: REST and the panel. Served inside ``crmsolid.asgi`` through the bridge."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
application = get_wsgi_application()
