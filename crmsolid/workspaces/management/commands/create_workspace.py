"""``manage.py create_workspace SLUG --owner EMAIL [--plan P] [--name NAME] [--json]``"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from crmsolid.core.errors import invalid
from crmsolid.workspaces.commands import ServiceCommand
from crmsolid.workspaces.models import Plan, User
from crmsolid.workspaces.services import create_workspace


class Command(ServiceCommand):
    help = "Make a workspace with its test twin. A new owner gets a password, printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("--owner", required=True, metavar="EMAIL")
        parser.add_argument("--plan", default=Plan.TRIAL.value, choices=["trial", "pro", "business"])
        parser.add_argument("--name", default="")

    @transaction.atomic
    def run(self, **options: Any) -> dict[str, Any]:
        owner, password = _owner(options["owner"])
        name = options["name"] or options["slug"].replace("-", " ").title()
        workspace = create_workspace(slug=options["slug"], name=name, owner=owner, plan=options["plan"])
        made = {
            "id": workspace.pk,
            "slug": workspace.slug,
            "name": workspace.name,
            "plan": workspace.plan,
            "test_slug": workspace.twin.slug,
            "owner": owner.email,
        }
        return {**made, "password": password} if password else made


def _owner(email: str) -> tuple[User, str | None]:
    """The user of that address, made with a generated password if need be."""
    from secrets import token_urlsafe

    try:
        validate_email(email)
    except ValidationError:
        raise invalid("owner", "invalid", f"{email!r} is not an e-mail address") from None
    found = User.objects.filter(email=email.strip().lower()).first()
    if found:
        return found, None
    password = token_urlsafe(12)
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password), password
    except IntegrityError:  # made by somebody else a moment ago
        return User.objects.get(email=email.strip().lower()), None
