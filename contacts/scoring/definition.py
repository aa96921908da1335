"""What a scoring rule is made of: the one declaration of its shape, for the panel and ``apply_config``.

As JSON: ``{name, on, value, points, times, daily_cap, half_life}``. Durations are ISO 8601. What has a default may be
left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from contacts.custom_fields import by_key, check_value
from contacts.models import FieldType, ScoringRule, Stage
from contacts.normalization import InvalidValue, format_duration, parse_duration
from contacts.scoring.models import MAX_POINTS, Times, Trigger
from contacts.scoring.occasions import text_of
from contacts.validation import read_tags
from crmsolid.api.fields import Choice, Integer, StrictSerializer, Text
from crmsolid.api.parsing import parse_object
from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError, FieldError
from crmsolid.workspaces.models import Workspace

MAX_NAME = 100
MAX_VALUE = 200
MAX_DAILY_CAP = 1000
# All rules with the trigger are read for each thing that happens.
MAX_RULES = 50
# Each silence and each step of a decay is work for the sweep.
MIN_DURATION = timedelta(minutes=1)
# The stages that a contact can come to, with their labels.
REACHABLE_STAGES = {stage.value: stage.label for stage in Stage if stage != Stage.NEW}


class RuleItem(StrictSerializer):
    name = Text(max_length=MAX_NAME, trim_whitespace=True)
    on = Choice(choices=Trigger.values)
    value = Text(max_length=MAX_VALUE, trim_whitespace=True, allow_blank=True, default="")
    points = Integer(min_value=-MAX_POINTS, max_value=MAX_POINTS)
    times = Choice(choices=Times.values, default=Times.ONCE.value)
    daily_cap = Integer(min_value=1, max_value=MAX_DAILY_CAP, allow_null=True, default=None)
    half_life = Text(max_length=40, allow_null=True, default=None)


@dataclass(frozen=True, slots=True)
class Definition:
    """A rule without what the ledger needs to know of it."""

    name: str
    trigger: Trigger
    value: str
    points: int
    times: Times = Times.ONCE
    daily_cap: int | None = None
    half_life: timedelta | None = None

    def as_json(self) -> dict[str, Any]:
        """The rule as :func:`read_definition` takes it."""
        return {
            "name": self.name,
            "on": self.trigger.value,
            "value": self.value,
            "points": self.points,
            "times": self.times.value,
            "daily_cap": self.daily_cap,
            "half_life": None if self.half_life is None else format_duration(self.half_life),
        }

    def gives_as(self, other: "Definition") -> bool:
        """Whether both give the same points: whether they differ at most in their names."""
        return replace(self, name="") == replace(other, name="")

    def apply(self, rule: ScoringRule) -> None:
        """Set the fields of the rule, without saving it."""
        rule.name, rule.trigger, rule.value, rule.points = self.name, self.trigger.value, self.value, self.points
        rule.times, rule.daily_cap, rule.half_life = self.times.value, self.daily_cap, self.half_life


def definition_of(rule: ScoringRule) -> Definition:
    """The definition that this rule was saved from."""
    return Definition(
        rule.name, Trigger(rule.trigger), rule.value, rule.points, Times(rule.times), rule.daily_cap, rule.half_life
    )


def read_definition(workspace: Workspace, data: object) -> Definition:
    """The definition in its normal form. ``validation_failed`` names each part that is wrong."""
    item = parse_object(data, RuleItem)
    errors: list[FieldError] = []
    value, half_life = "", None
    try:
        value = _value(workspace, Trigger(item["on"]), item["value"])
    except InvalidValue as error:
        errors.append(FieldError("value", error.code, error.detail))
    except DomainError as error:
        errors += error.errors
    try:
        half_life = None if item["half_life"] is None else _duration(item["half_life"])
    except InvalidValue as error:
        errors.append(FieldError("half_life", error.code, error.detail))
    if item["points"] == 0:
        errors.append(FieldError("points", "invalid", "give a number of points other than 0"))
    if errors:
        raise DomainError("validation_failed", errors=errors)
    trigger, times = Trigger(item["on"]), Times(item["times"])
    return Definition(item["name"], trigger, value, item["points"], times, item["daily_cap"], half_life)


def _duration(text: str) -> timedelta:
    duration = parse_duration(text)
    if duration < MIN_DURATION:
        raise InvalidValue("out_of_range", "give at least a minute, PT1M")
    return duration


def _value(workspace: Workspace, trigger: Trigger, value: str) -> str:
    """The value in its normal form. Raises :class:`InvalidValue`, or ``validation_failed`` for what is no tag."""
    match trigger:
        case Trigger.REPLY if value:
            raise InvalidValue("invalid", "a rule for replies has no value")
        case Trigger.TAG if value:
            return read_tags([value], "value")[0]
        case Trigger.STAGE if value and value not in REACHABLE_STAGES:
            raise InvalidValue("invalid_choice", f"give one of: {', '.join(REACHABLE_STAGES)}")
        case Trigger.SILENCE:
            return format_duration(_duration(value))
        case Trigger.FIELD:
            return _field_value(workspace, value)
    return value


def _field_value(workspace: Workspace, text: str) -> str:
    """``key`` or ``key=value``, of a custom field and as its type writes it. A choice that the field no longer has is
    allowed: contacts keep it too."""
    key, equals, value = (part.strip() for part in text.partition("="))
    fields = by_key(workspace)
    if key not in fields:
        raise InvalidValue(
            "unknown_field", f"give the key of a custom field: {', '.join(fields) or 'there is none yet'}"
        )
    if not equals:
        return key
    field_type = FieldType(fields[key].type)
    if field_type in (FieldType.NUMBER, FieldType.BOOLEAN):
        try:
            value = text_of(check_value(field_type, strictjson.loads(value.encode())))
        except (strictjson.MalformedJSON, strictjson.NullCharacter):
            raise InvalidValue("invalid", f"{key} is a {field_type.label.lower()}") from None
    elif field_type == FieldType.DATE:
        check_value(field_type, value)
    elif not value:
        raise InvalidValue("required", f"give a value behind {key}=, or {key} alone for any")
    return f"{key}={value}"


def from_params(params: Mapping[str, Any]) -> Definition:
    """The definition that :meth:`Definition.as_json` made; it is not checked again."""
    half_life = params["half_life"]
    return Definition(
        params["name"],
        Trigger(params["on"]),
        params["value"],
        params["points"],
        Times(params["times"]),
        params["daily_cap"],
        None if half_life is None else parse_duration(half_life),
    )
