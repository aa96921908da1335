"""Reads the cases with the Python client: each operation by its method, on a server that answers the case."""

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx

from crmsolid_client import CrmSolid
from crmsolid_client._model import Model
from crmsolid_client.errors import CrmSolidError, UnexpectedAnswerError, UnreadableEvent
from crmsolid_client.models import WebhookEvent
from crmsolid_client.webhooks import sign_webhook, verify_webhook
from tests.sdk.test_surface import arguments_of, methods_of, operation_of
from tests.sdk.tolerance.corpus import EVENT_OBJECTS, Case, Result

SECRET = "whsec_dG9sZXJhbmNl"


class Server:
    """Answers what it is told to."""

    def __init__(self) -> None:
        self.operation = ""
        self.answer = httpx.Response(418)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.operation = operation_of(request.method, urlsplit(str(request.url)).path)
        return self.answer


def results(cases: list[Case]) -> Iterator[Result]:
    server = Server()
    with CrmSolid("cs_test_aaaa_key", "http://127.0.0.1", http_transport=httpx.MockTransport(server)) as crm:
        calls = dict(_calls(crm, server))
        for number, case in enumerate(cases):
            if not case.operation:
                yield _outcome(number, case, lambda body: _dump(_verified(body)))
                continue
            server.answer = httpx.Response(case.status, json=case.body)
            call = calls[case.operation]
            yield _outcome(number, case, lambda _, call=call: call())  # type: ignore[misc]


def _calls(crm: CrmSolid, server: Server) -> Iterator[tuple[str, Callable[[], Any]]]:
    """A call of each operation, which returns the JSON of what was read."""
    for name, function in methods_of(crm):
        if name == "sequences.enroll_many":
            continue  # the other answer of an operation
        positional, values = arguments_of(function)

        def call(function: Any = function, positional: Any = positional, values: Any = values) -> Any:
            result = function(*positional, **values)
            if hasattr(result, "by_page"):
                return {"data": [_dump(row) for row in result]}
            if isinstance(result, Model):
                return _dump(result)
            return {"data": [_dump(row) for row in result]} if isinstance(result, list) else None

        server.operation = ""
        with contextlib.suppress(CrmSolidError):
            call()
        if server.operation:  # not a download, which makes no request until it is read
            yield server.operation, call


def _verified(body: Any) -> WebhookEvent:
    raw = json.dumps(body).encode()
    return verify_webhook(raw, sign_webhook(raw, SECRET, webhook_id="evt_1"), SECRET)


def _dump(model: Any) -> Any:
    if isinstance(model, WebhookEvent):
        for name in EVENT_OBJECTS:
            getattr(model, name)  # is read when it is asked for
    return model.model_dump(mode="json", by_alias=True)


def _outcome(number: int, case: Case, read: Callable[[Any], Any]) -> Result:
    try:
        value = read(case.body)
    except UnreadableEvent:
        return Result(number, "unreadable")
    except UnexpectedAnswerError:
        return Result(number, "error")
    except Exception as error:
        return Result(number, repr(error))
    return Result(number, "read", [found(value, path) for path in case.kept])


def found(value: Any, path: tuple[str | int, ...]) -> Any:
    """What stands there; None if nothing does."""
    for step in path:
        is_there = len(value) > step if isinstance(step, int) and isinstance(value, list) else step in (value or ())
        if not is_there:
            return None
        value = value[step]
    return value
