"""INSERT ... SELECT over the ORM. It also notices when Django orders the columns of a queryset differently."""

import pytest
from django.db.models import F, Q, Value
from django.db.models.functions import Now

from contacts.models import Contact, ContactTag
from crmsolid.core.insert_select import insert_select
from tests.tenants import Tenants

pytestmark = pytest.mark.django_db

COLUMNS = ["created_at", "folded", "contact_id", "name", "workspace_id"]


def test_values_are_inserted_in_the_order_of_the_columns(tenants: Tenants) -> None:
    workspace = tenants.workspace
    Contact.unscoped.bulk_create(
        Contact(workspace=workspace, username=name, username_key=name) for name in ("sarah", "tom", "ulla")
    )
    people = Contact.unscoped.filter(~Q(username="ulla"), workspace=workspace).order_by("username")
    rows = people.values_list(Now(), Value("vip"), "pk", Value("VIP"), "workspace_id")
    assert insert_select(ContactTag, rows, columns=COLUMNS) == 2
    tags = ContactTag.unscoped.order_by("contact__username")
    assert list(tags.values_list("contact__username", "name", "folded", "workspace_id")) == [
        ("sarah", "VIP", "vip", workspace.pk),
        ("tom", "VIP", "vip", workspace.pk),
    ]
    again = Contact.unscoped.annotate(key=F("username")).values_list(
        Now(), Value("vip"), "pk", Value("VIP"), "workspace_id"
    )
    assert insert_select(ContactTag, again, columns=COLUMNS, ignore_conflicts=True) == 1
    assert ContactTag.unscoped.count() == 3


def test_a_queryset_that_is_empty_by_itself_inserts_nothing(tenants: Tenants) -> None:
    rows = Contact.unscoped.filter(pk__in=[]).values_list(Now(), Value("vip"), "pk", Value("VIP"), "workspace_id")
    assert insert_select(ContactTag, rows, columns=COLUMNS) == 0
