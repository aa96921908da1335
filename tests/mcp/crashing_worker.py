"""Calls send_message in a process that stops at a point, for tests/mcp/test_idempotency.py.

Token and arguments are in ``MCP_TOKEN`` and ``MCP_ARGUMENTS``.
"""

import json
import os
import sys

import django


def main(point: str) -> None:
    """``effect``: the message is written, nothing is committed. ``committed``: the answer is stored, but not sent."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
    django.setup()
    from crmsolid.api import idempotency
    from messaging import services
    from tests.crashing import then_stop
    from tests.mcp.helpers import call

    module, name = {"effect": (services, "send_message"), "committed": (idempotency, "run_once")}[point]
    setattr(module, name, then_stop(getattr(module, name)))
    call(os.environ["MCP_TOKEN"], "send_message", **json.loads(os.environ["MCP_ARGUMENTS"]))


if __name__ == "__main__":
    main(sys.argv[1])
