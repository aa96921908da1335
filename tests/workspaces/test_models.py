from datetime import timedelta

import pytest

from crmsolid.core import clock
from crmsolid.workspaces.models import Plan, Workspace, where_plan_allows_sending
from tests.tenants import Tenants

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("plan", "trial_ends_in", "allowed"),
    [
        (Plan.TRIAL, HOUR, True),
        (Plan.TRIAL, None, True),
        (Plan.TRIAL, -HOUR, False),
        (Plan.PRO, None, True),
        (Plan.PRO, -HOUR, True),
        (Plan.BUSINESS, None, True),
        (Plan.EXPIRED, None, False),
        (Plan.EXPIRED, HOUR, False),
    ],
)
def test_plan_allows_sending_in_the_live_workspace_and_its_twin(
    tenants: Tenants, plan: Plan, trial_ends_in: timedelta | None, allowed: bool
) -> None:
    ours = Workspace.objects.filter(pk__in=[tenants.workspace.pk, tenants.twin.pk])
    ends_at = None if trial_ends_in is None else clock.now() + trial_ends_in
    ours.filter(live=None).update(plan=plan, trial_ends_at=ends_at)
    assert [workspace.plan_allows_sending for workspace in ours] == [allowed, allowed]
    assert ours.filter(where_plan_allows_sending()).count() == (2 if allowed else 0)
