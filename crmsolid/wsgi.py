"""The WSGI application: REST and the panel. Served inside ``crmsolid.asgi`` through the bridge."""

import os
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
django_application = get_wsgi_application()

from crmsolid.api.door import ApiDoor

api_door = ApiDoor()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Requests to the API by their own door, all others by Django's."""
    door = api_door if api_door.takes(environ) else django_application
    return door(environ, start_response)
