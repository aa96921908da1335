"""``python -m crmsolid.run [web | worker | scheduler]``; without a role, the whole product on this machine."""

import argparse
import os
import socket
import sys
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured

from crmsolid.run.database import DatabaseUnavailable, ensure_database
from crmsolid.run.supervisor import end_with_supervisor, supervise, web_processes, worker_and_scheduler
from crmsolid.run.web import CannotListen, listen, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one role, or all of them. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m crmsolid.run", description=__doc__)
    parser.add_argument("role", nargs="?", choices=["web", "worker", "scheduler"])
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="0 picks a free one (8000)")
    parser.add_argument("--fd", type=int, help=argparse.SUPPRESS)  # a socket inherited from the supervisor
    options = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
    end_with_supervisor()
    try:
        return {"web": _web, "worker": _background, "scheduler": _background}.get(options.role, _all)(options)
    except (CannotListen, DatabaseUnavailable, ImproperlyConfigured) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # during the start; after it, each role handles the signal itself
        return 130


def _all(options: argparse.Namespace) -> int:
    """Create the database and, outside production, the demo workspace if they are missing. Then run web, worker and
    scheduler, and print the startup message once they answer."""
    sock = listen(options.host, options.port)
    several_processes = bool(os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))
    if several_processes:
        os.environ.setdefault("CRMSOLID_WEB_PROCESSES", "2")
    from django.conf import settings

    ensure_database(settings.DATABASES["default"])
    _set_up_django()
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0, interactive=False)
    from crmsolid.run import startup_message
    from crmsolid.run.demo import ensure_demo

    demo = None if settings.PRODUCTION else ensure_demo()
    connections.close_all()
    host, port = options.host, sock.getsockname()[1]
    shown_host = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    startup_message.print_when_ready(port, startup_message.compose(f"http://{shown_host}:{port}", demo))
    if several_processes:
        return supervise([*web_processes(sock, settings.WEB_PROCESSES), *worker_and_scheduler()])
    from crmsolid.run import embedded

    embedded.run(sock)
    return 0


def _set_up_django() -> None:
    import django

    django.setup()
    from crmsolid.checks import print_warnings, refuse_unsafe_start

    refuse_unsafe_start()
    print_warnings()


def _web(options: argparse.Namespace) -> int:
    """Web processes alone: this one, or a supervisor with as many as ``CRMSOLID_WEB_PROCESSES`` says."""
    if options.fd is not None:
        serve(socket.socket(fileno=options.fd))
        return 0
    sock = listen(options.host, options.port)
    _set_up_django()
    from django.conf import settings

    from crmsolid.events import watermark

    watermark.check_in_background()
    if settings.WEB_PROCESSES == 1:
        serve(sock)
        return 0
    return supervise(web_processes(sock, settings.WEB_PROCESSES))


def _background(options: argparse.Namespace) -> int:
    """The worker or the scheduler alone."""
    from django.conf import settings

    if not settings.REDIS_URL:
        text = f"a separate {options.role} needs REDIS_URL; without it the web process has its own"
        print(f"cannot start: {text}", file=sys.stderr)
        return 1
    from crmsolid.core.garbage_collection import freeze_loaded_objects
    from crmsolid.run import background

    if options.role == "scheduler":
        background.build_beat().run()
        return 0
    _set_up_django()  # the queues that the worker listens to depend on the apps
    worker = background.build_worker()
    freeze_loaded_objects()
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main())
