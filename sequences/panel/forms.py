"""Forms of Automation > Sequences. They build the JSON that ``sequences.definition`` reads, and show its errors."""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.text import capfirst

from contacts.forms import ConditionField, ConditionWidget, DurationField, LinesField
from contacts.models import Stage
from contacts.segments import builder, fields
from contacts.segments.builder import Group
from contacts.segments.conditions import ConditionErrors, definitions_of, describe, parse_condition
from crmsolid.core import strictjson
from crmsolid.core.errors import DomainError, FieldError
from crmsolid.panel.components.comboboxes import Combobox, HourField, ZoneField
from crmsolid.panel.components.forms import EditForm
from crmsolid.workspaces.models import Workspace
from messaging.models import Account
from messaging.panel.broadcast_form import ACCOUNTS_HELP
from messaging.panel.composing import FileIdsField, FormatChoice
from sequences.definition import (
    IF_NOT,
    MAX_NAME,
    MAX_STEPS,
    Definition,
    DefinitionErrors,
    read_definition,
    with_step_keys,
)
from sequences.running.schedule import DAYS, ResumeMode

DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_IF_NOT_LABELS = {"skip": "skip this step", "stop": "stop the sequence for them"}
# The ways to resume after a pause, each with what it does to the dates of those who waited.
RESUME_MODES = {
    ResumeMode.KEEP_DATES: (
        "Keep the planned dates",
        "No date moves. What should have been sent during the pause is due at once.",
    ),
    ResumeMode.RESTART_DELAY: (
        "Start the wait again",
        "The whole wait before the next step begins anew now.",
    ),
    ResumeMode.ONLY_ACTIVE_TIME: (
        "Go on where they stopped",
        "The pause does not count: everything is due later by its length.",
    ),
}

NEW_STEP: dict[str, Any] = {
    "id": "",
    "delay": "PT0S",
    "text": "",
    "format": "plain",
    "condition": None,
    "if_not": "skip",
}
NEW_SEQUENCE: dict[str, Any] = {
    "name": "",
    "account_ids": [],
    "time_zone": "UTC",
    "window": None,
    "jitter": "PT0S",
    "stop_on": ["reply"],
    "ignore_auto_replies": False,
    "pass_on": False,
    "steps": [NEW_STEP],
}


class RawValues(forms.Form):
    """A form that can be shown again as it was filled in."""

    def values(self) -> dict[str, Any]:
        """What the fields show, as it was typed."""
        return {name: self[name].value() for name in self.fields}


def account_label(account: Account) -> str:
    """The account with its id, because several may have the same name."""
    return f"{account.name} (#{account.pk})"


class SequenceForm(EditForm, RawValues):
    """Everything but the steps. ``version`` is the one that was edited, and ``steps`` the number of their forms."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        required=False,
        widget=forms.TextInput(attrs={"maxlength": MAX_NAME, "placeholder": "Name of the sequence"}),
    )
    account_ids = forms.TypedMultipleChoiceField(
        label="Sending accounts",
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=ACCOUNTS_HELP,
    )
    time_zone = ZoneField(label="Time zone", help_text="A contact's own time zone goes first.")
    days = forms.MultipleChoiceField(
        required=False, choices=list(zip(DAYS, DAY_NAMES, strict=True)), widget=forms.CheckboxSelectMultiple
    )
    opens = HourField(label="From", required=False)
    closes = HourField(midnight=True, label="To", required=False, help_text="Such as 18:00, or 24:00 for midnight.")
    jitter = DurationField(label="Random extra delay, up to", help_text="Each message is later by a random part of it.")
    stop_on_reply = forms.BooleanField(required=False)
    stop_tags = LinesField(2, suggest="tags", label="They get one of these tags", help_text="One tag a line.")
    stop_stages = forms.MultipleChoiceField(
        label="They come to one of these stages",
        required=False,
        choices=Stage.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    ignore_auto_replies = forms.BooleanField(required=False)
    pass_on = forms.BooleanField(required=False)

    def __init__(self, workspace: Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = Account.objects.for_workspace(workspace).order_by("name", "id")
        self.fields["account_ids"].choices = [  # type: ignore[attr-defined]
            (each.pk, account_label(each)) for each in accounts
        ]

    def given(self) -> dict[str, Any]:
        """What was filled in. A field that was refused has its value of a new sequence, so that the rest is checked."""
        return {**NEW_SEQUENCE, **_main_values(NEW_SEQUENCE), **self.cleaned_data}

    def stop_rules(self) -> list[tuple[str, str]]:
        """The rules, each with the field that it comes from."""
        values = self.given()
        tags = [line.strip() for line in values["stop_tags"].split("\n") if line.strip()]
        return [
            *([("stop_on_reply", "reply")] if values["stop_on_reply"] else []),
            *(("stop_tags", f"tag:{tag}") for tag in tags),
            *(("stop_stages", f"stage:{stage}") for stage in values["stop_stages"]),
        ]

    def typed(self) -> dict[str, Any]:
        """As JSON, what the fields say of when messages are sent and what stops them. It may be wrong."""
        values = self.values()
        return {
            "time_zone": values["time_zone"],
            "jitter": _typed_duration(self.fields["jitter"], values["jitter"]),
            "window": _window(values),
            "stop_on": ["reply"] if values["stop_on_reply"] else [],
        }


class StepConditionField(ConditionField):
    """The condition of a step; None if it holds for everybody."""

    def __init__(self, known: dict[str, fields.ConditionField], **options: Any) -> None:
        self.known = known
        forms.Field.__init__(self, widget=ConditionWidget(known), required=False, **options)

    def clean(self, value: Any) -> Any:
        return _simplest(builder.to_json(value, self.known))

    def same(self, condition: Any) -> Any:
        """What the rows of this condition are sent as if nobody changes them."""
        return None if condition is None else _simplest(builder.to_json(builder.from_json(condition), self.known))


class StepForm(RawValues):
    """One step. ``id`` is empty until it was saved. ``known`` are the fields that its condition may name."""

    id = forms.CharField(required=False, widget=forms.HiddenInput)
    delay = DurationField(label="Wait")
    text = LinesField(
        4,
        label="Text",
        strip=False,
        help_text="{first_name} is the contact's first name; {first_name|there} says “there” to those without one.",
    )
    format = FormatChoice()
    attachments = FileIdsField()
    if_not = forms.ChoiceField(label="For all others", choices=[(each, _IF_NOT_LABELS[each]) for each in IF_NOT])

    described = ""
    # Whether its fields, and those of its condition, are shown at once.
    is_open = shows_condition = False
    # What the page says of it beside its fields.
    figures: Sequence[Mapping[str, Any]] = ()
    words: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, known: dict[str, fields.ConditionField], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["condition"] = StepConditionField(known, label="Only for contacts for whom this holds")

    @property
    def condition_field(self) -> StepConditionField:
        field = self.fields["condition"]
        assert isinstance(field, StepConditionField)
        return field

    @property
    def group(self) -> Group:
        """The rows of the condition as they are shown."""
        value = self["condition"].value()
        return value if isinstance(value, Group) else builder.from_json(value) if value is not None else Group()

    def typed(self) -> dict[str, Any]:
        """As JSON, what the fields say. It may be wrong."""
        values = self.values()
        delay, condition = (
            _typed_duration(self.fields["delay"], values["delay"]),
            self.condition_field.clean(self.group),
        )
        return _step_json({**values, "delay": delay, "condition": condition})

    def describe_condition(self, workspace: Workspace) -> None:
        """Say the condition in plain English, if it is one."""
        condition = self.condition_field.clean(self.group)
        with suppress(ConditionErrors):
            self.described = "" if condition is None else describe(parse_condition(workspace, condition))

    def add_condition_error(self, rest: str, error: FieldError) -> None:
        """Put an error of the condition at its row. ``rest`` is where it is in the condition."""
        at_row = FieldError(f"condition.{rest}".rstrip("."), error.code, error.detail)
        elsewhere = builder.show_errors(self.group, [at_row], "condition")
        self.add_error("condition", elsewhere or "Correct the row that is marked.")


_WINDOW_FIELDS = {"window": "days", "window.days": "days", "window.from": "opens", "window.to": "closes"}
_STEP_PATH = re.compile(r"steps\[(?P<index>\d+)\](?:\.(?P<name>\w+)\.?(?P<rest>.*))?")
_MAIN_PATH = re.compile(r"(?P<name>window\.\w+|\w+)(?:\[(?P<index>\d+)\])?.*")


class DefinitionForm:
    """The form of a whole sequence: ``main`` and a form for each of the ``steps``."""

    def __init__(self, workspace: Workspace, main: SequenceForm, steps: Sequence[StepForm]) -> None:
        self.workspace, self.main, self.steps = workspace, main, list(steps)
        for number, step in enumerate(self.steps):
            step.fields["delay"].help_text = f"After step {number}." if number else "After the enrollment."
            step.describe_condition(workspace)

    @classmethod
    def of_json(
        cls, workspace: Workspace, data: Mapping[str, Any], version: int | None = None, shown: str | None = None
    ) -> "DefinitionForm":
        """The form of a definition as JSON. Of one that is not saved yet ``version`` and ``shown`` say what it was made
        from."""
        values = {**data, **_main_values(data), "version": version}
        return cls._showing(workspace, values, data["steps"], shown)

    @classmethod
    def of_post(
        cls, workspace: Workspace, post: Mapping[str, Any], current: Definition | None = None
    ) -> "DefinitionForm":
        """The form as it was sent, of a sequence that is ``current`` now."""
        number = int(post["steps"]) if re.fullmatch(r"[0-9]{1,3}", post.get("steps", "")) else 0
        known = builder.known_fields(definitions_of(workspace))
        steps = [StepForm(known, post, prefix=f"step-{index}") for index in range(min(number, MAX_STEPS + 1))]
        data = None if current is None else current.as_json()
        stored = None if data is None else {**data, **_main_values(data)}
        return cls(workspace, SequenceForm(workspace, post, initial=stored), steps)

    @classmethod
    def _showing(
        cls,
        workspace: Workspace,
        values: Mapping[str, Any],
        steps: Iterable[Mapping[str, Any]],
        shown: str | None = None,
    ) -> "DefinitionForm":
        known = builder.known_fields(definitions_of(workspace))
        forms_of_steps = [
            StepForm(known, initial=dict(step), prefix=f"step-{index}") for index, step in enumerate(steps)
        ]
        return cls(workspace, SequenceForm(workspace, initial=dict(values), shown=shown), forms_of_steps)

    def edited(self, operation: str) -> "DefinitionForm":
        """The form after one of the buttons ``add``, ``copy-2``, ``remove-2``, ``up-2`` and ``down-2``, or after step 2
        was dragged to the position of step 0 (``move-2-0``), and without errors. Anything else changes no step;
        ``condition-2`` shows the rows of a condition, which its own button has changed."""
        verb, _, numbers = operation.partition("-")
        steps = [step.values() for step in self.steps]
        wanted = re.fullmatch(r"([0-9]{1,3})(?:-([0-9]{1,3}))?", numbers)
        index, to = (int(wanted[1]), int(wanted[2] or 0)) if wanted else (len(steps), 0)
        places = {"up": max(0, index - 1), "down": index + 1, "move": to}
        opened = None
        may_grow = len(steps) <= MAX_STEPS  # one too many is refused when it is saved; more would not be read again
        if verb == "add" and may_grow:
            opened = len(steps)
            steps.append({**NEW_STEP, "delay": "P1D" if steps else "PT0S"})
        elif verb == "copy" and may_grow and index < len(steps):
            opened = index + 1
            steps.insert(opened, {**steps[index], "id": ""})
        elif index < len(steps) and verb in (*places, "remove"):
            step = steps.pop(index)
            if verb in places:
                steps.insert(places[verb], step)
        form = self._showing(self.workspace, self.main.values(), steps, self.main.sent_shown)
        if opened is not None:
            form.steps[opened].is_open = True
        if verb == "condition" and index < len(steps):
            form.steps[index].shows_condition = True
        return form

    def as_typed(self, keys: Iterable[str]) -> tuple[Definition, dict[int, str]]:
        """What the fields say of texts and times, as far as it can be read, and what is wrong with steps, by their
        indexes. A new step gets the key that saving would give it beside these ``keys``, which were used before."""
        main, steps = self.main.typed(), [step.typed() for step in self.steps[:MAX_STEPS]]
        problems: dict[int, str] = {}
        try:
            definition = self._preview_of(main, steps)
        except DefinitionErrors as error:
            for each in error.errors:
                at = _STEP_PATH.fullmatch(each.field)
                if at is None:
                    main.pop(each.field.partition(".")[0], None)
                    continue
                index = int(at["index"])
                problems.setdefault(index, each.detail)
                steps[index] = {"text": "-", "delay": "PT0S" if at["name"] == "delay" else steps[index]["delay"]}
            definition = self._preview_of(main, steps)
        return replace(definition, steps=with_step_keys(definition.steps, (), keys)), problems

    def _preview_of(self, main: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> Definition:
        if not steps:
            return Definition("Preview")
        return read_definition(self.workspace, {"name": "Preview", **main, "steps": steps})

    @property
    def version(self) -> int | None:
        """The version that was edited."""
        self.main.is_valid()
        version: int | None = self.main.cleaned_data.get("version")
        return version

    def refuse_steps(self, error: str, current: int) -> None:
        """Somebody else has changed the steps too. The page says so, and counts as made from the current version."""
        self.main.add_error(None, error)
        sent: Any = self.main.data
        self.main.data = sent = sent.copy()
        sent["version"] = str(current)

    def read(self, current: Definition | None = None, base: Definition | None = None) -> Definition | None:
        """The definition that was sent, or None after noting each error at its field.

        Where it says the same as the ``current`` one, accounts and stop rules keep their order. ``base`` is the one
        that was edited: if the member has left its steps alone, they are those of the current one.
        """
        is_valid = all([each.is_valid() for each in (self.main, *self.steps)])
        values, rules = self.main.given(), self.main.stop_rules()
        if current is not None:
            rules.sort(key=lambda rule: _place(rule[1], current.stop_on))
            values["account_ids"].sort(key=lambda account: _place(account, current.account_ids))
        data = {
            **{name: values[name] for name in ("name", "account_ids", "time_zone", "jitter")},
            **{name: values[name] for name in ("ignore_auto_replies", "pass_on")},
            "window": _window(values),
            "stop_on": [rule for _, rule in rules],
            "steps": [_step_json(self._kept(step, base)) for step in self.steps],
        }
        try:
            definition = read_definition(self.workspace, data)
        except DefinitionErrors as error:
            self.add_errors(error.errors, [field for field, _ in rules])
            return None
        if base is not None and current is not None and definition.steps == base.steps:
            definition = replace(definition, steps=current.steps)
        return definition if is_valid else None

    @staticmethod
    def _kept(step: StepForm, base: Definition | None) -> dict[str, Any]:
        """What was sent of a step, with the condition that was edited where its rows are as they were."""
        values = dict(step.cleaned_data)
        old = base.step(values.get("id", "")) if base else None
        if old is not None and step.condition_field.same(old.condition) == values.get("condition"):
            values["condition"] = old.condition
        return values

    @property
    def has_errors(self) -> bool:
        """Whether something was refused, maybe far down the page."""
        return any(each.errors for each in (self.main, *self.steps))

    def add_domain_error(self, error: DomainError) -> None:
        """Show a service's error at the fields that it names, else above the form."""
        self.add_errors(error.errors or [FieldError("", error.code, error.detail)])

    def add_errors(self, errors: Iterable[FieldError], rule_fields: Sequence[str] = ()) -> None:
        """Show each error at the field of its path; ``rule_fields`` are the fields of the members of ``stop_on``."""
        for error in errors:
            step = _STEP_PATH.fullmatch(error.field)
            if step is not None and int(step["index"]) < len(self.steps):
                form: forms.Form = self.steps[int(step["index"])]
                name, rest = step["name"] or "", step["rest"] or ""
            else:
                form, rest = self.main, ""
                name = _main_field(error.field, rule_fields)
            if isinstance(form, StepForm) and name == "condition":
                form.add_condition_error(rest, error)
                continue
            detail = f"In {rest}: {error.detail}" if rest else capfirst(error.detail)
            form.add_error(name if name in form.fields else None, f"{detail}.")


def _main_field(path: str, rule_fields: Sequence[str]) -> str:
    match = _MAIN_PATH.fullmatch(path)
    if match is None:
        return ""
    name, index = match["name"], match["index"]
    if name == "stop_on":
        return rule_fields[int(index)] if index and int(index) < len(rule_fields) else "stop_tags"
    return _WINDOW_FIELDS.get(name, name)


def _main_values(data: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the fields that differ from the JSON."""
    window = data["window"] or {"days": [], "from": "", "to": ""}
    rules = [rule.partition(":") for rule in data["stop_on"]]
    return {
        "days": window["days"],
        "opens": window["from"],
        "closes": window["to"],
        "stop_on_reply": ("reply", "", "") in rules,
        "stop_tags": "\n".join(name for kind, _, name in rules if kind == "tag"),
        "stop_stages": [name for kind, _, name in rules if kind == "stage"],
    }


def _simplest(condition: Any) -> Any:
    """The condition without a group around a single one; None for a group that holds for everybody."""
    if condition in ({"all": []}, {"not": {"any": []}}):
        return None
    parts = condition.get("all", ())
    return parts[0] if len(parts) == 1 else condition


def _step_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """A step without an id is a new one, and one without a format is written in the default one."""
    values = {**values, "attachments": str(values.get("attachments") or "").split()}
    return {name: value for name, value in values.items() if name not in ("id", "format", "attachments") or value}


def _window(values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The window of these days and hours. Days without hours are whole days, hours without days are those of each."""
    hours = {"from": values["opens"], "to": values["closes"]}
    given = {name: time for name, time in hours.items() if time}
    if not given:
        return {"days": values["days"], "from": "00:00", "to": "24:00"} if values["days"] else None
    return {"days": values["days"] or list(DAYS), **given}


def _typed_duration(field: forms.Field, value: Any) -> str:
    """The duration that the fields show; none if it cannot be read."""
    parts = value if isinstance(value, list) else field.widget.decompress(value)
    with suppress(forms.ValidationError):
        return str(field.clean(parts))
    return "PT0S"


def _place(item: Any, order: Sequence[Any]) -> int:
    return order.index(item) if item in order else len(order)


class PublishForm(forms.Form):
    """The definition to publish, as JSON, and what happens to the people in the sequence."""

    definition = forms.CharField(strip=False, widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    people = forms.ChoiceField(
        choices=[("stay", "stay"), ("move", "move")],
        error_messages={"required": "Choose what happens to the people in the sequence."},
    )

    def clean_definition(self) -> Any:
        try:
            return strictjson.loads(self.cleaned_data["definition"].encode())
        except (strictjson.MalformedJSON, strictjson.NullCharacter):
            raise forms.ValidationError("This page is too old. Open the sequence again.") from None


class ResumeForm(forms.Form):
    """When the steps that waited through a pause are due."""

    mode = forms.ChoiceField(
        choices=[(mode.value, label) for mode, (label, _) in RESUME_MODES.items()],
        error_messages={"required": "Choose what happens to the dates."},
    )


class RehearsalForm(forms.Form):
    """Whom a rehearsal is for; somebody made up if it is left empty."""

    contact = forms.CharField(
        label="Contact",
        required=False,
        help_text="Empty: somebody made up, with a value for everything.",
        widget=Combobox("people", {"placeholder": "Name, @username, e-mail or id"}),
    )


def first_error(form: forms.Form) -> str:
    """The first thing that is wrong with a form that has no page of its own."""
    return next(str(error) for errors in form.errors.values() for error in errors)
