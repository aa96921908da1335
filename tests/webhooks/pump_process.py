"""A process that pumps, and kills itself with SIGKILL at a point: ``python -m tests.webhooks.pump_process POINT``.

``claimed``: claims are committed, nothing is posted. ``posted``: answers are here, nothing is settled. ``settling``:
all is written, the transaction is open. ``settled``: committed, the next claims are not posted. ``never``: it lives.
"""

import os
import signal
import sys

import django


def die(*args: object, **options: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(point: str) -> None:
    django.setup()
    from webhooks import endpoint_health
    from webhooks.delivery import pump
    from webhooks.delivery.sender import Courier

    match point:
        case "claimed":
            Courier.submit = die  # type: ignore[method-assign]
        case "posted":
            vars(pump)["settle"] = die
        case "settling":
            vars(endpoint_health)["note"] = die
        case "settled":
            submit, calls = Courier.submit, iter([True])
            Courier.submit = lambda self, work: submit(self, work) if next(calls, None) else die()  # type: ignore
    print(pump.Pump().run(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
