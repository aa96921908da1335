"""What the pages about a user share: who may open them, their frame, secrets that a session keeps between two of them,
and the answer after too many attempts."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import split_domain_port, validate_host
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from crmsolid.core import clock, crypto
from crmsolid.panel.account import sign_in
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.context import panel_context
from crmsolid.workspaces.models import User

View = Callable[..., HttpResponseBase]

OWN_MACHINE = (".localhost", "127.0.0.1", "[::1]")


def page(*methods: str) -> Callable[[View], View]:
    """A page that anybody may open."""

    def decorate(view: View) -> View:
        return csrf_protect(never_cache(require_http_methods(["HEAD", *methods])(view)))

    return decorate


def own_page(*methods: str) -> Callable[[View], View]:
    """A page of somebody who is logged in; others log in first and come back."""

    def decorate(view: View) -> View:
        @wraps(view)
        def for_users(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return redirect_to_login(request.get_full_path(), reverse("account:login"))
            return view(request, *args, **kwargs)

        return page(*methods)(for_users)

    return decorate


def user_of(request: HttpRequest) -> User:
    """The user of an :func:`own_page`."""
    assert isinstance(request.user, User)
    return request.user


def show(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> TemplateResponse:
    """The page in the frame of the panel for members, else by itself."""
    panel = panel_context(request)
    in_panel = panel is not None and not panel.needs_two_factor
    frame = {"frame": "panel/page.html" if in_panel else "panel/alone.html", "in_panel": in_panel}
    context = {**admin.site.each_context(request), **frame, "sign_up_is_open": settings.SIGN_UP, **context}
    return TemplateResponse(request, f"account/{template}.html", context, status=status)


def own_address(request: HttpRequest, path: str) -> str:
    """The absolute address of ``path``, for an e-mail.

    Its host is that of the request, if ``ALLOWED_HOSTS`` names it or it is the own machine. A development machine
    allows every host, and a request may name that of another: there the address is the one that the request arrived at.
    """
    named = [host for host in settings.ALLOWED_HOSTS if host != "*"]
    if validate_host(split_domain_port(request.get_host())[0], [*named, *OWN_MACHINE]):
        return request.build_absolute_uri(path)
    name, port = request.META["SERVER_NAME"], request.META["SERVER_PORT"]
    return f"{request.scheme}://{f'[{name}]' if ':' in name else name}:{port}{path}"


def too_many(request: HttpRequest) -> HttpResponse:
    """The answer to ``TooManyAttempts``, which ``AccountMiddleware`` catches."""
    context = {**admin.site.each_context(request), "title": "Too many attempts"}
    response = render(request, "panel/too_many.html", context, status=429)
    response.headers["Retry-After"] = str(sign_in.RETRY_AFTER_SECONDS)
    add_never_cache_headers(response)
    return response


def home() -> HttpResponseRedirect:
    return HttpResponseRedirect(panel_url("index"))


def keep_secret(session: Any, name: str, value: Any, *, seconds: float) -> None:
    """Keep a value that JSON can hold for so many seconds, encrypted: Django stores sessions readable."""
    text = json.dumps([clock.now().timestamp() + seconds, value])
    session[name] = crypto.seal(text.encode(), f"session {name}").decode()


def read_secret(session: Any, name: str) -> Any:
    """The value; None if there is none, its time is over, or its key was removed from ``FIELD_ENCRYPTION_KEYS``."""
    try:
        until, value = json.loads(crypto.unseal(str(session.get(name, "")).encode(), f"session {name}"))
    except InvalidToken:
        return None
    return value if clock.now().timestamp() < until else None
