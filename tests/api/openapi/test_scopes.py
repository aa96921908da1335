"""Each operation of the document is called with each scope: it is for exactly those keys that the document says."""

import re
from typing import Any

from crmsolid.api.idempotency import IdempotencyRecord
from crmsolid.events.models import Event
from crmsolid.workspaces.actor import ALL_SCOPES, Scope
from tests.tenants import Api, Tenants

# It answers in another thread, which does not see the rows of this transaction; its own tests call it without a scope.
STREAM_PATH = "/v1/messages/stream"
# Two ids are numbers, all others are a prefix and a ULID.
NOWHERE = {"account_id": "999999", "template_id": "999999"}


def operations(document: dict[str, Any]) -> list[tuple[str, str, frozenset[Scope]]]:
    """Method, path and scopes of every operation; each id in a path is that of nothing."""
    found = []
    for path, methods in document["paths"].items():
        if path == STREAM_PATH:
            continue
        for method, operation in methods.items():
            (security,) = operation["security"]
            ids = {each["name"]: each["schema"] for each in operation.get("parameters", []) if each["in"] == "path"}
            values = {name: NOWHERE.get(name) or nowhere(schema) for name, schema in ids.items()}
            filled = path.format_map(values)
            found.append((method, filled, frozenset(Scope(scope) for scope in security["apiKey"])))
    return found


def nowhere(schema: dict[str, Any]) -> str:
    """An id that fits the schema and names nothing."""
    return re.sub(r"\[0-7].*", "0" * 26, schema["pattern"].removeprefix("^"))


def call(api: Api, method: str, path: str) -> Any:
    return getattr(api, method)(path, *(() if method in ("get", "delete") else ({},)))


def test_operations_are_for_the_keys_that_the_document_names(
    api: Api, tenants: Tenants, product_document: dict[str, Any]
) -> None:
    """Just those scopes are enough, and all others together are not."""
    every, wrong, refused, allowed = operations(product_document), [], 0, 0
    tokens: dict[frozenset[Scope], str] = {}
    events = Event.unscoped.count()
    assert len(every) > 70
    for method, path, needed in every:
        enough = needed or frozenset({Scope.READ_CONTACTS})  # a key has at least one
        for scopes in (enough, *(ALL_SCOPES - {scope} for scope in needed)):
            if scopes not in tokens:
                tokens[scopes] = tenants.key(scopes, rate_limit=10_000)
            answer = call(api(tokens[scopes]), method, path)
            if scopes == enough:
                allowed += 1
                is_right = answer.status_code not in (401, 403)
            else:
                refused += 1
                body = answer.json()
                is_right = (answer.status_code, body["code"]) == (403, "scope_missing")
                is_right = is_right and body["required_scope"] not in scopes
            if not is_right:
                wrong.append((method, path, sorted(scopes), answer.status_code))
    assert wrong == []
    assert allowed == len(every) and refused == sum(len(needed) for _, _, needed in every) > 90
    assert Event.unscoped.count() == events
    assert not IdempotencyRecord.unscoped.exists()  # nothing was done: each body is empty and each id is of nothing


def test_operations_are_for_nobody_without_a_key(api: Api, db: None, product_document: dict[str, Any]) -> None:
    statuses = {call(api(None), method, path).status_code for method, path, _ in operations(product_document)}
    assert statuses == {401}
