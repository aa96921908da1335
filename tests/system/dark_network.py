"""A network in which the database can become silent: packets vanish in both directions, and nothing is refused.

It needs root and iproute2. PostgreSQL may listen on 127.0.0.1 only, so a forwarder stands for it.
"""

import contextlib
import random
import select
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

NOBODY = "02:00:00:00:00:00"  # a hardware address that no interface has
INSIDE = "outwards"  # the interface in the namespace


@dataclass(frozen=True, slots=True)
class DarkNetwork:
    """A namespace for the product, linked to the namespace of the tests.

    The product connects to ``database`` from ``product``. Its web server listens on ``web``, where the tests reach it
    even while the database is silent.
    """

    name: str
    database: str
    product: str
    web: str

    def go_dark(self) -> None:
        """From now on neither side receives anything of the other, and no error either: frames go to nobody."""
        _ip("neigh", "replace", self.product, "dev", self.name, "lladdr", NOBODY, "nud", "permanent")
        _ip("-n", self.name, "neigh", "replace", self.database, "dev", INSIDE, "lladdr", NOBODY, "nud", "permanent")

    def recover(self) -> None:
        _ip("neigh", "del", self.product, "dev", self.name)
        _ip("-n", self.name, "neigh", "del", self.database, "dev", INSIDE)

    def inside(self, *command: str) -> list[str]:
        """The command that runs this one in the product's namespace."""
        return ["ip", "netns", "exec", self.name, *command]


@contextlib.contextmanager
def dark_network() -> Iterator[DarkNetwork]:
    """Skips the test where namespaces are not permitted."""
    if shutil.which("ip") is None:
        pytest.skip("needs network namespaces: iproute2 is not installed")
    number = random.randrange(2**14)  # the subnet, in 198.18.0.0/15, which is reserved for tests
    addresses = [f"198.{18 + number // 2**13}.{number // 32 % 256}.{number % 32 * 8 + host}" for host in range(1, 5)]
    outside, database, product, web = addresses
    network = DarkNetwork(f"crmsolid{number}", database, product, web)
    try:
        _ip("netns", "add", network.name)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"needs network namespaces: {error.stderr.strip()}")
    try:
        _ip("link", "add", network.name, "type", "veth", "peer", "name", INSIDE, "netns", network.name)
        for address in (outside, database):
            _ip("address", "add", f"{address}/29", "dev", network.name)
        for address in (product, web):
            _ip("-n", network.name, "address", "add", f"{address}/29", "dev", INSIDE)
        _ip("link", "set", network.name, "up")
        _ip("-n", network.name, "link", "set", INSIDE, "up")
        _ip("-n", network.name, "link", "set", "lo", "up")
        yield network
    finally:
        _ip("netns", "del", network.name)  # and with it the link


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True, timeout=20)


@contextlib.contextmanager
def forwarder(address: str, target: tuple[str, int]) -> Iterator[int]:
    """Forwards each TCP connection to ``address`` to ``target``. Yields the port. The target must end its connections
    before the block ends."""
    threads: list[threading.Thread] = []
    with socket.create_server((address, 0)) as server:

        def accept() -> None:
            with contextlib.suppress(OSError):  # the server is shut down
                while True:
                    threads.append(threading.Thread(target=_forward, args=(server.accept()[0], target), daemon=True))
                    threads[-1].start()

        threads.append(threading.Thread(target=accept, daemon=True))
        threads[0].start()
        try:
            yield int(server.getsockname()[1])
        finally:
            server.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join(5)


def _connect(host: str, port: int) -> socket.socket:
    """A host that is a folder has PostgreSQL's unix socket in it."""
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    far = socket.socket(socket.AF_UNIX)
    far.connect(f"{host}/.s.PGSQL.{port}")
    return far


def _forward(near: socket.socket, target: tuple[str, int]) -> None:
    """Until one side ends the connection."""
    with near, _connect(*target) as far, contextlib.suppress(OSError):  # a reset, or a timeout
        while True:
            for source, sink in ((near, far), (far, near)):
                if source in select.select([near, far], [], [])[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    sink.sendall(data)
