"""A batch, and after a failure each of its items alone."""

import logging
from collections.abc import Iterator

import psycopg
import pytest
from django.db import InterfaceError, OperationalError

from crmsolid.core.batches import go_on_after_error, together_or_alone

logger = logging.getLogger("crmsolid.tests")


def database_error(cause: psycopg.Error) -> OperationalError:
    error = OperationalError("failed")
    error.__cause__ = cause
    return error


OUTAGE = database_error(psycopg.errors.AdminShutdown())
DEADLOCK = database_error(psycopg.errors.DeadlockDetected())


def run(batch_error: Exception | None, errors_alone: dict[str, Exception], put_off: list[str]) -> list[str]:
    def together() -> str:
        if batch_error is not None:
            raise batch_error
        return "all"

    def alone(item: str) -> str:
        if item in errors_alone:
            raise errors_alone[item]
        return item.upper()

    def items() -> Iterator[str]:
        assert batch_error is not None, "read without a failure"
        yield from ("a", "b", "c")

    return together_or_alone(together, items(), alone, logger=logger, what="thing", after_failure=put_off.append)


@pytest.mark.parametrize(
    ("batch_error", "errors_alone", "results", "failed"),
    [
        (None, {}, ["all"], []),
        (ValueError(), {}, ["A", "B", "C"], []),
        (ValueError(), {"b": ValueError()}, ["A", "C"], ["b"]),
        (DEADLOCK, {}, ["A", "B", "C"], []),
    ],
)
def test_items_are_done_alone_after_a_bug_and_those_that_fail_are_put_off(
    batch_error: Exception | None,
    errors_alone: dict[str, Exception],
    results: list[str],
    failed: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    put_off: list[str] = []
    assert run(batch_error, errors_alone, put_off) == results
    assert put_off == failed
    assert [vars(record)["thing_id"] for record in caplog.records if "thing_id" in vars(record)] == failed


@pytest.mark.parametrize(
    ("batch_error", "errors_alone"),
    [(OUTAGE, {}), (ValueError(), {"a": OUTAGE}), (ValueError(), {"a": DEADLOCK}), (InterfaceError(), {"a": OUTAGE})],
)
def test_an_error_of_the_database_is_raised(batch_error: Exception, errors_alone: dict[str, Exception]) -> None:
    put_off: list[str] = []
    with pytest.raises(OperationalError):
        run(batch_error, errors_alone, put_off)
    assert put_off == []


def test_a_block_goes_on_after_a_bug_and_says_so() -> None:
    with go_on_after_error(logger, "failed") as block:
        raise ValueError
    assert block.failed
    with go_on_after_error(logger, "failed") as block:
        pass
    assert not block.failed
    for error in (DEADLOCK, InterfaceError(), KeyboardInterrupt()):
        with pytest.raises(type(error)), go_on_after_error(logger, "failed"):
            raise error
