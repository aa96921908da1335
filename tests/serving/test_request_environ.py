from typing import Any

import pytest

from crmsolid.serving.request import REPEATED_HEADERS, build_environ


def scope(*headers: tuple[bytes, bytes], **changes: Any) -> dict[str, Any]:
    plain = {
        "type": "http",
        "method": "GET",
        "path": "/v1/contacts",
        "raw_path": b"/v1/contacts",
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "client": ("192.0.2.7", 50123),
        "headers": list(headers),
    }
    return plain | changes


def test_environ_of_a_plain_request() -> None:
    environ = build_environ(scope((b"host", b"crm.example"), query_string=b"limit=2&q=a%20b"))
    del environ["wsgi.errors"]
    assert environ == {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/v1/contacts",
        "QUERY_STRING": "limit=2&q=a%20b",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "REMOTE_ADDR": "192.0.2.7",
        "REMOTE_PORT": "50123",
        "HTTP_HOST": "crm.example",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def test_requests_do_not_share_an_environ() -> None:
    build_environ(scope((b"x-only-here", b"1")))
    assert "HTTP_X_ONLY_HERE" not in build_environ(scope())


@pytest.mark.parametrize(
    ("headers", "key", "value"),
    [
        ([(b"accept", b"a"), (b"accept", b"b")], "HTTP_ACCEPT", "a,b"),
        (
            [(b"x-forwarded-for", b"1.1.1.1"), (b"x-forwarded-for", b"2.2.2.2")],
            "HTTP_X_FORWARDED_FOR",
            "1.1.1.1,2.2.2.2",
        ),
        ([(b"cookie", b"a=1"), (b"cookie", b"b=2")], "HTTP_COOKIE", "a=1; b=2"),
        ([(b"cookie", b'a=1; b="\\""; c=3'), (b"cookie", b"d=\\")], "HTTP_COOKIE", "a=1; c=3"),
        ([(b"content-type", b"text/csv")], "CONTENT_TYPE", "text/csv"),
        ([(b"content-length", b"12")], "CONTENT_LENGTH", "12"),
        ([(b"x-name", b"Ren\xe9")], "HTTP_X_NAME", "Ren\xe9"),
        ([(b"x-empty", b"")], "HTTP_X_EMPTY", ""),
    ],
)
def test_headers_become_environ_keys(headers: list[tuple[bytes, bytes]], key: str, value: str) -> None:
    assert build_environ(scope(*headers))[key] == value


def test_header_with_underscores_is_dropped() -> None:
    environ = build_environ(scope((b"x-real-ip", b"192.0.2.7"), (b"x_real_ip", b"10.0.0.1"), (b"content_length", b"9")))
    assert environ["HTTP_X_REAL_IP"] == "192.0.2.7"
    assert "CONTENT_LENGTH" not in environ


def test_transfer_encoding_is_dropped() -> None:
    assert "HTTP_TRANSFER_ENCODING" not in build_environ(scope((b"transfer-encoding", b"chunked")))


@pytest.mark.parametrize(
    ("raw_path", "path_info"),
    [
        (b"/a%20b", "/a b"),
        (b"/caf%C3%A9", "/caf\xc3\xa9"),
        (b"/caf%E9", "/caf\xe9"),
        (b"/a%2Fb%25", "/a/b%"),
        (b"/a%zz", "/a%zz"),
        (b"", ""),
    ],
)
def test_path_keeps_its_bytes(raw_path: bytes, path_info: str) -> None:
    assert build_environ(scope(raw_path=raw_path, path="/not/looked/at"))["PATH_INFO"] == path_info


def test_unix_socket_has_no_addresses() -> None:
    environ = build_environ(scope(client=None, server=("/run/crm.sock", None)))
    assert environ["REMOTE_ADDR"] == ""
    assert environ["SERVER_PORT"] == "80"
    assert "REMOTE_PORT" not in environ


def test_scheme_and_protocol_are_those_of_the_connection() -> None:
    environ = build_environ(scope(scheme="https", http_version="1.0"))
    assert (environ["wsgi.url_scheme"], environ["SERVER_PROTOCOL"]) == ("https", "HTTP/1.0")


def test_repeated_headers_are_named() -> None:
    environ = build_environ(scope((b"idempotency-key", b"a"), (b"accept", b"x/y"), (b"idempotency-key", b"b")))
    assert environ["HTTP_IDEMPOTENCY_KEY"] == "a,b"
    assert environ[REPEATED_HEADERS] == ("HTTP_IDEMPOTENCY_KEY",)
    assert REPEATED_HEADERS not in build_environ(scope((b"idempotency-key", b"a,b")))
