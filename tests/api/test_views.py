"""The base view: methods, the Accept header, transactions, and that every handler is declared."""

import pytest
from django.test import Client

from crmsolid.api.endpoint import ApiResponse, endpoint
from crmsolid.api.views import WorkspaceView
from crmsolid.workspaces.models import AuditEntry
from tests.api import urls
from tests.api.assertions import assert_problem
from tests.tenants import Api, Tenants

pytestmark = [pytest.mark.django_db, pytest.mark.urls(urls.__name__)]


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "POST", "OPTIONS", "TRACE", "CONNECT", "QUERY", "FOO"])
def test_method_without_a_handler_is_refused(client: Client, tenants: Tenants, method: str) -> None:
    response = client.generic(method, "/v1/me", headers={"Authorization": f"Bearer {tenants.key()}"})
    assert_problem(response, "method_not_allowed")
    assert response.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "application/xml",
        "application/json;q=0",
        "image/*",
        "application/json;q=0, */*",
        "*/*, application/json; Q=0.000",
        "application/*;q=0, */*;q=0.1",
        "*/*;q=0",
    ],
)
def test_accept_header_that_excludes_json_is_refused(api: Api, tenants: Tenants, accept: str) -> None:
    assert_problem(api(tenants.key()).get("/v1/me", Accept=accept), "not_acceptable")


def test_accept_header_of_more_than_100_types_is_refused(api: Api, tenants: Tenants) -> None:
    types = ["text/html"] * 99 + ["application/json"]
    assert api(tenants.key()).get("/v1/me", Accept=",".join(types)).status_code == 200
    assert_problem(api(tenants.key()).get("/v1/me", Accept=",".join(["a", *types])), "not_acceptable")


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/v1/me", "*/*"),
        ("/v1/me", "text/html,application/xhtml+xml,*/*;q=0.8"),
        ("/v1/me", "application/*"),
        ("/v1/me", "APPLICATION/JSON; charset=utf-8"),
        ("/v1/me", "*/*;q=0, application/json;q=0.001"),
        ("/v1/me", "application/json;version=1;q=0.5"),
        ("/v1/me", "text/html, application/json;a*=foo''%41"),
        ("/v1/notes/export", "text/csv"),
        ("/v1/notes/export", "application/x-ndjson"),
        ("/v1/notes/export", "text/html"),  # its endpoint is declared with negotiates=False
    ],
)
def test_accept_header_that_allows_the_response_is_accepted(api: Api, tenants: Tenants, path: str, accept: str) -> None:
    assert api(tenants.key()).get(path, Accept=accept).status_code == 200


def test_write_that_raises_is_rolled_back(api: Api, tenants: Tenants) -> None:
    assert_problem(api(tenants.key()).post("/v1/failing"), "internal_error")
    assert not AuditEntry.objects.for_workspace(tenants.workspace).filter(action="failing.called").exists()


def test_handler_without_a_declaration_is_a_programming_error() -> None:
    with pytest.raises(TypeError, match=r"IncompleteView\.post is not declared: put @endpoint\(\.\.\.\) above it"):

        class IncompleteView(WorkspaceView):
            @endpoint(scopes=(), responses={204: None})
            def get(self) -> ApiResponse:
                return ApiResponse(None, 204)

            def post(self) -> ApiResponse:
                return ApiResponse(None, 204)
