"""Many requests over real connections: the threads they use and the state they leave behind."""

import threading
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from wsgiref.types import StartResponse, WSGIEnvironment

from crmsolid.serving.interface import BridgeLimits
from tests.serving.live_server import TIMEOUT, read_response, serve_wsgi


def test_view_that_raises_is_a_500_and_its_thread_survives() -> None:
    """After eight errors, four requests still run at once."""
    barrier = threading.Barrier(4, timeout=TIMEOUT)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/broken":
            raise SystemExit("not an Exception")
        barrier.wait()
        start_response("200 OK", [])
        return [threading.current_thread().name.encode()]

    with serve_wsgi(app) as live:
        assert [live.request("GET", "/broken")[0] for _ in range(8)] == [500] * 8
        clients = [live.connect() for _ in range(4)]
        for client in clients:
            client.sendall(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        names = {read_response(client).read() for client in clients}
        for client in clients:
            client.close()
    assert names == {b"wsgi-0", b"wsgi-1", b"wsgi-2", b"wsgi-3"}


def test_two_hundred_requests_at_once_use_four_threads() -> None:
    """Each request waits until four are inside, so fewer threads would never finish."""
    barrier = threading.Barrier(4, timeout=TIMEOUT)
    idents: list[int] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        idents.append(threading.get_ident())
        barrier.wait()
        start_response("200 OK", [])
        return [b"ok"]

    with serve_wsgi(app) as live:
        clients = [live.connect() for _ in range(200)]
        for client in clients:
            client.sendall(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        assert [read_response(client).read() for client in clients] == [b"ok"] * 200
        for client in clients:
            client.close()
    assert (len(idents), len(set(idents))) == (200, 4)


def test_context_variables_do_not_outlive_their_request() -> None:
    workspace: ContextVar[str] = ContextVar("workspace", default="none")
    seen: list[str] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def rows() -> Iterator[bytes]:
            seen.append(workspace.get())
            yield b"row"

        seen.append(workspace.get())
        workspace.set(environ["PATH_INFO"])
        start_response("200 OK", [])
        return rows()

    with serve_wsgi(app) as live:
        for _ in range(20):
            live.request("GET", "/one")
    assert seen == ["none", "/one"] * 20


def test_cancelled_request_is_not_begun() -> None:
    """The server cancels requests that still wait for a thread when its time for shutting down is over."""
    ran: list[str] = []
    release, running = threading.Event(), threading.Event()

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        ran.append(environ["PATH_INFO"])
        if len(ran) == 4:
            running.set()
        release.wait(TIMEOUT)
        start_response("200 OK", [])
        return []

    with serve_wsgi(app, BridgeLimits(shutdown_seconds=0.1)) as live:
        clients = [live.connect() for _ in range(10)]
        for client in clients[:4]:
            client.sendall(b"GET /busy HTTP/1.1\r\nHost: test\r\n\r\n")
        assert running.wait(TIMEOUT)
        for client in clients[4:]:
            client.sendall(b"GET /waiting HTTP/1.1\r\nHost: test\r\n\r\n")
        live.counter.wait_begun(10)
        live.stop()
        release.set()
        for client in clients:
            client.close()
    for thread in threading.enumerate():
        if thread.name.startswith("wsgi-"):
            thread.join(TIMEOUT)
    assert ran == ["/busy"] * 4
