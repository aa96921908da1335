"""The API's own way in from WSGI: to its middleware, past the handler that Django's middleware and signals hang on.

None of the middleware below :class:`ApiMiddleware` is entered by the API, and of what Django does around every request
it needs two things: to let go of database connections that are broken or too old, and refusals in the log.
"""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.log import log_response

from crmsolid.api.middleware import ApiMiddleware, is_api


class ApiDoor:
    """A WSGI application for the requests it :meth:`takes`."""

    def __init__(self) -> None:
        self._answer = ApiMiddleware(_nobody_else)

    def takes(self, environ: WSGIEnvironment) -> bool:
        """Whether the request is for the API; one whose path is no UTF-8 is Django's to judge."""
        path: str = environ.get("PATH_INFO", "")
        return path.isascii() and is_api(path)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        close_old_connections()
        request = WSGIRequest(environ)
        response = self._answer(request)
        assert isinstance(response, HttpResponseBase)
        if response.status_code >= 400 and isinstance(response, HttpResponse):
            log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request)
        status = f"{response.status_code} {response.reason_phrase}"
        start_response(status, list(response.items()))
        if isinstance(response, HttpResponse):
            return [response.content]
        return response  # streamed: its end is Django's end of a request


def _nobody_else(request: HttpRequest) -> HttpResponseBase:
    raise AssertionError("not a request to the API")
