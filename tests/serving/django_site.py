"""A small Django project behind the root application: ``django_site.py LISTENING_FILE_DESCRIPTOR``.

It runs in a process of its own, because the settings in the process of the tests are the product's.
"""

import socket
import sys
import threading
from collections.abc import Iterator
from typing import Any

import django
import uvicorn
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.db.backends.signals import connection_created
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path

counts = {"caches": 0, "connections": 0, "finished": 0}


class CountedCache(LocMemCache):
    def __init__(self, name: str, params: dict[str, Any]) -> None:
        counts["caches"] += 1
        super().__init__(name, params)


def echo(request: HttpRequest, name: str = "") -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    cache.get("nothing")
    answer = {
        "path": request.path,
        "name": name,
        "body": len(request.body),
        "client": request.META["REMOTE_ADDR"],
        "too_large": "crmsolid.body_too_large" in request.META,
        "handler": type(request).__name__,
        "thread": threading.current_thread().name,
    }
    return JsonResponse(answer, status=413 if answer["too_large"] else 200)


def counters(request: HttpRequest) -> HttpResponse:
    return JsonResponse(counts)


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError("in the view")


def export(request: HttpRequest) -> StreamingHttpResponse:
    def rows() -> Iterator[bytes]:
        yield b"row\n"
        raise ValueError("midway")

    return StreamingHttpResponse(rows(), content_type="text/csv")


def file(request: HttpRequest) -> FileResponse:
    return FileResponse(open(__file__, "rb"), content_type="text/x-python")


def hang(request: HttpRequest) -> HttpResponse:
    threading.Event().wait()
    raise AssertionError("unreachable")


urlpatterns = [
    path("v1/echo", echo),
    path("v1/echo/<str:name>", echo),
    path("mcp", echo),
    path("counters", counters),
    path("broken", broken),
    path("export", export),
    path("file", file),
    path("hang", hang),
]


def count_connection(**_: object) -> None:
    counts["connections"] += 1


def main() -> None:
    from crmsolid.env import env_database

    database = {**env_database("DATABASE_URL"), "NAME": "postgres", "CONN_MAX_AGE": None}
    settings.configure(
        TRUSTED_PROXIES=0,
        ROOT_URLCONF="__main__",
        ALLOWED_HOSTS=["*"],
        SECRET_KEY="of the tests",
        DATA_UPLOAD_MAX_MEMORY_SIZE=None,
        DATABASES={"default": database},
        CACHES={"default": {"BACKEND": "__main__.CountedCache"}},
    )
    django.setup()
    connection_created.connect(count_connection)
    from crmsolid.serving.interface import BridgeLimits
    from crmsolid.serving.pool import django_thread
    from crmsolid.serving.root import RootApplication

    root = RootApplication(
        {"/mcp": get_asgi_application()},
        get_wsgi_application(),
        limits=BridgeLimits(max_body_bytes=100_000, shutdown_seconds=0.5),
        around_thread=django_thread,
    )
    listener = socket.socket(fileno=int(sys.argv[1]))
    config = uvicorn.Config(root, log_level="critical", proxy_headers=False, timeout_graceful_shutdown=1)
    uvicorn.Server(config).run([listener])


if __name__ == "__main__":
    main()
