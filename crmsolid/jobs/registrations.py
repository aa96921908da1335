"""What jobs add to the layers below."""

from crmsolid.jobs import representations, services  # noqa: F401 - representations declares job.completed
from crmsolid.workspaces.purging import purges

purges.register("jobs", services.past_retention)
