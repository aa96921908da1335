"""Settings > Workspace: its name and time zone, and who may change them."""

from typing import Any

import pytest
from django.urls import reverse

from crmsolid.workspaces.models import AuditEntry, Role, Workspace
from tests.panel import browser
from tests.sequences.helpers import create
from tests.tenants import Api, Tenants

PAGE = reverse("admin:workspace")
FORM = {"name": " Acme Ltd ", "time_zone": "Europe/Berlin"}


def stored(tenants: Tenants) -> list[tuple[str, str]]:
    return [(row.name, row.owner_workspace.time_zone) for row in Workspace.objects.order_by("pk")]


def entries() -> list[Any]:
    return list(AuditEntry.unscoped.filter(action="workspace.updated").values_list("workspace__slug", "data"))


@pytest.mark.parametrize("side", ["live", "test"])
def test_admin_changes_name_and_time_zone_of_live_and_test(api: Api, tenants: Tenants, side: str) -> None:
    client = browser(tenants.member(Role.ADMIN), tenants.twin if side == "test" else tenants.workspace)
    assert 'value="Acme"' in client.get(PAGE).content.decode()
    for _ in range(2):  # the second changes nothing
        answer = client.post(PAGE, FORM)
        assert (answer.status_code, answer["Location"]) == (302, PAGE.replace("live", side))
    assert stored(tenants) == [("Acme Ltd", "Europe/Berlin")] * 2 + [("Rival", "UTC")] * 2
    change = {"old": {"name": "Acme", "time_zone": "UTC"}, "new": {"name": "Acme Ltd", "time_zone": "Europe/Berlin"}}
    assert entries() == [("acme", change)]
    for workspace in (tenants.workspace, tenants.twin):
        shown = api(tenants.key(workspace=workspace)).get("/v1/me").json()["workspace"]
        assert (shown["name"], shown["time_zone"]) == ("Acme Ltd", "Europe/Berlin")
        fresh = Workspace.objects.get(pk=workspace.pk)
        assert create(tenants.sandbox(fresh), start=False).versions.get().time_zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({**FORM, "name": "  "}, "A name has 1 to 100 characters"),
        ({**FORM, "time_zone": "Mars/Base"}, "Give a name of the IANA time zone database"),
    ],
)
def test_wrong_values_are_refused_beside_their_field(tenants: Tenants, form: dict[str, str], says: str) -> None:
    answer = browser(tenants.owner).post(PAGE, form)
    assert (answer.status_code, says in answer.content.decode()) == (200, True)
    assert (stored(tenants)[0], entries()) == (("Acme", "UTC"), [])
