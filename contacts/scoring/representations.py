"""What the API shows of a contact's score."""

from typing import ClassVar

from rest_framework import serializers

from contacts.models import ScoreEntry
from crmsolid.api.representations import Representation


class ScoreEntryOut(Representation):
    """One change of a contact's points. Entries are only added."""

    untrusted: ClassVar[tuple[str, ...]] = ("rule", "cause")

    rule = serializers.CharField(allow_null=True, help_text="Null for a change by hand.")
    points = serializers.IntegerField()
    at = serializers.DateTimeField()
    cause = serializers.CharField(help_text="What happened, such as `tag vip`.")

    @staticmethod
    def read_rule(entry: ScoreEntry) -> str | None:
        return None if entry.rule is None else entry.rule.name


class ScoreOut(Representation):
    """A contact's score, and the ledger whose sum, between 0 and 100, it is."""

    score = serializers.IntegerField(min_value=0, max_value=100)
    data = serializers.ListField(child=ScoreEntryOut(), help_text="Newest first.")  # type: ignore[assignment]
    next_cursor = serializers.CharField(allow_null=True)
