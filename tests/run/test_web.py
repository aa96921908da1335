import pytest

from crmsolid.run.web import CannotListen, build_server, listen


def test_a_busy_port_is_told_with_a_way_out() -> None:
    with listen("127.0.0.1", 0) as sock:
        sock.listen()
        port = sock.getsockname()[1]
        with pytest.raises(CannotListen) as refused:
            listen("127.0.0.1", port)
    assert str(refused.value) == f"port {port} is in use; try `make run PORT={port + 1}`"


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(CannotListen, match=r"cannot listen on 192\.0\.2\.1 port 0"):
        listen("192.0.2.1", 0)


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_cannot_be_is_told(port: int) -> None:
    with pytest.raises(CannotListen, match=f"there is no port {port}: ports are 0 to 65535"):
        listen("127.0.0.1", port)


def test_the_server_believes_no_forwarded_header_and_names_no_software() -> None:
    config = build_server().config
    assert (config.proxy_headers, config.server_header, config.access_log) == (False, False, False)
    assert config.timeout_graceful_shutdown == 5
