"""What is logged of requests that Django refuses."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import OperationalError
from django.test import Client, override_settings

from crmsolid.logs import JsonFormatter, OutageFilter, RefusalFilter


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The log lines of a handler as the product configures it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RefusalFilter())
    handler.addFilter(OutageFilter())
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def test_the_handler_of_the_product_has_the_filter() -> None:
    assert settings.LOGGING["handlers"]["stderr"]["filters"] == ["refusals", "outages"]
    assert settings.LOGGING["filters"]["refusals"] == {"()": "crmsolid.logs.RefusalFilter"}
    assert settings.LOGGING["filters"]["outages"] == {"()": "crmsolid.logs.OutageFilter"}


@override_settings(ALLOWED_HOSTS=["crm.example.com"])
def test_requests_for_foreign_hosts_log_one_short_line(lines: io.StringIO) -> None:
    client = Client(raise_request_exception=False)
    for number in range(5):
        assert client.get("/panel/login/" + "x" * 1000, headers={"host": f"h{number}.example"}).status_code == 400
    logged: list[dict[str, Any]] = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [line["level"] for line in logged] == ["warning"]
    assert "'h0.example'" in logged[0]["message"]
    assert set(logged[0]) == {"time", "level", "logger", "message", "status_code"}


def test_a_long_refusal_is_cut(lines: io.StringIO) -> None:
    logging.getLogger("django.security.DisallowedHost").error("x" * 5000, exc_info=DisallowedHost())
    assert json.loads(lines.getvalue())["message"] == "x" * 200


def test_unavailable_database_is_logged_once_a_minute_by_each_logger(
    lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr("crmsolid.logs.time.monotonic", lambda: now[0])

    def fail(logger: str) -> None:
        for _ in range(4):
            log(outage(psycopg.OperationalError("no route to host")), logger)

    fail("crmsolid.api")
    fail("celery.app.trace")
    now[0] += 59
    fail("crmsolid.api")
    now[0] += 1
    fail("crmsolid.api")
    logged = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [(line["logger"], line["left_out"]) for line in logged] == [
        ("crmsolid.api", 0),
        ("celery.app.trace", 0),
        ("crmsolid.api", 7),
    ]
    assert all(line["traceback"].endswith("OperationalError: no route to host") for line in logged)


def outage(cause: Exception) -> OperationalError:
    """As Django raises it for an error of the driver."""
    error = OperationalError(*cause.args)
    error.__cause__ = cause
    return error


def log(error: Exception, logger: str = "crmsolid.api") -> None:
    logging.getLogger(logger).error("failed", exc_info=error)


@pytest.mark.parametrize(
    ("cause", "lines_logged"),
    [
        (psycopg.errors.AdminShutdown(), 1),
        (psycopg.errors.CannotConnectNow(), 1),
        (psycopg.errors.ConnectionFailure(), 1),
        (psycopg.errors.TooManyConnections(), 1),
        (psycopg.errors.DiskFull(), 1),
        (psycopg.errors.ReadOnlySqlTransaction(), 1),
        (psycopg.errors.DeadlockDetected(), 2),
        (psycopg.errors.QueryCanceled(), 2),
        (psycopg.errors.LockNotAvailable(), 2),
    ],
)
def test_only_outages_are_left_out(lines: io.StringIO, cause: Exception, lines_logged: int) -> None:
    for _ in range(2):
        log(outage(cause))
    assert len(lines.getvalue().splitlines()) == lines_logged


def test_other_errors_keep_their_traceback(lines: io.StringIO) -> None:
    for _ in range(2):
        logging.getLogger("django.request").error("failed", exc_info=ValueError())
    assert [("traceback" in json.loads(line)) for line in lines.getvalue().splitlines()] == [True, True]


@pytest.mark.django_db
def test_the_token_of_a_link_is_not_logged_when_its_page_fails(
    lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(uid: str, token: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("crmsolid.workspaces.accounts.user_of_reset_link", fail)
    answer = Client(raise_request_exception=False).get("/panel/password-reset/link/?uid=MQ&token=verysecret")
    assert answer.status_code == 500
    logged = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [line["request"] for line in logged] == ["GET /panel/password-reset/link/"]
    assert "verysecret" not in lines.getvalue()
