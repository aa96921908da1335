"""Settings > Workspace: its name, time zone and aim for answers, and who may change them."""

from datetime import time
from typing import Any

import pytest
from django.urls import reverse

from crmsolid.workspaces.models import AuditEntry, Role, Workspace
from tests.panel import browser
from tests.sequences.helpers import create
from tests.tenants import Api, Tenants

PAGE = reverse("admin:workspace")
FORM = {"name": " Acme Ltd ", "time_zone": "Europe/Berlin", "answer_aim_minutes": "30"}
BEFORE, AFTER = ("Acme", "UTC", 15), ("Acme Ltd", "Europe/Berlin", 30)


def stored(tenants: Tenants) -> list[tuple[str, str, int]]:
    rows = [(row.name, row.owner_workspace) for row in Workspace.objects.order_by("pk")]
    return [(name, live.time_zone, live.answer_aim_minutes) for name, live in rows]


def entries() -> list[Any]:
    return list(AuditEntry.unscoped.filter(action="workspace.updated").values_list("workspace__slug", "data"))


@pytest.mark.parametrize("side", ["live", "test"])
def test_admin_changes_the_settings_of_live_and_test(api: Api, tenants: Tenants, side: str) -> None:
    client = browser(tenants.member(Role.ADMIN), tenants.twin if side == "test" else tenants.workspace)
    assert 'value="Acme"' in client.get(PAGE).content.decode()
    for _ in range(2):  # the second changes nothing
        answer = client.post(PAGE, FORM)
        assert (answer.status_code, answer["Location"]) == (302, PAGE.replace("live", side))
    assert stored(tenants) == [AFTER] * 2 + [("Rival", "UTC", 15)] * 2
    fields = ("name", "time_zone", "answer_aim_minutes")
    change = {when: dict(zip(fields, values, strict=True)) for when, values in (("old", BEFORE), ("new", AFTER))}
    for values in change.values():
        values["unassigned_aim_minutes"] = 30
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
        ({**FORM, "answer_aim_minutes": "0"}, "greater than or equal to 1"),
        (
            {**FORM, "work_days": ["1"], "work_from": "9", "work_until": "9:00"},
            "The end must be later than the beginning",
        ),
        ({**FORM, "work_days": ["1"], "work_until": "18:00"}, "Give a time, or choose no days"),
        ({**FORM, "work_from": "9", "work_until": "18:00"}, "Choose the days, or clear the times"),
        ({**FORM, "work_days": ["1"], "work_from": "late", "work_until": "18:00"}, "Give a time of day"),
        ({**FORM, "work_days": ["8"], "work_from": "9", "work_until": "18:00"}, "Select a valid choice"),
    ],
)
def test_wrong_values_are_refused_beside_their_field(tenants: Tenants, form: dict[str, str], says: str) -> None:
    answer = browser(tenants.owner).post(PAGE, form)
    assert (answer.status_code, says in answer.content.decode()) == (200, True)
    assert (stored(tenants)[0], entries()) == (BEFORE, [])


def test_working_hours_are_set_shown_and_taken_away(tenants: Tenants) -> None:
    client, hours = browser(tenants.owner), {"work_days": ["5", "1"], "work_from": "930", "work_until": "24:00"}
    unchanged = {"name": "Acme", "time_zone": "UTC", "answer_aim_minutes": "15"}
    for _ in range(2):  # the second changes nothing
        assert client.post(PAGE, {**unchanged, **hours}).status_code == 302
    live = Workspace.objects.get(pk=tenants.workspace.pk)
    assert (live.work_days, live.work_from, live.work_until) == ([1, 5], time(9, 30), time(0))
    page = client.get(PAGE).content.decode()
    assert 'value="09:30"' in page
    assert 'value="24:00"' in page
    [(_, data)] = entries()
    assert {name: data["new"][name] for name in hours} == {
        "work_days": ["Mon", "Fri"], "work_from": "09:30", "work_until": "00:00",
    }  # fmt: skip
    assert client.post(PAGE, {**unchanged, "work_from": "", "work_until": ""}).status_code == 302
    live.refresh_from_db()
    assert (live.work_days, live.work_from, live.work_until) == ([], None, None)
