"""What limits add to the layers below."""

from crmsolid.core.erasure import KeptData, kept_data
from crmsolid.limits import budgets, reading
from crmsolid.workspaces.purging import purges

purges.register("limits.given_text", reading.past_retention)
purges.register("limits.budget_use", budgets.past_retention)
kept_data.register("limits.given_text", KeptData(reading.erase, lambda workspace_id, contact_id: {}))
