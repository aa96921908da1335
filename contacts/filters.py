"""Query parameters of the contacts' lists and exports."""

from rest_framework import serializers

from contacts.models import Stage
from contacts.validation import MAX_TAG
from crmsolid.api.fields import Choice, PageQuery, QuerySerializer, Text, Timestamp

SORTS = ("created_at", "-created_at", "updated_at", "-updated_at", "name", "-name", "score", "-score")


class ContactFilters(QuerySerializer):
    """What narrows a list or an export; all that are given must hold."""

    repeatable = ("tag",)

    search = Text(required=False, max_length=200, help_text="Part of the name, username or e-mail address, case-blind.")
    tag = serializers.ListField(
        child=Text(max_length=MAX_TAG),
        required=False,
        max_length=20,
        help_text="A tag; repeat the parameter to ask for several, all of which the contact must have.",
    )
    stage = Choice(choices=Stage.values, required=False)
    updated_since = Timestamp(required=False, help_text="Changed at this time or later (RFC 3339).")


class ContactQuery(PageQuery, ContactFilters):
    sort = Choice(choices=SORTS, default="-created_at", help_text="`-` is the other way round.")


class ExportQuery(ContactFilters):
    format = Choice(choices=["csv", "ndjson"], default="csv")
