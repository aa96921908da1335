"""What most tests start from is what the services make."""

from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction

from crmsolid.workspaces.models import User, Workspace
from crmsolid.workspaces.services import create_workspace
from messaging.models import Account
from tests.tenants import PASSWORD, Tenants

pytestmark = pytest.mark.django_db
KEPT = {"contenttypes", "auth"}  # the apps of Django whose rows the migrations make


def rows() -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables in the order of their ids, with places in this order for ids, and without times."""
    tables = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label not in KEPT]
    found = {model: list(model._base_manager.order_by("pk").values()) for model in tables}
    ids = {model: model._base_manager.order_by("pk").values_list("pk", flat=True) for model in tables}
    places = {model: {pk: place for place, pk in enumerate(ids[model])} for model in tables}
    accounts = {str(pk): f"account {place}" for pk, place in places[Account].items()}

    def comparable(field: Any, value: Any) -> Any:
        if value is None or isinstance(value, datetime) or field.name in ("password", "key"):
            return type(value)
        if isinstance(field, models.ForeignKey):
            return places[field.remote_field.model].get(value)
        if field.primary_key:
            return places[field.model][value]
        return accounts.get(value, value) if field.name == "target" else value

    return {
        model._meta.label: [
            {field.attname: comparable(field, row[field.attname]) for field in model._meta.concrete_fields}
            for row in found[model]
        ]
        for model in tables
    }


def test_tenants_are_what_the_services_make() -> None:
    with transaction.atomic():
        tenants = Tenants()
        made, objects = rows(), [tenants.owner, tenants.stranger, tenants.workspace, tenants.twin, tenants.other]
        for each in objects:
            shown = {field.attname: getattr(each, field.attname) for field in each._meta.concrete_fields}
            assert shown == type(each)._base_manager.values(*shown).get(pk=each.pk)
        assert (tenants.workspace.twin, tenants.twin.live) == (tenants.twin, tenants.workspace)
        assert tenants.owner.check_password(PASSWORD)
        transaction.set_rollback(True)
    users = [User.objects.create(email=f"owner@{name}.example", password="…") for name in ("acme", "rival")]
    for name, owner in zip(("acme", "rival"), users, strict=True):
        create_workspace(slug=name, name=name.title(), owner=owner, plan="business")
    assert made == rows()
    assert len(made[Workspace._meta.label]) == 4
