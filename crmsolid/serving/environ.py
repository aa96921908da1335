"""An ASGI scope as the environ of PEP 3333."""

import sys
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIEnvironment

from crmsolid.serving.types import Scope

# Names of headers (as environ keys) that the request has more than once: their values are joined in the environ.
REPEATED_HEADERS = "crmsolid.repeated_headers"

_CONSTANT: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


def build_environ(scope: Scope) -> WSGIEnvironment:
    """Everything but the body: `wsgi.input` is missing and CONTENT_LENGTH is what the client declared, if anything."""
    environ = _CONSTANT.copy()
    environ["REQUEST_METHOD"] = scope["method"]
    environ["PATH_INFO"] = _raw_path(scope)
    environ["QUERY_STRING"] = scope["query_string"].decode("latin-1")
    environ["SERVER_PROTOCOL"] = "HTTP/" + scope["http_version"]
    environ["wsgi.url_scheme"] = scope.get("scheme", "http")
    environ["wsgi.errors"] = sys.stderr
    root_path = scope.get("root_path")
    if root_path:
        _move_root_path(environ, root_path)
    _add_addresses(environ, scope)
    _add_headers(environ, scope["headers"])
    return environ


def _raw_path(scope: Scope) -> str:
    """The path's bytes as latin-1: a path that is not UTF-8 reaches Django as it was sent, for Django to judge."""
    raw_path: bytes | None = scope.get("raw_path")
    if raw_path is None:
        raw_path = scope["path"].encode("utf-8", "surrogateescape")
    elif b"%" in raw_path:
        raw_path = unquote_to_bytes(raw_path)
    return raw_path.decode("latin-1")


def _move_root_path(environ: WSGIEnvironment, root_path: str) -> None:
    """ASGI's path includes the mount point, WSGI keeps it apart."""
    script_name = root_path.encode("utf-8", "surrogateescape").decode("latin-1").rstrip("/")
    path = environ["PATH_INFO"]
    environ["SCRIPT_NAME"] = script_name
    if path == script_name or path.startswith(script_name + "/"):
        environ["PATH_INFO"] = path[len(script_name) :]


def _add_addresses(environ: WSGIEnvironment, scope: Scope) -> None:
    """A unix socket has neither a client nor a port; PEP 3333 wants the server's two never empty."""
    client = scope.get("client")
    if client:
        environ["REMOTE_ADDR"] = client[0]
        environ["REMOTE_PORT"] = str(client[1])
    else:
        environ["REMOTE_ADDR"] = ""
    server = scope.get("server") or ("localhost", None)
    environ["SERVER_NAME"] = server[0]
    environ["SERVER_PORT"] = str(server[1] or 80)


def _add_headers(environ: WSGIEnvironment, headers: list[tuple[bytes, bytes]]) -> None:
    for name, value in headers:
        key = _environ_key(name)
        if key is None:
            continue
        text = value.decode("latin-1")
        if key in environ:
            # RFC 9110 5.3 joins with a comma; RFC 9113 8.2.3 makes cookies the exception.
            text = environ[key] + ("; " if key == "HTTP_COOKIE" else ",") + text
            environ[REPEATED_HEADERS] = (*environ.get(REPEATED_HEADERS, ()), key)
        environ[key] = text


@lru_cache(maxsize=512)
def _environ_key(name: bytes) -> str | None:
    """None for what must not pass: `X_Real_Ip` would arrive as `X-Real-Ip`, past a proxy that strips the latter;
    and Transfer-Encoding is no longer true of a body that arrives whole (RFC 9112 7.1.3)."""
    if b"_" in name:
        return None
    key = name.decode("latin-1").upper().replace("-", "_")
    if key == "TRANSFER_ENCODING":
        return None
    return key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key
