"""What a new workspace gets from messaging: its test twin a ready-made sandbox account."""

from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.models import Mode, Workspace
from messaging.services import create_sandbox_account


def provision(workspace: Workspace) -> None:
    """Only the twin: a live workspace starts without accounts."""
    if workspace.mode == Mode.TEST:
        create_sandbox_account(Actor.system(workspace, "provisioning"), name="Sandbox")
