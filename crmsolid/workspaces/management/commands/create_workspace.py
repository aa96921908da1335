"""``manage.py create_workspace SLUG --owner EMAIL [--existing-user] [--plan P] [--name NAME] [--json]``"""

from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from crmsolid.workspaces.commands import ServiceCommand
from crmsolid.workspaces.models import Plan
from crmsolid.workspaces.services import create_owner, create_workspace, find_owner


class Command(ServiceCommand):
    help = "Make a workspace with its test twin. A new owner gets a password, printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("--owner", required=True, metavar="EMAIL")
        parser.add_argument(
            "--existing-user",
            action="store_true",
            help="the owner has an account already, and you know that it is theirs",
        )
        parser.add_argument("--plan", default=Plan.TRIAL.value, choices=["trial", "pro", "business"])
        parser.add_argument("--name", default="")

    @transaction.atomic
    def run(self, **options: Any) -> dict[str, Any]:
        password = None
        if options["existing_user"]:
            owner = find_owner(options["owner"])
        else:
            owner, password = create_owner(options["owner"])
        name = options["name"] or options["slug"].replace("-", " ").title()
        workspace = create_workspace(slug=options["slug"], name=name, owner=owner, plan=options["plan"])
        result = {
            "id": workspace.pk,
            "slug": workspace.slug,
            "name": workspace.name,
            "plan": workspace.plan,
            "test_slug": workspace.twin.slug,
            "owner": owner.email,
        }
        return {**result, "password": password} if password else result
