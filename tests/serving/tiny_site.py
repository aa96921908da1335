"""The web with an application that loads in no time, for what its processes do whatever they serve.

The arguments are values of ``crmsolid.serving.server``, such as ``HEALTH_SECONDS=5``, and then those of
``python -m crmsolid.serving``.
"""

import sys

from crmsolid.serving import __main__, server
from crmsolid.serving.interface import AsgiApplication, Receive, Scope, Send
from crmsolid.serving.root import RootApplication


async def healthz(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})


def application() -> AsgiApplication:
    return RootApplication({"/healthz": healthz}, lambda environ, start_response: [])


if __name__ == "__main__":
    values = [argument for argument in sys.argv[1:] if "=" in argument]
    for name, _, seconds in (value.partition("=") for value in values):
        assert hasattr(server, name)
        setattr(server, name, float(seconds))
    server.APPLICATION = "tests.serving.tiny_site:application"
    sys.exit(__main__.main(sys.argv[1 + len(values) :]))
