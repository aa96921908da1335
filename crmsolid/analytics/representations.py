"""What the API shows of statistics."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from rest_framework import serializers

from contacts.models import Stage
from contacts.stats import StageFigures
from crmsolid.api.representations import TEAM, AnyField, Representation
from messaging.conversation_stats import Backlog, ConversationFigures
from messaging.stats import Outcomes
from messaging.team import WriterFigures
from sequences.running.schedule import DAYS
from sequences.stats import MATURE_AFTER, SequenceResults, VersionFigures


class Number(serializers.FloatField):
    """A JSON number."""

    def json_schema(self) -> dict[str, Any]:
        return {"type": "number"}


class RateOut(Representation):
    """A part of a whole, with both numbers."""

    example = {"numerator": 3, "denominator": 12, "rate": 0.25, "of": "messages sent in the period"}

    numerator = serializers.IntegerField(help_text="The part.")
    denominator = serializers.IntegerField(help_text="The whole.")
    rate = Number(allow_null=True, help_text="Numerator by denominator; null while the denominator is 0.")
    of = serializers.CharField(help_text="What the denominator counts.")


def rate(numerator: int, denominator: int, of: str) -> dict[str, Any]:
    """A :class:`RateOut`."""
    quotient = numerator / denominator if denominator else None
    return {"numerator": numerator, "denominator": denominator, "rate": quotient, "of": of}


class OutcomesOut(Representation):
    """What came of messages that were sent or have failed in the period."""

    sent = serializers.IntegerField(help_text="Messages that were sent in the period.")
    failed = serializers.IntegerField(help_text="Messages that have failed in the period.")
    replied = serializers.IntegerField(help_text="How many of those sent a person has answered up to now.")
    auto_replied = serializers.IntegerField(help_text="How many of those sent a machine has answered.")
    opted_out = serializers.IntegerField(help_text="How many of those sent were answered with an opt-out word.")
    reply_rate = RateOut(help_text="`replied` of `sent`.")

    @staticmethod
    def read_reply_rate(outcomes: Outcomes) -> dict[str, Any]:
        return rate(outcomes.replied, outcomes.sent, "messages sent in the period")


class StageOut(Representation):
    """A stage of the funnel."""

    stage = serializers.ChoiceField(choices=Stage.values, help_text="The stage.")
    count = serializers.IntegerField(
        help_text="How many contacts reached it for the first time in the period. Who reaches a stage reaches the"
        " earlier ones with it; `lost` is none of these and implies only `new`."
    )
    conversion = RateOut(help_text="Of those added in the period, who has reached it up to now.")
    median_days = Number(
        allow_null=True, help_text="From being added to reaching it, of the people in the numerator of `conversion`."
    )

    @staticmethod
    def read_conversion(figures: StageFigures) -> dict[str, Any]:
        return rate(figures.reached, figures.added, "contacts added in the period")

    @staticmethod
    def read_median_days(figures: StageFigures) -> float | None:
        time = figures.median_time
        return None if time is None else round(time / timedelta(days=1), 2)


class StepFiguresOut(OutcomesOut):
    """A step of a version of a sequence."""

    untrusted: ClassVar[tuple[str, ...]] = ("step",)
    text_of = TEAM

    step = serializers.CharField(help_text="The id of the step.")


class VersionFiguresOut(Representation):
    """A version of a sequence."""

    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = TEAM
    example = {"name": "Trial onboarding"}

    sequence_id = serializers.CharField(source="version.sequence_id", help_text="The sequence.")
    name = serializers.CharField(source="version.sequence.name", help_text="The sequence's name.")
    version = serializers.IntegerField(source="version.number", help_text="The version's number.")
    steps = serializers.ListField(child=StepFiguresOut(), help_text="Its steps, in their order.")

    @staticmethod
    def read_steps(figures: VersionFigures) -> list[dict[str, Any]]:
        return [StepFiguresOut.render(outcomes, step=step) for step, outcomes in figures.steps]


class BroadcastFiguresOut(OutcomesOut):
    """A broadcast."""

    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = TEAM
    example = {"name": "June offer"}

    broadcast_id = serializers.CharField(help_text="The broadcast.")
    name = serializers.CharField(help_text="The broadcast's name.")


class AccountFiguresOut(Representation):
    """An account."""

    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = TEAM
    example = {"name": "Sales"}

    account_id = serializers.IntegerField(source="account.id", help_text="The account.")
    name = serializers.CharField(source="account.name", help_text="The account's name.")
    sent = serializers.IntegerField(help_text="Those typed on its own phone too.")
    failed = serializers.IntegerField(help_text="By the time at which they were to be sent last.")
    replies = serializers.IntegerField(help_text="Messages of people that answer one of the account's.")
    auto_replies = serializers.IntegerField(help_text="The same of machines.")
    received = serializers.IntegerField(help_text="All messages of people, whether they answer one or not.")
    used_today = serializers.IntegerField(
        source="account.used", help_text="Sends in the last 24 hours, whatever the period."
    )
    daily_limit = serializers.IntegerField(
        source="account.daily_limit", help_text="Messages that it may send in 24 hours."
    )


class SequenceResultsOut(Representation):
    """What came of the contacts who were enrolled in a sequence in the period."""

    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = TEAM
    example = {"name": "Trial onboarding"}

    sequence_id = serializers.CharField(source="sequence.id", help_text="The sequence.")
    name = serializers.CharField(source="sequence.name", help_text="The sequence's name.")
    enrolled = serializers.IntegerField(source="all.enrolled", help_text="Contacts that were enrolled in the period.")
    completed = serializers.IntegerField(source="all.completed", help_text="Got all steps.")
    replied = serializers.IntegerField(
        source="all.replied", help_text="A person answered a message of the sequence up to now."
    )
    won = serializers.IntegerField(source="all.won", help_text="Reached the stage `won` after being enrolled.")
    completion_rate = RateOut(help_text="Who got all steps.")
    reply_rate = RateOut(help_text="Who answered.")
    win_rate = RateOut(help_text="Who reached `won`.")

    @staticmethod
    def read_completion_rate(results: SequenceResults) -> dict[str, Any]:
        return rate(results.mature.completed, results.mature.enrolled, _MATURE)

    @staticmethod
    def read_reply_rate(results: SequenceResults) -> dict[str, Any]:
        return rate(results.mature.replied, results.mature.enrolled, _MATURE)

    @staticmethod
    def read_win_rate(results: SequenceResults) -> dict[str, Any]:
        return rate(results.mature.won, results.mature.enrolled, _MATURE)


_MATURE = f"contacts enrolled in the period, at least {MATURE_AFTER.days} days ago"


class EveryoneOut(Representation):
    """What people wrote to contacts by hand in the period, and how long contacts had waited for it."""

    written = serializers.IntegerField(help_text="Messages, without canceled ones and those that are still planned.")
    answered = serializers.IntegerField(help_text="How many of them answered a contact who waited.")
    in_time = RateOut(help_text="Waits that ended within the aim for answers.")
    median_seconds = serializers.IntegerField(allow_null=True, help_text="The median of these waits.")
    slowest_tenth_seconds = serializers.IntegerField(allow_null=True, help_text="A tenth of these waits was longer.")

    @staticmethod
    def read_in_time(figures: WriterFigures) -> dict[str, Any]:
        return rate(figures.in_time, figures.answered, "waits that were answered in the period")

    @staticmethod
    def read_median_seconds(figures: WriterFigures) -> int | None:
        return _seconds(figures.median)

    @staticmethod
    def read_slowest_tenth_seconds(figures: WriterFigures) -> int | None:
        return _seconds(figures.slowest_tenth)


def _seconds(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds())


class WriterFiguresOut(EveryoneOut):
    """The same of one who wrote."""

    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = TEAM
    example = {"name": "Nina Hart", "via": "panel"}

    email = serializers.CharField(
        allow_null=True, help_text="Of the member. Null for anybody else, and for members whose account is gone."
    )
    name = serializers.CharField(allow_null=True, help_text="Of the member.")
    via = serializers.ChoiceField(
        choices=["panel", "rest", "mcp", "phone", "command", "system"], help_text="What it was written with."
    )

    @staticmethod
    def read_email(figures: WriterFigures) -> str | None:
        return figures.writer.user.email if figures.writer.user else None

    @staticmethod
    def read_name(figures: WriterFigures) -> str | None:
        return figures.writer.user.name or None if figures.writer.user else None

    @staticmethod
    def read_via(figures: WriterFigures) -> str:
        return figures.writer.via


class ConversationFiguresOut(Representation):
    """What became of conversations in the period. Times are counted in the working hours of the workspace."""

    new = serializers.IntegerField(
        help_text="A contact began them: with the first message, or by writing after the conversation was closed."
    )
    new_people = serializers.IntegerField(help_text="How many of them with contacts who had never written before.")
    handled = serializers.IntegerField(help_text="Somebody wrote to the contact in them, whenever they began.")
    first_answers = serializers.IntegerField(
        source="answered.number", help_text="They got their first answer from a person."
    )
    first_answer_median_seconds = serializers.IntegerField(allow_null=True, help_text="From their beginning to it.")
    first_answer_slowest_tenth_seconds = serializers.IntegerField(
        allow_null=True, help_text="The 90th percentile: a tenth took longer."
    )
    closed = serializers.IntegerField(source="closed.number", help_text="Conversations that were closed in the period.")
    close_median_seconds = serializers.IntegerField(allow_null=True, help_text="From their beginning to the closing.")
    close_slowest_tenth_seconds = serializers.IntegerField(allow_null=True, help_text="The 90th percentile.")

    @staticmethod
    def read_first_answer_median_seconds(figures: ConversationFigures) -> int | None:
        return _seconds(figures.answered.median)

    @staticmethod
    def read_first_answer_slowest_tenth_seconds(figures: ConversationFigures) -> int | None:
        return _seconds(figures.answered.slowest_tenth)

    @staticmethod
    def read_close_median_seconds(figures: ConversationFigures) -> int | None:
        return _seconds(figures.closed.median)

    @staticmethod
    def read_close_slowest_tenth_seconds(figures: ConversationFigures) -> int | None:
        return _seconds(figures.closed.slowest_tenth)


class MemberConversationsOut(ConversationFiguresOut):
    """The same of a member: what they wrote, answered first and closed. Nobody's are `new`."""

    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = TEAM
    example = {"name": "Nina Hart"}

    member_id = serializers.IntegerField(
        allow_null=True, help_text="Null for all who are no members: API keys, assistants, the phone, who has left."
    )
    name = serializers.CharField(allow_null=True, help_text="The member's name; null as `member_id`.")


class AccountConversationsOut(ConversationFiguresOut):
    """The same of an account."""

    untrusted: ClassVar[tuple[str, ...]] = ("name",)
    text_of = TEAM
    example = {"name": "Sales"}

    account_id = serializers.IntegerField(help_text="The account.")
    name = serializers.CharField(help_text="The account's name.")


class AgeOut(Representation):
    """Contacts who wait now, by how long they have waited in working hours."""

    below_seconds = serializers.IntegerField(
        allow_null=True, help_text="They have waited for less, and not for less than the age before. Null: for longer."
    )
    waiting = serializers.IntegerField(help_text="How many contacts.")
    unassigned = serializers.IntegerField(help_text="How many of them in conversations that nobody looks after.")


class BacklogOut(Representation):
    """The contacts who wait now, without snoozed conversations."""

    waiting = serializers.IntegerField(help_text="How many contacts.")
    unassigned = serializers.IntegerField(help_text="How many of them in conversations that nobody looks after.")
    ages = serializers.ListField(
        child=AgeOut(),
        help_text="They end at the aim for answers, 1 hour, 4 hours, and a day (of work, where there are working"
        " hours).",
    )

    @staticmethod
    def read_ages(backlog: Backlog) -> list[dict[str, Any]]:
        return [AgeOut.render(age, below_seconds=_seconds(age.below)) for age in backlog.ages]


class WeekdayOut(Representation):
    """What people wrote on a weekday of the workspace's time zone."""

    example = {"weekday": "mon", "received": 9, "hours": [0] * 9 + [4, 3, 0, 0, 2] + [0] * 10}

    weekday = serializers.ChoiceField(choices=DAYS, help_text="The day.")
    received = serializers.IntegerField(help_text="Messages of people, without those of erased contacts.")
    hours = serializers.ListField(
        child=serializers.IntegerField(), help_text="The same of each of its 24 hours, from midnight on."
    )

    @staticmethod
    def read_received(hours: Sequence[int]) -> int:
        return sum(hours)

    @staticmethod
    def read_hours(hours: Sequence[int]) -> Sequence[int]:
        return hours


class _PeriodOut(Representation):
    """A list of figures, and the time that they are about. Subclasses say what the list is called and what is in it."""

    list_name: ClassVar[str] = "data"
    item: ClassVar[type[Representation]]

    def get_fields(self) -> dict[str, AnyField]:
        """``from`` is a keyword of Python, and ``data`` a property of serializers."""
        return {
            "from": serializers.DateTimeField(help_text="Inclusive."),
            "to": serializers.DateTimeField(help_text="Exclusive."),
            self.list_name: serializers.ListField(child=self.item(), help_text="The figures, one object each."),
            **super().get_fields(),
        }


class _ReportOut(_PeriodOut):
    """The figures of the whole time, and those of each period of the class ``period``."""

    period: ClassVar[type[_PeriodOut]]
    complete_until = serializers.DateTimeField(
        help_text="What happened before this time is counted for good. For the funnel, accounts, hours and the team it"
        " is now. For sequences and broadcasts it is 30 days ago: messages that were sent later may still be answered,"
        " so `replied`, `auto_replied`, `opted_out` and `reply_rate` of the last 30 days, the default time, still grow."
        " For enrollments it is 14 days ago: who was enrolled later counts in no rate."
    )

    def get_fields(self) -> dict[str, AnyField]:
        text = "The same figures of each period. Null unless `interval` is given."
        return {
            **super().get_fields(),
            "series": serializers.ListField(child=self.period(), allow_null=True, help_text=text),
            "before": self.period(
                allow_null=True, help_text="The same figures of as many days before. Null unless `compare` is true."
            ),
        }


class FunnelPeriodOut(_PeriodOut):
    """The stages of the funnel, in their order."""

    list_name, item = "stages", StageOut


class SequencesPeriodOut(_PeriodOut):
    """The versions of sequences of which a message was sent or has failed in the period."""

    item = VersionFiguresOut


class EnrollmentsPeriodOut(_PeriodOut):
    """The sequences in which contacts were enrolled in the period."""

    item = SequenceResultsOut


class TeamPeriodOut(_PeriodOut):
    """Everybody who wrote to contacts in the period, those with the most answers first."""

    item = WriterFiguresOut
    everyone = EveryoneOut(help_text="All of them together.")


class ConversationsPeriodOut(_PeriodOut):
    """Each member who wrote, answered or closed in the period, those with the most conversations first."""

    item = MemberConversationsOut
    everyone = ConversationFiguresOut(help_text="All of them together.")
    accounts = serializers.ListField(child=AccountConversationsOut(), help_text="All accounts, oldest first.")


class HoursPeriodOut(_PeriodOut):
    """The weekdays on which anybody wrote in the period, from Monday on."""

    item = WeekdayOut


class BroadcastsPeriodOut(_PeriodOut):
    """The broadcasts of which a message was sent or has failed in the period, newest first."""

    item = BroadcastFiguresOut


class AccountsPeriodOut(_PeriodOut):
    """All accounts, oldest first."""

    item = AccountFiguresOut


class FunnelOut(_ReportOut):
    """The stages of the funnel, in their order."""

    list_name, item, period = "stages", StageOut, FunnelPeriodOut


class SequencesOut(_ReportOut):
    """The versions of sequences of which a message was sent or has failed in the period."""

    item, period = VersionFiguresOut, SequencesPeriodOut


class BroadcastsOut(_ReportOut):
    """The broadcasts of which a message was sent or has failed in the period, newest first."""

    item, period = BroadcastFiguresOut, BroadcastsPeriodOut


class AccountsOut(_ReportOut):
    """All accounts, oldest first."""

    item, period = AccountFiguresOut, AccountsPeriodOut


class EnrollmentsOut(_ReportOut):
    """The sequences in which contacts were enrolled in the period."""

    item, period = SequenceResultsOut, EnrollmentsPeriodOut


class HoursOut(_ReportOut):
    """The weekdays on which anybody wrote in the period, from Monday on."""

    item, period = WeekdayOut, HoursPeriodOut


class TeamOut(_ReportOut):
    """Everybody who wrote to contacts in the period, those with the most answers first."""

    item, period = WriterFiguresOut, TeamPeriodOut
    everyone = EveryoneOut(help_text="All of them together.")


class ConversationsOut(_ReportOut):
    """Each member who wrote, answered or closed in the period, those with the most conversations first."""

    item, period = MemberConversationsOut, ConversationsPeriodOut
    everyone = ConversationFiguresOut(help_text="All of them together.")
    accounts = serializers.ListField(child=AccountConversationsOut(), help_text="All accounts, oldest first.")
    backlog = BacklogOut(help_text="Now, whatever the period.")
    counted_since = serializers.DateTimeField(
        allow_null=True,
        help_text="Conversations that began before it are in none of these figures, because the workspace is older than"
        " their counting. Null if all are counted.",
    )
