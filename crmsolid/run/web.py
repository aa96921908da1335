"""The web server of one process."""

import errno
import os
import socket
import sys

import uvicorn

APPLICATION = "crmsolid.asgi:application"
GRACE_SECONDS = 5  # limited, because open streams never end by themselves


class CannotListen(Exception):
    """The address cannot be listened on. The message says why and what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 picks a free one. Bound before anything else is set up, so that a busy port is reported
    at once. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OverflowError:
        sock.close()
        raise CannotListen(f"there is no port {port}: ports are 0 to 65535") from None
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(f"port {port} is in use; try `make run PORT={port + 1}`") from None
        raise CannotListen(f"cannot listen on {host} port {port}: {error.strerror or error}") from None
    sock.set_inheritable(True)
    return sock


def build_server() -> uvicorn.Server:
    """``proxy_headers`` is off because uvicorn would believe any local client; ``TRUSTED_PROXIES`` decides instead."""
    from crmsolid.serving.http_protocol import ProblemProtocol  # it needs Django's settings

    config = uvicorn.Config(
        APPLICATION,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        log_config=None,
        http=ProblemProtocol,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return uvicorn.Server(config)


def serve(sock: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM. Requests in progress get ``GRACE_SECONDS`` to end."""
    server = build_server()
    try:
        server.run(sockets=[sock])
    except KeyboardInterrupt:  # uvicorn raises the signal again once it has shut down
        return
    if not server.started:
        sys.exit(os.EX_SOFTWARE)
