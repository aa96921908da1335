"""What the builder of a sequence says beside its fields: its settings as words of sentences, and what somebody gets."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.text import get_text_list

from contacts.models import Contact
from crmsolid.core.periods import duration_text
from crmsolid.workspaces.actor import Actor
from messaging.models import Format
from messaging.panel.composing import Word, as_html, chosen, with_fields_marked, with_small_files
from messaging.panel.media import kept_files
from messaging.sending import automatic
from sequences import services
from sequences.definition import Definition
from sequences.models import Reason
from sequences.panel.forms import DAY_NAMES, DefinitionForm, StepForm
from sequences.running.progress import zone_of
from sequences.running.schedule import DAYS
from sequences.services import PreviewStep

_NOT_WRITTEN = "Nothing is written here yet."
_NOT_REACHED = "They have no Telegram username or id, so nothing reaches them."
_STOPS_HERE = "They do not meet its condition, so the sequence ends here for them."
_LEFT_OUT = "Left out: they do not meet its condition."
_LACKS_VALUE = "They lack a value that the text needs, so it waits."


def sentences(form: DefinitionForm, definition: Definition, labels: Mapping[str, str]) -> dict[str, Word]:
    """The chosen words of the settings by their names, and those of each step as ``words`` of its form. ``definition``
    is what was typed; ``labels`` are those of the fields of contacts."""
    for number, (step, read) in enumerate(zip(form.steps, definition.steps, strict=False), 1):
        condition = step.described and f"only if {step.described}"
        step.words = {
            "wait": Word(f"wait-{number}", duration_text(read.delay), "no time"),
            "condition": Word(f"if-{number}", condition, "a condition", is_extra=True),
            "text": Word(f"text-{number}", _marked(step, labels) or _count(read.attachments), "Nothing is written yet"),
        }
    values = form.main.values()
    hours = definition.as_json()["window"]
    tags = str(values["stop_tags"]).splitlines()
    words = [
        Word("accounts", get_text_list(chosen(form.main["account_ids"]), "and"), "an account", is_extra=True),
        Word("days", _days_text(hours["days"]) if hours else "", "any day"),
        Word("hours", _hours_text(hours) if hours else "", "at any hour"),
        Word("zone", values["time_zone"], "that of the workspace"),
        Word("reply", "they reply" if values["stop_on_reply"] else "", "they reply", is_extra=True),
        Word("stages", ", ".join(chosen(form.main["stop_stages"])), "a stage", is_extra=True),
        Word("tags", ", ".join(tag.strip() for tag in tags if tag.strip()), "a tag", is_extra=True),
        Word("more", _more(values, definition), ""),
    ]
    return {word.name: word for word in words}


def _count(attachments: Sequence[str]) -> str:
    return "" if not attachments else "1 file" if len(attachments) == 1 else f"{len(attachments)} files"


def _marked(step: StepForm, labels: Mapping[str, str]) -> str:
    written_in = step["format"].value()
    format = written_in if written_in in Format.values else Format.PLAIN
    return with_fields_marked(step["text"].value(), labels, format, styled=False)


def _hours_text(window: Mapping[str, str]) -> str:
    hours = window["from"], window["to"]
    return "" if hours == ("00:00", "24:00") else f"between {hours[0]} and {hours[1]}"


def _days_text(days: Sequence[str]) -> str:
    """Such as "Mon to Fri", or "Mon and Thu"."""
    numbers = sorted(DAYS.index(day) for day in days)
    names = [DAY_NAMES[number] for number in numbers]
    if len(names) == len(DAYS):
        return "every day"
    if len(names) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"{names[0]} to {names[-1]}"
    return str(get_text_list(names, "and"))


def _more(values: Mapping[str, Any], definition: Definition) -> str:
    """What the settings behind "More" are set to."""
    jitter = duration_text(definition.jitter)
    said = [
        f"up to {jitter} later at random" if jitter else "no random delay",
        "another account takes over" if values["pass_on"] else "each contact keeps the account",
        *(["replies of machines do not stop it"] if values["ignore_auto_replies"] else []),
    ]
    return ", ".join(said)


# --- What somebody gets -----------------------------------------------------------------------------------------------
def bubbles(
    actor: Actor, definition: Definition, problems: Mapping[int, str], form: DefinitionForm, contact: Contact
) -> list[dict[str, Any]]:
    """The steps as this contact would get them, each with its time on the contact's clock. Errors: as
    :func:`sequences.services.preview_definition`."""
    zone, shown = ZoneInfo(zone_of(definition, contact)), []
    steps = services.preview_definition(actor, definition, contact_id=contact.pk)
    files = kept_files(actor.workspace, definition.attachments)
    for index, step in enumerate(steps):
        ids = definition.steps[index].attachments
        is_blank = not ids and not str(form.steps[index]["text"].value() or "").strip()
        ends = step.planned_at is None and definition.steps[index].if_not == "stop"
        problem = _NOT_WRITTEN if is_blank else problems.get(index, "") or _why_not(step, contact, ends)
        shown.append(
            {
                "number": index + 1,
                "at": step.planned_at and local_time(step.planned_at, zone),
                "text": with_small_files(as_html(step.formatted), ids, files)
                if step.formatted and index not in problems
                else "",
                "problem": problem,
                "is_blank": is_blank,
            }
        )
    return shown


def _why_not(step: PreviewStep, contact: Contact, ends: bool) -> str:
    """Why the step is not sent as planned; empty if it is."""
    if step.reason == Reason.CONDITION:
        return _STOPS_HERE if ends else _LEFT_OUT
    if step.reason == Reason.MISSING_VALUE:
        return _LACKS_VALUE if step.text is None or automatic.recipient_of(contact) else _NOT_REACHED
    return ""


def local_time(at: datetime, zone: ZoneInfo) -> str:
    """Such as "Mon 30 Nov, 10:14"."""
    return f"{at.astimezone(zone):%a %-d %b, %H:%M}"


def place(definition: Definition, contact: Contact) -> str:
    """Whose clock the times are of, such as "in Madrid", or "in UTC"."""
    return f"in {zone_of(definition, contact).rpartition('/')[2].replace('_', ' ')}"


def rules(definition: Definition) -> str:
    """What the times depend on, below the preview."""
    within = ["within the sending hours"] if definition.window else []
    added = [f"with up to {duration_text(definition.jitter)} added"] if definition.jitter else []
    said = [f"Times are {', '.join([*within, *added])}."] if within or added else []
    said += ["A reply on any day stops the rest."] if "reply" in definition.stop_on else []
    return " ".join(said)
