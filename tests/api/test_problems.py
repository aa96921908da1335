"""The errors of a problem document: where they point, and how many are listed."""

import pytest

from crmsolid.core.errors import invalid
from crmsolid.core.http.problem_document import document
from tests.api import urls
from tests.api.assertions import assert_problem
from tests.tenants import Api, Tenants

pytestmark = [pytest.mark.django_db, pytest.mark.urls(urls.__name__)]


def test_errors_name_nested_fields_by_path(api: Api, tenants: Tenants) -> None:
    invalid = {"title": "x", "location": {"city": 1, "town": "Rome"}, "tags": ["ok", 5]}
    body = assert_problem(api(tenants.key()).post("/v1/notes", invalid), "validation_failed")
    errors = {(error["field"], error["code"]) for error in body["errors"]}
    assert errors == {("location.town", "unknown_field"), ("tags[1]", "invalid")}


def test_at_most_100_errors_are_listed(api: Api, tenants: Tenants) -> None:
    unknown_fields = {f"n{number}": 1 for number in range(500)}
    body = assert_problem(api(tenants.key()).post("/v1/echo", unknown_fields), "validation_failed")
    assert len(body["errors"]) == 100
    listed = "The first 100 of 500 errors are listed."
    assert body["detail"] == f"Correct the fields that `errors` names, then retry. {listed}"
    detail = "there is no field of this name; known are: name"
    assert body["errors"][0] == {"field": "n0", "code": "unknown_field", "detail": detail}


def test_long_detail_is_cut() -> None:
    error = invalid("text", "unknown_variable", "n" * 900_000)
    body = document(error, instance="/v1/notes", request_id="r")
    assert (body["errors"][0]["field"], body["errors"][0]["detail"]) == ("text", "n" * 999 + "…")


def test_long_field_name_is_cut(api: Api, tenants: Tenants) -> None:
    body = assert_problem(api(tenants.key()).post("/v1/echo", {"name": "a", "n" * 1000: 1}), "validation_failed")
    assert [error["field"] for error in body["errors"]] == ["n" * 199 + "…"]
