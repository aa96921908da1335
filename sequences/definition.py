"""What a sequence is made of: the one declaration of its shape, for the panel, ``apply_config`` and stored versions.

As JSON: ``{name, account_ids, time_zone, window: {days, from, to}, jitter, stop_on, ignore_auto_replies, pass_on,
steps: [{id, delay, text, format, attachments, condition, if_not}]}``. Durations are ISO 8601. What has a default may be
left out.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from contacts.models import Stage
from contacts.normalization import InvalidValue, fold, format_duration, parse_duration
from contacts.segments.conditions import ConditionErrors, parse_condition
from contacts.validation import read_tags
from crmsolid.api.fields import as_integer
from crmsolid.core.errors import DomainError, FieldError
from crmsolid.core.ids import hint_of
from crmsolid.workspaces.models import Workspace
from messaging.files.albums import MAX_TOGETHER
from messaging.models import Account, Format
from messaging.sending import attaching, message_text
from sequences.running import schedule
from sequences.running.schedule import InvalidWindow, Window

MAX_NAME = 100
MAX_STEPS = 50
MAX_ACCOUNTS = 50
MAX_STOP_RULES = 50
MAX_JITTER = timedelta(days=7)
IF_NOT = ("skip", "stop")

_STEP_ID = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_GENERATED_ID = re.compile(r"step-([0-9]{1,9})")
_MEMBERS = frozenset(
    {"name", "account_ids", "time_zone", "window", "jitter", "stop_on", "ignore_auto_replies", "pass_on", "steps"}
)
_STEP_MEMBERS = frozenset({"id", "delay", "text", "format", "attachments", "condition", "if_not"})


class DefinitionErrors(ValueError):
    """What is wrong with a definition: one error for each wrong part, with its path."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(f"{error.field}: {error.detail}" for error in errors))


@dataclass(frozen=True, slots=True)
class StepDefinition:
    """One message, whose ``text`` is written in ``format``. ``delay`` counts from the step before, or from the
    enrollment. Whom the ``condition`` (JSON) does not hold for either skips the step or stops (``if_not``). ``key`` is
    empty until the step gets one."""

    key: str
    delay: timedelta
    text: str
    condition: Any = None
    if_not: str = "skip"
    format: str = Format.PLAIN.value
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Definition:
    """``time_zone`` is that of contacts without their own; if the JSON has none, it is the workspace's. ``stop_on``
    holds ``reply``, ``tag:NAME``, ``stage:NAME``.

    ``ignore_auto_replies``: auto-replies do not stop it. ``pass_on``: contacts who were not written to yet go to
    another account while theirs cannot send.
    """

    name: str
    account_ids: tuple[int, ...] = ()
    time_zone: str = "UTC"
    window: Window | None = None
    jitter: timedelta = timedelta(0)
    stop_on: tuple[str, ...] = ()
    ignore_auto_replies: bool = False
    pass_on: bool = False
    steps: tuple[StepDefinition, ...] = field(default=())

    @cached_property
    def stop_tags(self) -> frozenset[str]:
        """The tags that stop it, folded: as in conditions, case does not matter."""
        return frozenset(fold(rule.removeprefix("tag:")) for rule in self.stop_on if rule.startswith("tag:"))

    @cached_property
    def stop_stages(self) -> frozenset[str]:
        return frozenset(rule.removeprefix("stage:") for rule in self.stop_on if rule.startswith("stage:"))

    @property
    def attachments(self) -> frozenset[str]:
        """The files of all steps."""
        return frozenset(each for step in self.steps for each in step.attachments)

    def step(self, key: str) -> StepDefinition | None:
        """The step with this key."""
        return next((step for step in self.steps if step.key == key), None)

    def as_json(self) -> dict[str, Any]:
        """The canonical JSON, with every member; :func:`read_definition` reads the same definition from it."""
        return {
            "name": self.name,
            "account_ids": list(self.account_ids),
            "time_zone": self.time_zone,
            "window": schedule.window_to_json(self.window),
            "jitter": format_duration(self.jitter),
            "stop_on": list(self.stop_on),
            "ignore_auto_replies": self.ignore_auto_replies,
            "pass_on": self.pass_on,
            "steps": [step_as_json(step) for step in self.steps],
        }


def step_as_json(step: StepDefinition) -> dict[str, Any]:
    """The step as JSON, with every member."""
    return {
        "id": step.key,
        "delay": format_duration(step.delay),
        "text": step.text,
        "format": step.format,
        "attachments": list(step.attachments),
        "condition": step.condition,
        "if_not": step.if_not,
    }


def read_definition(workspace: Workspace, data: Any, path: str = "") -> Definition:
    """Read a definition from JSON. Raises :class:`DefinitionErrors` with the path of each wrong part after ``path``."""
    return _Reader(workspace, path).read(data)


def read_document(workspace: Workspace, data: Any) -> Definition:
    """The same for a caller of a service: ``validation_failed`` with the wrong parts."""
    try:
        return read_definition(workspace, data)
    except DefinitionErrors as wrong:
        raise DomainError("validation_failed", errors=wrong.errors) from None


class _Reader:
    """Collects the errors of one definition."""

    def __init__(self, workspace: Workspace, path: str) -> None:
        self.workspace, self.path = workspace, path
        self.errors: list[FieldError] = []

    def read(self, data: Any) -> Definition:
        values: dict[str, Any] = {"time_zone": self.workspace.owner_workspace.time_zone}
        if self._is_object(data, self.path, _MEMBERS):
            readers: Mapping[str, Callable[[Any, str], Any]] = {
                "name": self._name,
                "account_ids": self._account_ids,
                "time_zone": self._time_zone,
                "window": lambda value, _: schedule.parse_window(value),
                "jitter": self._jitter,
                "stop_on": self._stop_on,
                "ignore_auto_replies": self._boolean,
                "pass_on": self._boolean,
                "steps": self._steps,
            }
            for name in ("name", "steps"):
                if name not in data:
                    self._error(self._at(name), "required", f"give {name}")
            for name, read in readers.items():
                if name in data:
                    values[name] = self._try(read, data[name], self._at(name))
        if self.errors:
            raise DefinitionErrors(self.errors)
        return Definition(**values)

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _error(self, path: str, code: str, detail: str, hint: str = "") -> None:
        self.errors.append(FieldError(path, code, detail, hint))

    def _try(self, read: Callable[[Any, str], Any], value: Any, path: str) -> Any:
        """What ``read`` makes of the value; None after noting the error that it raised."""
        try:
            return read(value, path)
        except InvalidWindow as error:
            self._error(f"{path}.{error.member}" if error.member else path, error.code, error.detail)
        except InvalidValue as error:
            self._error(path, error.code, error.detail)
        except ConditionErrors as error:
            self.errors += error.errors
        except DomainError as error:  # of a template or a tag
            self.errors += [FieldError(path, each.code, each.detail) for each in error.errors]
        return None

    def _is_object(self, value: Any, path: str, members: Iterable[str]) -> bool:
        if not isinstance(value, dict):
            self._error(path or "definition", "invalid", "give an object")
            return False
        for name in sorted(set(value).difference(members)):
            known = ", ".join(sorted(members))
            self._error(f"{path}.{name}" if path else name, "unknown_field", f"there is no {name}; known are: {known}")
        return True

    def _name(self, value: Any, path: str) -> str:
        if not isinstance(value, str) or not 1 <= len(value.strip()) <= MAX_NAME or "\0" in value:
            raise InvalidValue("invalid", f"a name has 1 to {MAX_NAME} characters")
        return value.strip()

    def _account_ids(self, value: Any, path: str) -> tuple[int, ...]:
        ids = [as_integer(each) for each in _list(value, MAX_ACCOUNTS, "accounts")]
        if not all(each is not None and 0 < each < 2**63 for each in ids) or len(set(ids)) != len(ids):
            raise InvalidValue("invalid", "give the ids of accounts, each once")
        known = set(Account.objects.for_workspace(self.workspace).filter(pk__in=ids).values_list("pk", flat=True))
        for index, each in enumerate(ids):
            if each not in known:
                detail = f"there is no account {each} in this workspace"
                self._error(f"{path}[{index}]", "not_found", detail, hint_of("account"))
        return tuple(each for each in ids if each is not None)

    def _time_zone(self, value: Any, path: str) -> str:
        if not isinstance(value, str):
            raise InvalidValue("invalid", "give the name of a time zone, such as Europe/Berlin")
        schedule.check_zone(value)
        return value

    def _jitter(self, value: Any, path: str) -> timedelta:
        jitter = _duration(value)
        if jitter > MAX_JITTER:
            raise InvalidValue("out_of_range", f"the jitter is at most {MAX_JITTER.days} days")
        return jitter

    def _boolean(self, value: Any, path: str) -> bool:
        if not isinstance(value, bool):
            raise InvalidValue("invalid", "give true or false")
        return value

    def _stop_on(self, value: Any, path: str) -> tuple[str, ...]:
        rules = [
            self._try(self._stop_rule, rule, f"{path}[{index}]")
            for index, rule in enumerate(_list(value, MAX_STOP_RULES, "stop rules"))
        ]
        return tuple(dict.fromkeys(rules))

    def _stop_rule(self, value: Any, path: str) -> str:
        kind, colon, name = value.partition(":") if isinstance(value, str) else ("", "", "")
        if value == "reply":
            return "reply"
        if kind == "stage" and name in Stage.values:
            return f"stage:{name}"
        if kind == "tag" and colon:
            return f"tag:{read_tags([name])[0]}"
        stages = ", ".join(Stage.values)
        raise InvalidValue("invalid", f"give reply, tag:NAME or stage:NAME; the stages are {stages}")

    def _steps(self, value: Any, path: str) -> tuple[StepDefinition, ...]:
        items = _list(value, MAX_STEPS, "steps")
        if not items:
            raise InvalidValue("required", "a sequence has at least one step")
        steps = [self._step(item, f"{path}[{index}]") for index, item in enumerate(items)]
        keys = [step.key for step in steps if step.key]
        for index, step in enumerate(steps):
            if keys.count(step.key) > 1:
                self._error(f"{path}[{index}].id", "duplicate", f"two steps have the id {step.key}")
        return tuple(steps)

    def _step(self, data: Any, path: str) -> StepDefinition:
        values: dict[str, Any] = {"key": "", "delay": timedelta(0), "text": ""}
        if not self._is_object(data, path, _STEP_MEMBERS):
            return StepDefinition(**values)
        if "text" not in data and not data.get("attachments"):
            self._error(f"{path}.text", "required", "give the text of the message")
        readers: Mapping[str, tuple[str, Callable[[Any, str], Any]]] = {
            "id": ("key", self._step_id),
            "delay": ("delay", lambda value, _: _duration(value)),
            "format": ("format", self._format),
            "attachments": ("attachments", self._attachments),
            "text": ("text", lambda value, _: self._text(value, values)),
            "condition": ("condition", self._condition),
            "if_not": ("if_not", self._if_not),
        }
        for name, (attribute, read) in readers.items():
            if name in data:
                values[attribute] = self._try(read, data[name], f"{path}.{name}")
        return StepDefinition(**values)

    def _step_id(self, value: Any, path: str) -> str:
        if not isinstance(value, str) or not _STEP_ID.fullmatch(value):
            raise InvalidValue("invalid", "an id has 1 to 40 letters, digits, hyphens and underscores")
        return value

    def _format(self, value: Any, path: str) -> str:
        if value not in Format.values:
            raise InvalidValue("invalid_choice", f"give one of: {', '.join(Format.values)}")
        return str(value)

    def _attachments(self, value: Any, path: str) -> tuple[str, ...]:
        ids = _list(value, MAX_TOGETHER, "files")
        if not all(isinstance(each, str) and "\0" not in each for each in ids):
            raise InvalidValue("invalid", "give the ids of files")
        attaching.check_kept(self.workspace, ids)
        return tuple(ids)

    def _text(self, value: Any, step: Mapping[str, Any]) -> str:
        if not isinstance(value, str) or "\0" in value:
            raise InvalidValue("invalid", "give the text of the message")
        format, caption = step.get("format") or Format.PLAIN, bool(step.get("attachments"))
        return message_text.check_template(self.workspace, value, format, caption=caption)

    def _condition(self, value: Any, path: str) -> Any:
        if value is not None:
            parse_condition(self.workspace, value, path=path)
        return value

    def _if_not(self, value: Any, path: str) -> str:
        if value not in IF_NOT:
            raise InvalidValue("invalid_choice", f"give {' or '.join(IF_NOT)}")
        return str(value)


def _list(value: Any, most: int, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidValue("invalid", "give an array")
    if len(value) > most:
        raise InvalidValue("max_length", f"at most {most} {what}")
    return value


def _duration(value: Any) -> timedelta:
    if not isinstance(value, str):
        raise InvalidValue("invalid", "give an ISO 8601 duration, such as PT30M or P2D")
    return parse_duration(value)


def with_step_keys(
    steps: Sequence[StepDefinition], current: Sequence[str], used: Iterable[str]
) -> tuple[StepDefinition, ...]:
    """The steps, each with a key. One without takes the key that the ``current`` version has at its position, so that
    saving the same steps again changes nothing, else a new key. ``used`` are the keys of all earlier versions: contacts
    may have done those steps, and a new step is another one."""
    given = {step.key for step in steps}
    taken = given.union(used)
    numbers = [int(match[1]) for key in taken if (match := _GENERATED_ID.fullmatch(key))]
    next_number = max(numbers, default=0) + 1
    keyed = []
    for index, step in enumerate(steps):
        key = step.key
        if not key and index < len(current) and current[index] not in given:
            key = current[index]
        elif not key:
            # A given id may have more digits than the numbers that were looked at.
            while (key := f"step-{next_number}") in taken:
                next_number += 1
            next_number += 1
        keyed.append(replace(step, key=key))
    return tuple(keyed)
