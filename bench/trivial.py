"""A Django with one trivial synchronous view, served as ASGI, as WSGI and through the bridge, for comparison."""

import os

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


WORK = int(os.environ.get("BENCH_WORK", "0"))


def trivial(request: HttpRequest) -> HttpResponse:
    """BENCH_WORK makes it cost what a real view costs: 20000 is about a millisecond."""
    for _ in range(WORK):
        pass
    return HttpResponse(b"ok", content_type="text/plain")


urlpatterns = [path("trivial", trivial)]
settings.configure(
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="bench",
    MIDDLEWARE=MIDDLEWARE if os.environ.get("BENCH_MIDDLEWARE") else [],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
)
django.setup()

from crmsolid.serving.pool import django_thread
from crmsolid.serving.root import RootApplication

plain_asgi = ASGIHandler()
wsgi = WSGIHandler()
bridged = RootApplication({"/mcp": plain_asgi}, wsgi, around_thread=django_thread)
