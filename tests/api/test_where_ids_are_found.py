"""What is not found says which call finds it; tests/mcp/test_ids.py checks that there are such calls."""

import pytest

from crmsolid.core.ids import KINDS, WITHOUT_PREFIX, new_id
from tests.api.assertions import assert_problem
from tests.tenants import Api, Tenants

ALL = {**KINDS, **WITHOUT_PREFIX}
MISSING = {
    **{name: f"/v1/{kind.segment}/{new_id(kind.prefix)}" for name, kind in KINDS.items() if kind.segment},
    "delivery": f"/v1/deliveries/{new_id('dlv')}",
    "template": "/v1/templates/1",
    "custom field": "/v1/custom-fields/nothing",
    "tag": "/v1/tags/nobody has it",
}


@pytest.mark.parametrize("name", MISSING)
def test_what_is_not_found_says_what_finds_it(api: Api, tenants: Tenants, name: str) -> None:
    client = api(tenants.key())
    answer = client.get(MISSING[name])
    if answer.status_code == 405:  # it is only changed by its id
        answer = client.patch(MISSING[name], {"text": "x"})
    detail = assert_problem(answer, "not_found")["detail"]
    assert ALL[name].call and f"`{ALL[name].call}`" in detail, detail


def test_member_who_is_none_is_refused_with_the_call_that_lists_them(api: Api, tenants: Tenants) -> None:
    from messaging.models import Thread
    from tests.messaging.helpers import send

    message = send(tenants.sandbox())
    answer = api(tenants.key()).patch(f"/v1/threads/{message.thread_id}", {"assignee_id": 999_999})
    [error] = assert_problem(answer, "validation_failed")["errors"]
    assert (error["field"], error["code"]) == ("assignee_id", "invalid_choice")
    assert "`GET /v1/members`" in error["detail"]
    assert Thread.unscoped.get().assignee is None


def test_segment_that_does_not_exist_is_refused_with_the_call_that_lists_them(api: Api, tenants: Tenants) -> None:
    answer = api(tenants.key()).get("/v1/contacts", {"segment": new_id("seg")})
    [error] = assert_problem(answer, "invalid_parameter")["errors"]
    assert error["code"] == "not_found" and "`GET /v1/segments`" in error["detail"]
