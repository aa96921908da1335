"""A connection to the product that breaks in the middle of a large request."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Condition, Thread
from typing import Literal

Order = Literal["hold", "cut", "go on"]


class Link:
    """A TCP proxy. Once ``large`` bytes of a connection have gone to the product, it holds back what follows, cuts the
    connection, or goes on, as it is told."""

    def __init__(self, product_port: int, large: int) -> None:
        self._product_port, self._large = product_port, large
        self._order: Order = "hold"
        self._told = Condition()
        self._server = socket.create_server(("127.0.0.1", 0))
        # A browser counts as uploaded what waits in buffers: this one, and its own of up to 4 MiB.
        self._server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        self.port: int = self._server.getsockname()[1]

    def tell(self, order: Order) -> None:
        with self._told:
            self._order = order
            self._told.notify_all()

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                browser, _ = self._server.accept()
                product = socket.create_connection(("127.0.0.1", self._product_port))
                for ends in ((browser, product, True), (product, browser, False)):
                    Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, is_watched: bool) -> None:
        """Bring what one end says to the other one. Whoever hears of the end, ends both."""
        carried = 0
        with suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
                carried += len(data)
                if is_watched and carried > self._large and self._is_cut():
                    break
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        source.close()

    def _is_cut(self) -> bool:
        with self._told:
            self._told.wait_for(lambda: self._order != "hold")
            return self._order == "cut"

    def close(self) -> None:
        self.tell("cut")
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


@contextmanager
def running_link(product_port: int, large: int) -> Iterator[Link]:
    link = Link(product_port, large)
    serving = Thread(target=link.serve)
    serving.start()
    try:
        yield link
    finally:
        link.close()
        serving.join()
