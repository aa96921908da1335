"""What several tests of contacts share."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from contacts.models import Contact, ContactTag
from crmsolid.events.models import Event
from crmsolid.workspaces.models import Workspace

INSERT_CONTACT = 'INSERT INTO "contacts_contact"'
SELECT_CONTACT = 'SELECT .* FROM "contacts_contact"'


def published_events() -> list[tuple[str, dict[str, Any]]]:
    """The type and data of each event, oldest first."""
    rows = Event.unscoped.order_by("created_at", "id")
    return [(row.type, json.loads(bytes(row.body))["data"]) for row in rows]


def nothing_is_stored() -> bool:
    return not Contact.unscoped.exists() and not ContactTag.unscoped.exists() and not Event.unscoped.exists()


def field_errors(response: Any) -> list[tuple[str, str]]:
    """The field and code of each validation error."""
    assert response.status_code == 422, response.content
    return [(error["field"], error["code"]) for error in response.json()["errors"]]


def without_created(contact: dict[str, Any]) -> dict[str, Any]:
    """A contact as POST answers it, in the form in which GET answers it."""
    return {name: value for name, value in contact.items() if name != "created"}


@contextmanager
def before_statement(pattern: str, action: Callable[[], Any], times: int = 1) -> Iterator[None]:
    """Run ``action`` before the first ``times`` SQL statements that match this regular expression from their start."""
    left, running = times, False

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left, running
        if left and not running and re.match(pattern, sql):
            left, running = left - 1, True
            action()
            running = False
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield


@contextmanager
def created_and_erased_by_others(workspace: Workspace, username: str, times: int) -> Iterator[None]:
    """So many times, a contact of this username exists when one is inserted, but no longer when it is looked up."""

    def create() -> None:
        Contact.unscoped.create(workspace=workspace, username=username, username_key=username)

    def erase() -> None:
        Contact.unscoped.filter(username_key=username).delete()

    with before_statement(INSERT_CONTACT, create, times), before_statement(SELECT_CONTACT, erase, times):
        yield
