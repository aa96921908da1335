"""``python -m crmsolid.run [web | worker | scheduler]``; without a role, the whole product of this machine."""

import argparse
import os
import socket
import sys
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured

from crmsolid.run.database import DatabaseUnavailable, ensure_database
from crmsolid.run.parent_watch import end_with_supervisor
from crmsolid.run.web import CannotListen, listen, serve


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crmsolid.settings")
    end_with_supervisor()
    try:
        return {"web": _web, "worker": _worker, "scheduler": _scheduler}.get(options.role, _all)(options)
    except (CannotListen, DatabaseUnavailable, ImproperlyConfigured) as error:
        print(f"cannot start: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # during the set-up; later on each role ends as it should
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m crmsolid.run", description=__doc__)
    parser.add_argument("role", nargs="?", choices=["web", "worker", "scheduler"])
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="0 picks a free one (8000)")
    parser.add_argument("--fd", type=int, help=argparse.SUPPRESS)  # a socket inherited from the supervisor
    return parser


def _all(options: argparse.Namespace) -> int:
    """Database, demo workspace, web, worker, scheduler."""
    sock = listen(options.host, options.port)
    split = bool(os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"))
    if split:
        os.environ.setdefault("CRMSOLID_WEB_PROCESSES", "2")
    _prepare()
    _greet(sock, options.host)
    if split:
        return _supervise_all(sock)
    from crmsolid.run import embedded

    embedded.run(sock)
    return 0


def _prepare() -> None:
    """A database of this version."""
    from django.conf import settings

    ensure_database(settings.DATABASES["default"])
    _set_up()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def _set_up() -> None:
    import django

    django.setup()
    from crmsolid.checks import refuse_unsafe_start

    refuse_unsafe_start()


def _greet(sock: socket.socket, host: str) -> None:
    from django.conf import settings
    from django.db import connections

    from crmsolid.run import startup_message
    from crmsolid.run.demo import ensure_demo

    demo = None if settings.PRODUCTION else ensure_demo()
    connections.close_all()
    port = sock.getsockname()[1]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    startup_message.greet_when_ready(port, startup_message.compose(f"http://{shown}:{port}", demo), _write)


def _write(text: str) -> None:
    print(text, flush=True)


def _supervise_all(sock: socket.socket) -> int:
    from django.conf import settings

    from crmsolid.run.processes import supervise, web_parts, work_parts

    return supervise([*web_parts(sock, settings.WEB_PROCESSES), *work_parts()])


def _web(options: argparse.Namespace) -> int:
    """Web processes alone: one here, or as many as ``CRMSOLID_WEB_PROCESSES`` says under a supervisor."""
    if options.fd is not None:
        serve(socket.socket(fileno=options.fd))
        return 0
    sock = listen(options.host, options.port)
    _set_up()
    from django.conf import settings

    if settings.WEB_PROCESSES == 1:
        serve(sock)
        return 0
    from crmsolid.run.processes import supervise, web_parts

    return supervise(web_parts(sock, settings.WEB_PROCESSES))


def _worker(options: argparse.Namespace) -> int:
    if not _needs_redis("worker"):
        return 1
    import django

    from crmsolid.run.worker import THREADS, build_worker

    django.setup()  # which queues it listens to depends on the apps

    worker = build_worker(THREADS)
    worker.start()
    return int(worker.exitcode or 0)


def _scheduler(options: argparse.Namespace) -> int:
    if not _needs_redis("scheduler"):
        return 1
    from crmsolid.run.scheduler import build_beat

    build_beat().run()
    return 0


def _needs_redis(role: str) -> bool:
    from django.conf import settings

    if settings.REDIS_URL:
        return True
    print(f"cannot start: a separate {role} needs REDIS_URL; without it the web process has its own", file=sys.stderr)
    return False


if __name__ == "__main__":
    sys.exit(main())
