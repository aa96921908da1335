"""GET /v1/members."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from crmsolid.workspaces.actor import Scope
from crmsolid.workspaces.models import Membership, Role, User
from tests.tenants import Api, Tenants


def test_members_are_listed_with_name_and_role_and_without_address(api: Api, tenants: Tenants) -> None:
    vera = User.objects.create_user("vera@example.com", None, name="Vera")
    Membership.unscoped.create(workspace=tenants.workspace, user=vera, role=Role.AGENT, on_duty=False)
    for workspace in (tenants.workspace, tenants.twin):
        answer = api(tenants.key([Scope.READ_ANALYTICS], workspace=workspace)).get("/v1/members")
        assert answer.json() == {
            "data": [
                {"id": vera.pk, "name": "Vera", "role": "agent", "on_duty": False},
                {"id": tenants.owner.pk, "name": "owner", "role": "owner", "on_duty": True},
            ],
            "next_cursor": None,
        }
        assert "@" not in answer.content.decode()


def test_members_of_another_workspace_are_not_listed(api: Api, tenants: Tenants) -> None:
    answer = api(tenants.key(workspace=tenants.other)).get("/v1/members")
    assert [each["id"] for each in answer.json()["data"]] == [tenants.stranger.pk]


def test_members_are_paged_without_a_query_for_each(
    api: Api, tenants: Tenants, django_assert_num_queries: Callable[[int], AbstractContextManager[Any]]
) -> None:
    people = [User.objects.create_user(f"agent{n}@example.com", None) for n in range(5)]
    for user in people:
        Membership.unscoped.create(workspace=tenants.workspace, user=user, role=Role.AGENT)
    client = api(tenants.key())
    client.get("/v1/me")  # writes when the key was last used
    with django_assert_num_queries(2):
        first = client.get("/v1/members", {"limit": 4}).json()
    second = client.get("/v1/members", {"limit": 4, "cursor": first["next_cursor"]}).json()
    listed = [each["id"] for each in (*first["data"], *second["data"])]
    assert listed == [*(user.pk for user in reversed(people)), tenants.owner.pk]
    assert (len(first["data"]), second["next_cursor"]) == (4, None)
