"""The audit log: its entries in words, and its page."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from string import Formatter
from typing import Any, NamedTuple, get_args

from django import template
from django.apps import apps
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst

from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.admin_base import LookAheadChangeList, TenantAdmin
from crmsolid.panel.components.admin_columns import column, datetime_column, field_column, fixed_filter, pretty_json
from crmsolid.panel.components.context import panel_context
from crmsolid.panel.pages.audit_sentences import (
    INVITATION,
    KINDS,
    SENTENCES,
    SURFACES,
    Sentence,
    Thing,
    in_words,
    key_title,
)
from crmsolid.workspaces.actor import ADMINS, Surface
from crmsolid.workspaces.models import AuditEntry, Membership, User

register = template.Library()

# The first words of a sentence about somebody who is no member.
_SUBJECTS = {"key": "The API key {}", "grant": "The assistant {}", "command": "The command {}"}
OTHERS = {"key": "API keys", "grant": "Assistants", "command": "Commands", "system": "CRM Solid itself"}


@dataclass(frozen=True)
class Description:
    """An entry in words: ``who`` did ``what``, and ``details`` such as "Role: viewer → admin"."""

    entry: AuditEntry
    who: str
    it: str  # the name of what the entry is about, or its id if it is gone
    user: str  # the member whom the entry is about, if its data names one
    address: str  # of its page; empty if it has none or is gone

    @cached_property
    def what(self) -> SafeString:
        """The sentence after the name, with a link."""
        link = '<a class="cs-link" href="{1}">{0}</a>' if self.address else "<strong>{0}</strong>"
        text, values = self._parts(format_html(link, self.it, self.address))
        return format_html(text, **values) if values else format_html("{}", text)

    @property
    def interface(self) -> str:
        """What it was done with, such as the panel."""
        return SURFACES.get(self.entry.surface, self.entry.surface)

    @property
    def plain(self) -> str:
        """The whole sentence as a text."""
        text, values = self._parts(self.it)
        return f"{self.who} {text.format(**values)}"

    @property
    def _sentence(self) -> Sentence:
        """That of the action; an action of an older version of the product has none of its own."""
        return SENTENCES.get(self.entry.action) or Sentence("did {action}")

    def _parts(self, it: str) -> tuple[str, dict[str, Any]]:
        sentence = self._sentence
        text = sentence.own if sentence.own and is_own(self.entry) else sentence.text
        values = {**self.entry.data, "user": self.user, "action": self.entry.action}
        said = {name: it if name == "it" else self._in_words(name, values.get(name, "")) for name in _names_in(text)}
        return text, said

    @property
    def details(self) -> list[str]:
        """The facts beside the sentence: old → new values first."""
        sentence, data = self._sentence, dict(self.entry.data)
        lines = [line for make in sentence.lines.values() if (line := make(data))]
        for name in (*sentence.hidden, *sentence.lines, *_names_in(sentence.text)):
            data.pop(name, None)
        lines += self._take_changes(data)
        changed = data.pop("fields", None)
        if changed:
            verb = "Filled in" if self.entry.action.endswith(".created") else "Changed"
            lines.append(f"{verb}: {', '.join(key_title(name) for name in changed)}")
        facts = ((name, value) for name, value in data.items() if value != "")
        return lines + [f"{capfirst(key_title(name))}: {self._in_words(name, value)}" for name, value in facts]

    def _take_changes(self, data: dict[str, Any]) -> list[str]:
        """The old and new values, which are removed from ``data``."""
        lines = []
        old, new = data.get("old"), data.get("new")
        if isinstance(old, dict) and isinstance(new, dict):
            del data["old"], data["new"]
            lines = [self._change(name, value, new.get(name)) for name, value in old.items()]
        for name in [name for name in data if name.startswith("old_") and name[4:] in data]:
            lines.append(self._change(name[4:], data.pop(name), data.pop(name[4:])))
        return lines

    def _change(self, name: str, old: Any, new: Any) -> str:
        return f"{capfirst(key_title(name))}: {self._in_words(name, old)} → {self._in_words(name, new)}"

    def _in_words(self, name: str, value: Any) -> str:
        say = self._sentence.words.get(name)
        if say is None:
            return in_words(value)
        values = value if isinstance(value, list) else [value]
        return in_words([say(each) if isinstance(each, str) else each for each in values])


def _names_in(text: str) -> list[str]:
    return [name for _, name, _, _ in Formatter().parse(text) if name]


class _Name(NamedTuple):
    text: str
    has_ended: bool


@register.filter(name="in_sentences")
def describe(entries: Iterable[AuditEntry]) -> list[Description]:
    """Entries of one workspace in words. One query for each kind of row that they are about, one for the members, and
    one for those who have accepted an invitation."""
    rows = list(entries)
    names, accepted = _names_of(rows), _acceptances(rows)
    people = _people_of([*rows, *accepted.values()])
    for target, entry in accepted.items():
        names[INVITATION.model, target] = _Name(people.get(entry.subject_id, entry.subject_label), True)
    return [_describe(entry, names, people) for entry in rows]


def is_own(entry: AuditEntry) -> bool:
    """Whether the key or assistant that the entry is about is who did it."""
    return entry.subject_kind in ("key", "grant") and entry.subject_id == entry.target


def _describe(entry: AuditEntry, names: Mapping[tuple[str, str], _Name], people: Mapping[str, str]) -> Description:
    sentence, who = SENTENCES.get(entry.action), _who(entry, people)
    thing = sentence.thing if sentence else None
    user = people.get(_user_in(entry), "somebody who has left")
    if sentence is not None and sentence.list_page is not None:
        words, page = sentence.list_page
        return Description(entry, who, words, user, panel_url(page, query={"session": entry.target}))
    if thing is None:
        return Description(entry, who, entry.target, user, "")
    name = names.get((thing.model, entry.target))
    nameless = "somebody who has not joined" if thing is INVITATION else entry.target
    kept = entry.data.get("name") or entry.data.get("client") or nameless
    address = panel_url(thing.page, entry.target) if thing.page and name is not None and not name.has_ended else ""
    return Description(entry, who, name.text if name is not None else kept, user, address)


def _who(entry: AuditEntry, people: Mapping[str, str]) -> str:
    """The first words of the sentence."""
    if entry.subject_kind == "system":
        return "CRM Solid"
    if entry.subject_kind == "user" and entry.subject_id in people:
        return people[entry.subject_id]
    sentence = SENTENCES.get(entry.action)
    is_named = sentence is None or not sentence.own or not is_own(entry)  # else the sentence names it
    return _SUBJECTS.get(entry.subject_kind, "{}").format(entry.subject_label if is_named else "").strip()


def _acceptances(entries: Iterable[AuditEntry]) -> dict[str, AuditEntry]:
    """The entries that say who has accepted the invitations which these are about: accepting one deletes its row."""
    about = [each for each in entries if each.action.startswith("invitation.") and each.target]
    if not about:
        return {}
    found = AuditEntry.objects.for_workspace(about[0].workspace_id).filter(action="invitation.accepted")
    return {each.target: each for each in found.filter(target__in={each.target for each in about})}


def _user_in(entry: AuditEntry) -> str:
    """The id of the user whom the entry is about; empty if its data names none."""
    return str(entry.data.get("user", ""))


def _names_of(entries: Iterable[AuditEntry]) -> dict[tuple[str, str], _Name]:
    """The names of the rows that entries are about and that still exist, by model and id."""
    wanted: dict[Thing, set[str]] = defaultdict(set)
    workspace_id = None
    for entry in entries:
        workspace_id = entry.workspace_id
        sentence = SENTENCES.get(entry.action)
        if sentence is not None and sentence.thing is not None and entry.target:
            wanted[sentence.thing].add(entry.target)
    names = {}
    for thing, ids in wanted.items():
        model: Any = apps.get_model(thing.model)
        numeric = model._meta.pk.get_internal_type() == "BigAutoField"
        keys = [key for key in ids if key.isdigit()] if numeric else ids
        rows = model.objects.for_workspace(workspace_id).filter(pk__in=keys).order_by()
        if thing.owner:
            rows = rows.filter(**{thing.owner: None})
        ended = models.F(thing.ended) if thing.ended else models.Value(None, models.DateTimeField())
        for pk, has_ended, *columns in rows.annotate(ended=ended).values_list("pk", "ended", *thing.names):
            names[thing.model, str(pk)] = _Name(next(filter(None, columns), "") or str(pk), bool(has_ended))
    return names


def _people_of(entries: Sequence[AuditEntry]) -> dict[str, str]:
    subjects = {entry.subject_id for entry in entries if entry.subject_kind == "user"}
    ids = {each for each in subjects | {_user_in(entry) for entry in entries} if each.isdigit()}
    rows = User.objects.filter(pk__in=ids).values_list("pk", "name", "email") if ids else ()
    return {str(pk): name or email for pk, name, email in rows}


# --- The page ---------------------------------------------------------------------------------------------------------
class WhoFilter(admin.SimpleListFilter):
    """By member, or by another kind of subject."""

    title = parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        panel = panel_context(request)
        assert panel is not None  # only members see lists
        members = Membership.objects.for_workspace(panel.live)
        people = members.order_by("user__email").values_list("user_id", "user__name", "user__email")[:200]
        return [*((f"user:{pk}", name or email) for pk, name, email in people), *OTHERS.items()]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        kind, _, subject_id = (self.value() or "").partition(":")
        queryset = queryset.filter(subject_kind=kind) if kind else queryset
        return queryset.filter(subject_id=subject_id) if subject_id else queryset


class KindFilter(admin.SimpleListFilter):
    """By what the entries are about."""

    title, parameter_name = "about", "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, label) for value, (label, _) in KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.value() not in KINDS:
            return queryset
        _, beginnings = KINDS[str(self.value())]
        condition = models.Q()
        for beginning in beginnings:
            condition |= models.Q(action__startswith=beginning)
        return queryset.filter(condition)


class AuditList(LookAheadChangeList):
    """The entries of a page get their sentences together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        for description in describe(self.result_list):
            description.entry.description = description  # type: ignore[attr-defined]


@admin.register(AuditEntry)
class AuditEntryAdmin(TenantAdmin):
    """The audit log. Its entries never change."""

    viewers = ADMINS
    list_display = ("when", "sentence", "details", "surface_name", "address")
    list_filter = (
        "at",
        WhoFilter,
        KindFilter,
        fixed_filter("surface", get_args(Surface), title="interface", labels=SURFACES),
    )
    search_fields = ("action", "subject_label", "target")
    search_help_text = "Person, key, or id of what was changed"
    keeps_history = False
    empty_text = "What people, keys and commands do here is recorded on this page."
    ordering = ("-at", "-id")
    fields = ("when", "sentence", "details", "surface_name", "address", "by", "action", "about", "data_json")
    when = datetime_column("when", "at")
    by = field_column("signed in as", "subject_label")
    about = field_column("id", "target")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[AuditList]:
        return AuditList

    def label_of(self, obj: AuditEntry) -> str:
        return _described(obj).plain

    @column("what happened")
    def sentence(self, entry: AuditEntry) -> SafeString:
        return format_html("{} {}", _described(entry).who, _described(entry).what)

    @column("interface", ordering="surface")
    def surface_name(self, entry: AuditEntry) -> str:
        return _described(entry).interface

    @column("details")
    def details(self, entry: AuditEntry) -> SafeString:
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in _described(entry).details))

    @column("IP address")
    def address(self, entry: AuditEntry) -> str:
        return entry.ip or ""

    @column("as it is stored")
    def data_json(self, entry: AuditEntry) -> SafeString:
        return pretty_json(entry.data)


def _described(entry: Any) -> Description:
    """What :class:`AuditList` has set; a page of one entry asks for itself."""
    if not hasattr(entry, "description"):
        [entry.description] = describe([entry])
    found: Description = entry.description
    return found
