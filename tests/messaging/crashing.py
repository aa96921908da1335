"""A worker in a process of its own that stops dead at a chosen point and waits to be killed.

``python -m tests.messaging.crashing POINT`` dispatches, and says ``here`` on standard output when it has come to the
point. ``sweep`` as the point runs the sweep to its end.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

POINTS = ("claiming", "claimed", "sent", "settling", "settled", "answering")


def stop_here(*_: Any, **__: Any) -> Any:
    print("here", flush=True)
    while True:
        signal.pause()


def then_stop(function: Callable[..., Any]) -> Callable[..., Any]:
    """Do it, and come to the point right after."""

    def both(*args: Any, **options: Any) -> Any:
        function(*args, **options)
        return stop_here()

    return both


def arm(point: str) -> None:
    """Put the stop where the point is. Those within a transaction stop before its commit."""
    from crmsolid.events.publishing import publish
    from messaging import inbox
    from messaging.sending import dispatch, sandbox, settlement

    places: dict[str, tuple[Any, str, Callable[..., Any]]] = {
        "claiming": (dispatch, "_lease", then_stop(dispatch._lease)),
        "claimed": (sandbox.SandboxGateway, "send", stop_here),
        "sent": (sandbox.SandboxGateway, "send", then_stop(sandbox.SandboxGateway.send)),
        "settling": (settlement, "publish", then_stop(publish)),
        "settled": (sandbox.SandboxGateway, "after_sent", stop_here),
        "answering": (inbox, "publish", then_stop(publish)),
    }
    module, name, stop = places[point]
    setattr(module, name, stop)


def main(point: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
    import django

    django.setup()
    from messaging import tasks

    if point != "sweep":
        arm(point)
    tasks.sweep()


if __name__ == "__main__":
    main(sys.argv[1])
