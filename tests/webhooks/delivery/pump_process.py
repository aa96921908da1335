"""A process that runs a pump and sends itself a signal at a point: ``python -m …pump_process POINT [SIGNAL [LEASE]]``.

``claimed``: claims are committed, nothing is posted. ``posted``: responses are here, nothing is settled. ``settling``:
all is written, the transaction is open. ``settled``: committed, the next claims are not posted. ``positioned``: events
have their positions, nothing is claimed, the transaction is open. ``never``: no signal.

SIGNAL is ``KILL`` or ``STOP``; after the latter the pump goes on where it was. LEASE is in seconds.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import django


def main(point: str, signal_name: str = "KILL", lease: str = "") -> None:
    django.setup()
    from webhooks import endpoint_health
    from webhooks.delivery import pump, queue
    from webhooks.delivery.sender import Sender

    number = signal.Signals[f"SIG{signal_name}"]
    if lease:
        queue.LEASE = pump.LEASE = timedelta(seconds=float(lease))
    match point:
        case "claimed":
            Sender.submit = signaled(Sender.submit, number)  # type: ignore[method-assign]
        case "posted":
            vars(pump)["settle"] = signaled(pump.settle, number)
        case "settling":
            vars(endpoint_health)["record_results"] = signaled(endpoint_health.record_results, number)
        case "settled":
            Sender.submit = signaled(Sender.submit, number, call=2)  # type: ignore[method-assign]
        case "positioned":
            vars(pump)["claim"] = signaled(pump.claim, number)
    print(pump.Pump().run(), flush=True)


def signaled(function: Callable[..., Any], number: int, *, call: int = 1) -> Callable[..., Any]:
    """``function``, which sends the signal to this process just before its first call, or that of another number."""
    calls = count(1)

    def wrapped(*args: Any, **options: Any) -> Any:
        if next(calls) == call:
            os.kill(os.getpid(), number)
        return function(*args, **options)

    return wrapped


if __name__ == "__main__":
    main(*sys.argv[1:])
