"""What jobs add to the layers below."""

from crmsolid.jobs import representations  # noqa: F401 - declares job.completed
