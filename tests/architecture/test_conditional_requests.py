"""Each operation of /v1 on one object honours If-Match and If-None-Match (RFC 9110, 13). Those that start a job have
tests beside their own, because the object is as it was when they answer.

The URL configuration says what there is. A new PATCH, PUT or conditional POST needs a line in ``BODIES``.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apikeys.models import ApiKey
from contacts.models import ContactTag, CustomField
from crmsolid.api.endpoint import Endpoint, ListOf, Raw
from crmsolid.core import clock
from crmsolid.limits.models import Proposal
from crmsolid.urls import v1
from messaging.models import HistoryRequest, Thread
from sequences.models import Sequence
from tests.api.assertions import assert_problem
from tests.panel import furnish
from tests.tenants import Api, Tenants
from tests.threads import run_together

# A body that changes the object.
BODIES: dict[str, Any] = {
    "PATCH contacts/{contact}": {"name": "Changed"},
    "POST contacts/{contact}/tags": {"add": ["changed"]},
    "PATCH custom-fields/{key}": {"label": "Changed"},
    "PATCH segments/{segment}": {"name": "Changed"},
    "PATCH sequences/{sequence}": {"stop_on": ["tag:changed"]},
    "PUT sequences/{sequence}": {"name": "Changed", "steps": [{"text": "Hello"}]},
    "PATCH messages/{message}": {"text": "Changed"},
    "PATCH notes/{note}": {"text": "Changed"},
    "PATCH templates/{template}": {"text": "Changed"},
    "PATCH threads/{thread}": {"state": "closed"},
    "PATCH webhooks/{endpoint}": {"enabled": False},
}
# One that is wrong, whatever there is.
WRONG_BODIES: dict[str, Any] = {
    "PATCH contacts/{contact}": {"email": "nobody"},
    "POST contacts/{contact}/tags": {"add": ["one"], "remove": ["one"]},
    "PATCH custom-fields/{key}": {"type": "text"},
    "PATCH segments/{segment}": {"filter": {"field": "shoe_size"}},
    "PATCH sequences/{sequence}": {"stop_on": ["changed"]},
    "PUT sequences/{sequence}": {"name": "Changed", "steps": [{"text": "{shoe_size}"}]},
    "PATCH messages/{message}": {"text": "{shoe_size}"},
    "PATCH notes/{note}": {"text": " "},
    "PATCH templates/{template}": {"text": "{shoe_size}"},
    "PATCH threads/{thread}": {"state": "snoozed"},
    "PATCH webhooks/{endpoint}": {"url": "https://127.0.0.1/hook"},
}
# Parameters that a GET needs.
QUERIES = {"segments/{segment}/explain": "?contact_id={contact}"}
# The object is named by the body, not by the address: tests/contacts/test_upsert.py.
UPSERTS = {"POST contacts"}
# A deleted message is shown as one.
STAYS = "messages/{message}"
# Reading it is written to the audit log, which is part of it.
CHANGED_BY_READING = "contacts/{contact}/data"


class Operation(NamedTuple):
    """An operation and the template of its path, in which models are in braces."""

    method: str
    template: str
    endpoint: Endpoint

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def read_path(self) -> str:
        """Where GET answers the object that it changes."""
        return "/v1/" + self.template.removesuffix("/tags")


def operations() -> Iterator[Operation]:
    for pattern in v1:
        view = getattr(pattern.callback, "view_class", None)
        template = re.sub(r"<\w+:(\w+?)(_id)?>", r"{\1}", str(pattern.pattern))
        for method, endpoint in getattr(view, "endpoints", {}).items():
            yield Operation(method, template, endpoint)


READS = [each for each in operations() if each.method == "GET"]
WRITES = [
    each for each in operations() if each.method != "GET" and each.endpoint.is_conditional(each.method)
    and each.name not in UPSERTS and 202 not in each.endpoint.responses
]  # fmt: skip


@pytest.fixture
def client(api: Api, tenants: Tenants) -> Api:
    return api(tenants.key(rate_limit=10_000))


@pytest.fixture
def ids(client: Api, tenants: Tenants) -> dict[str, str]:
    """The id of a row of each model. The note is the client's own: it may change no other."""
    rows = furnish(tenants.workspace, "ours").rows
    Sequence.unscoped.update(status="draft")  # which needs no account
    found = {str(type(row)._meta.model_name): str(row.pk) for row in reversed(rows)}
    note = client.post(f"/v1/contacts/{found['contact']}/notes", {"text": "Called"})
    thread = Thread.unscoped.get(pk=found["thread"])
    HistoryRequest.unscoped.create(workspace=tenants.workspace, thread=thread, account=thread.account)
    names = {
        "key": CustomField.unscoped.get(pk=found["customfield"]).key,
        "tag": ContactTag.unscoped.get(pk=found["contacttag"]).name,
    }
    proposal = Proposal.unscoped.create(
        workspace=tenants.workspace, holder=ApiKey.unscoped.get(name="tests").first_id, expires_at=clock.now()
    )
    return {**found, **names, "note": note.json()["id"], "proposal": proposal.pk}


@contextmanager
def time_stands_still(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    now = clock.now()
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: now)
        yield


@pytest.mark.django_db
def test_get_of_one_object_has_a_tag_and_is_answered_304(
    client: Api, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    conditional = [each for each in READS if not isinstance(each.endpoint.responses[200], ListOf | Raw)]
    assert len(conditional) > 15
    for _, template, _ in conditional:
        path = ("/v1/" + template + QUERIES.get(template, "")).format_map(ids)
        with time_stands_still(monkeypatch):
            first, other = client.get(path), client.get(path, If_None_Match='"other", W/"none"')
            assert (first.status_code, other.status_code) == (200, 200), path
            tag = other.headers["ETag"]
            if template == CHANGED_BY_READING:
                assert first.headers["ETag"] != tag
                continue
            assert first.headers["ETag"] == tag, path
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            for if_none_match in (tag, f'"a,b" , W/{tag}', "*"):
                with CaptureQueriesContext(connection) as now:
                    unchanged = client.get(path, If_None_Match=if_none_match)
                assert (unchanged.status_code, unchanged.content, len(now)) == (304, b"", len(queries)), path
            head = client.client.head(path, headers={"Authorization": f"Bearer {client.token}", "If-None-Match": tag})
            for answer in (unchanged, head):
                for name in ("ETag", "Cache-Control", "Vary"):
                    assert answer.headers[name] == first.headers[name]
                assert answer.status_code == 304
                assert not {"Content-Type", "Content-Length"}.intersection(answer.headers)
            assert_problem(client.get(path, If_Match=f"W/{tag}"), "precondition_failed")
            assert client.get(path, If_Match=f'"other", {tag}').status_code == 200


@pytest.mark.django_db
def test_lists_and_files_have_no_tag(client: Api, ids: dict[str, str]) -> None:
    for _, template, endpoint in READS:
        if isinstance(endpoint.responses[200], ListOf):
            answer = client.get(f"/v1/{template}".format_map(ids), If_None_Match="*")
            assert (answer.status_code, "ETag" in answer.headers) == (200, False), template


@pytest.mark.django_db
def test_write_whose_precondition_fails_changes_nothing(client: Api, ids: dict[str, str]) -> None:
    assert {each.name for each in WRITES if each.method != "DELETE"} == BODIES.keys()
    for operation in WRITES:
        path, read_path = f"/v1/{operation.template}".format_map(ids), operation.read_path.format_map(ids)
        before = client.get(read_path)
        tag = before.headers["ETag"]
        refusals: list[tuple[dict[str, str], str]] = [
            ({"If_Match": '"other"'}, "precondition_failed"),
            ({"If_Match": f"W/{tag}"}, "precondition_failed"),
            ({"If_None_Match": "*"}, "precondition_failed"),
            ({"If_None_Match": f'"other", W/{tag}'}, "precondition_failed"),
            ({"If_Match": tag, "If_None_Match": tag}, "precondition_failed"),
            ({"If_Match": tag.strip('"')}, "bad_request"),
            ({"If_None_Match": '*, "other"'}, "bad_request"),
        ]
        for headers, code in refusals:
            assert_problem(write(client, operation, path, **headers), code)
        after = client.get(read_path)
        assert (after.content, after.headers["ETag"]) == (before.content, tag), operation.name


@pytest.mark.django_db
def test_wrong_value_is_named_before_a_condition_that_fails(client: Api, ids: dict[str, str]) -> None:
    assert WRONG_BODIES.keys() == BODIES.keys()
    for operation in WRITES:
        if operation.method != "DELETE":
            path, read_path = f"/v1/{operation.template}".format_map(ids), operation.read_path.format_map(ids)
            before = client.get(read_path).content
            call = getattr(client, operation.method.lower())
            assert_problem(call(path, WRONG_BODIES[operation.name], If_Match='"other"'), "validation_failed")
            assert client.get(read_path).content == before


@pytest.mark.django_db
def test_write_whose_precondition_holds_is_done(client: Api, ids: dict[str, str]) -> None:
    # A contact goes after its messages, which come after it in the list.
    for operation in sorted(reversed(WRITES), key=lambda each: each.method == "DELETE"):
        path, read_path = f"/v1/{operation.template}".format_map(ids), operation.read_path.format_map(ids)
        tag = client.get(read_path).headers["ETag"]
        answer = write(client, operation, path, If_Match=f'"other", {tag}', If_None_Match='"other"')
        assert answer.status_code in (200, 204), operation.name
        after = client.get(read_path)
        if operation.method == "DELETE":
            assert after.status_code == (200 if operation.template == STAYS else 404)
        else:
            assert after.headers["ETag"] == answer.headers["ETag"] != tag, operation.name


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.name)
def test_of_two_writes_of_one_version_at_once_one_is_done(
    operation: Operation, client: Api, ids: dict[str, str]
) -> None:
    """Two alike, or a DELETE and the PATCH of the same object: the first decides what the second is told."""
    token, others = client.token, [each for each in WRITES if each.template == operation.template]
    other = next(each for each in others if each.method != "DELETE")
    path = f"/v1/{operation.template}".format_map(ids)
    tag = Api(token).get(operation.read_path.format_map(ids)).headers["ETag"]
    answers = run_together([partial(write, Api(token), each, path, If_Match=tag) for each in (operation, other)])
    told = tuple(answer.status_code for answer in answers)
    second = 412 if operation.template == STAYS else 404
    assert told in ({(204, second), (412, 200)} if operation.method == "DELETE" else {(200, 412), (412, 200)})


def write(client: Api, operation: Operation, path: str, **headers: str) -> Any:
    if operation.method == "DELETE":
        return client.delete(path, **headers)
    return getattr(client, operation.method.lower())(path, BODIES[operation.name], **headers)


@pytest.mark.django_db
def test_tags_differ_with_what_a_key_sees(api: Api, tenants: Tenants) -> None:
    one, two = (api(tenants.key(name=name)).get("/v1/me") for name in ("one", "two"))
    assert one.headers["ETag"] != two.headers["ETag"]
    assert one.headers["Vary"] == "Authorization"
