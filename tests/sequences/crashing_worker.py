"""A worker process of sequences that stops at a chosen point and waits to be killed.

``python -m tests.sequences.crashing_worker POINT`` makes and sends what is due, and prints ``reached`` when it stops at
the point. With ``end`` as the point it runs until nothing is due.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

from tests.crashing import stop_here, then_stop

POINTS = ("making", "made", "claimed", "delivered", "settling", "settled", "handling", "completing")


def stop_at(point: str) -> None:
    """Stop at the point. ``making``, ``settling``, ``handling`` and ``completing`` are within a transaction."""
    from messaging import tasks
    from messaging.sending import sandbox, sources
    from sequences.running import due_steps, progress

    stops: dict[str, tuple[Any, str, Callable[..., Any]]] = {
        "making": (due_steps, "_make_messages", then_stop(due_steps._make_messages)),
        "made": (tasks, "sweep", stop_here),
        "claimed": (sandbox.SandboxGateway, "send", stop_here),
        "delivered": (sandbox.SandboxGateway, "send", then_stop(sandbox.SandboxGateway.send)),
        "settling": (sources, "settled", then_stop(sources.settled)),
        "settled": (sandbox.SandboxGateway, "after_sent", stop_here),
        "handling": (progress, "start_step", then_stop(progress.start_step)),
        "completing": (progress, "publish_completed", _stop_if_any(progress.publish_completed)),
    }
    module, name, stop = stops[point]
    setattr(module, name, stop)


def _stop_if_any(publish_completed: Callable[..., Any]) -> Callable[..., Any]:
    """Call the function, and stop if one of the enrollments is completed."""

    def wrapped(changed: Any) -> None:
        publish_completed(changed)
        if any(enrollment.status == "completed" for enrollment in changed):
            stop_here()

    return wrapped


def main(point: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
    import django

    django.setup()
    from messaging import tasks as messaging
    from sequences import tasks as sequences

    if point != "end":
        stop_at(point)
    # The last of them for messages that a claim canceled, which count as not tried.
    while sequences.run() + messaging.sweep() + sequences.run():
        pass


if __name__ == "__main__":
    main(sys.argv[1])
