import socket
import subprocess
import sys

import pytest

from crmsolid.run.web import RESERVED_DESCRIPTORS, SEND_BUFFER_BYTES, CannotListen, build_server, listen


def test_busy_port_is_refused_with_a_suggestion() -> None:
    with listen("127.0.0.1", 0) as sock:
        sock.listen()
        port = sock.getsockname()[1]
        with pytest.raises(CannotListen) as refused:
            listen("127.0.0.1", port)
    assert str(refused.value) == f"port {port} is in use; try `make run PORT={port + 1}`"


def test_address_of_another_machine_is_refused() -> None:
    with pytest.raises(CannotListen, match=r"cannot listen on 192\.0\.2\.1 port 0"):
        listen("192.0.2.1", 0)


@pytest.mark.parametrize("port", [-1, 65536])
def test_port_out_of_range_is_refused(port: int) -> None:
    with pytest.raises(CannotListen, match=f"there is no port {port}: ports are 0 to 65535"):
        listen("127.0.0.1", port)


def test_the_kernel_holds_little_of_a_response() -> None:
    """A client that reads slowly is told from one that reads nothing by what it takes out of this buffer."""
    with listen("127.0.0.1", 0) as sock:
        sock.listen()
        with socket.create_connection(sock.getsockname()), sock.accept()[0] as connection:
            size = connection.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    assert size in (SEND_BUFFER_BYTES, 2 * SEND_BUFFER_BYTES)  # Linux doubles it for its own use


def test_server_ignores_forwarded_headers_and_names_no_software() -> None:
    config = build_server().config
    assert (config.proxy_headers, config.server_header, config.access_log) == (False, False, False)
    assert config.timeout_graceful_shutdown == 5


@pytest.mark.parametrize(
    ("soft", "hard", "expected"),
    [
        (256, 4096, f"1000 {1000 + RESERVED_DESCRIPTORS}"),  # the soft limit is raised
        (4096, 4096, "1000 4096"),
        (1024, 1900, f"{1900 // 2} 1900"),  # half, although fewer than the reserve remain
        (256, 256, "128 256"),
    ],
)
def test_connections_leave_descriptors_for_everything_else(soft: int, hard: int, expected: str) -> None:
    code = "from resource import *; from crmsolid.run.web import *; "
    code += "print(allowed_connections(1000), getrlimit(RLIMIT_NOFILE)[0])"
    command = f'ulimit -Sn {soft} && ulimit -Hn {hard} && exec {sys.executable} -c "{code}"'
    answer = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout == f"{expected}\n"
