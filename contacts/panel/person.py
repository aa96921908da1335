"""A contact's page: what happened, the facts, and all that is changed in place."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.core.paginator import InvalidPage
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme

from contacts import custom_fields, notes, repository, services, stages, timeline
from contacts.models import Contact, CustomField, Stage
from contacts.panel.actions import Conversation, contact_actions, contact_conversations, contact_sections
from contacts.panel.forms import (
    ContactForm,
    ContactTagsForm,
    NewContactForm,
    NoteForm,
    StageForm,
    save_contact,
    split_tags,
)
from contacts.panel.notes import shown_notes
from contacts.repository import ContactWithTags
from contacts.scoring.panel import ScoreForm
from contacts.scoring.services import adjust_score, get_score
from crmsolid.core import clock, strictjson
from crmsolid.core.errors import DomainError
from crmsolid.panel.components.addresses import current_side, side_of
from crmsolid.panel.components.admin_base import LookAheadPaginator
from crmsolid.panel.components.tenant_page import TenantPage
from crmsolid.workspaces import audit
from crmsolid.workspaces.actor import ADMINS

# So many changes of the score stand beside it; the timeline has all of them.
LEDGER_ROWS = 5
ERASE_WORD = "erase"
HISTORY_ROWS = 50
# The custom field that stands beside the name.
COMPANY = "company"


def display_value(value: Any) -> str:
    """The value of a custom field as text."""
    return {True: "Yes", False: "No"}[value] if isinstance(value, bool) else str(value)


class OfContact(TenantPage):
    """A page about one contact."""

    model = Contact

    def person(self, contact_id: str) -> ContactWithTags:
        """The contact of the address with its tags; 404 if the workspace has none."""
        return repository.with_tags([self.row(Contact, contact_id)])[0]


class ContactPage(OfContact):
    name = "contacts_contact_change"
    title = "Contact"
    template = "panel/contact.html"

    def get(self, request: Any, contact_id: str) -> HttpResponseBase:
        return self._page(self.person(contact_id))

    def post(self, request: Any, contact_id: str) -> HttpResponseBase:
        """One of the forms of the page: the button ``do`` says which."""
        person = self.person(contact_id)
        verbs: dict[str, Callable[[ContactWithTags], HttpResponseBase | None]] = {
            "edit": self._edit,
            "stage": self._stage,
            "opt_out": self._opt_out,
            "tags": self._tags,
            "tag": self._tag,
            "untag": self._untag,
            "note": self._note,
            "edit_note": self._edit_note,
            "delete_note": self._delete_note,
            "score": self._score,
        }
        verb = verbs.get(request.POST.get("do", ""), self._act_in_place)
        answer = verb(person)
        return answer or self.redirect(self.name, contact_id)

    # --- What is shown ----------------------------------------------------------------------------------------
    def _page(
        self,
        person: ContactWithTags,
        *,
        form: ContactForm | None = None,
        stage_form: StageForm | None = None,
        note: NoteForm | None = None,
        status: int = 200,
    ) -> HttpResponseBase:
        contact, definitions = person.contact, custom_fields.by_key(self.workspace)
        may_write = self.may_change
        form = form or ContactForm.of(person)
        wanted = form.fields.get(self.request.GET.get("edit", ""))
        if wanted is not None and not form.is_bound:
            wanted.widget.attrs["autofocus"] = True
        return self.render(
            status=status,
            title=str(contact),
            page_label=str(contact),
            contact=contact,
            company=contact.custom_fields.get(COMPANY, ""),
            tags=sorted(person.tags),
            tags_form=ContactTagsForm.of(person),
            facts=self._facts(contact, definitions),
            stage_form=stage_form or StageForm.of(person),
            path=_path(contact),
            form=form,
            note_form=note or NoteForm(),
            edited_note=self.request.GET.get("edit", ""),
            **_conversations(contact),
            score=get_score(self.actor, contact.pk, limit=LEDGER_ROWS),
            score_form=ScoreForm(),
            **self._timeline(contact),
            sections=[section(contact) for section in contact_sections.values()],
            actions=[(each.title, each.address(contact.pk)) for each in contact_actions.values()] if may_write else [],
        )

    def _timeline(self, contact: Contact) -> dict[str, Any]:
        group = self.request.GET.get("show", "")
        group = group if group in timeline.GROUPS else ""
        cursor = self.request.GET.get("older") or None
        try:
            events = timeline.read(self.actor, contact, group=group, cursor=cursor)
        except DomainError:
            events = timeline.read(self.actor, contact, group=group)
        found = [entry.row for entry in events.rows if entry.source and entry.source.group == timeline.NOTES]
        of_note = {each.note.pk: each for each in shown_notes(self.actor, found, may_change=self.may_change)}
        shown = [(entry, of_note.get(entry.id)) for entry in events.rows]
        return {
            "days": [
                (_day_title(day), list(entries)) for day, entries in groupby(shown, lambda pair: _day(pair[0].at))
            ],
            "older": events.next_cursor,
            "is_older": cursor is not None,
            "groups": timeline.GROUPS,
            "group": group,
        }

    def _facts(self, contact: Contact, definitions: dict[str, CustomField]) -> list[tuple[str, str]]:
        """What is known of the contact, as labels and texts."""
        own = [
            ("Username", f"@{contact.username}" if contact.username else ""),
            ("E-mail", contact.email),
            ("Phone", contact.phone),
            ("Time zone", contact.time_zone),
            ("Telegram id", str(contact.telegram_id or "")),
        ]
        values = contact.custom_fields
        by_label = sorted(definitions.values(), key=lambda each: each.label)
        custom = [(each.label, display_value(values[each.key])) for each in by_label if each.key in values]
        return [(label, text) for label, text in (*own, *custom) if text]

    # --- The forms --------------------------------------------------------------------------------------------
    def _edit(self, person: ContactWithTags) -> HttpResponseBase | None:
        form, written = save_contact(self.actor, person.contact.pk, lambda now: ContactForm.of(now, self.request.POST))
        if not form.is_valid():
            return self._page(self.person(person.contact.pk), form=form, status=422)
        if written:
            self.say("Saved.")
        return self._back()

    def _back(self) -> HttpResponseBase | None:
        """To the page of this side from which somebody came to correct a field, if the address names one."""
        page = self.request.GET.get("next", "")
        is_ours = side_of(page) == current_side() and url_has_allowed_host_and_scheme(page, None)
        return HttpResponseRedirect(page) if is_ours else None

    def _stage(self, person: ContactWithTags) -> HttpResponseBase | None:
        form, written = save_contact(self.actor, person.contact.pk, lambda now: StageForm.of(now, self.request.POST))
        if not form.is_valid():
            return self._page(self.person(person.contact.pk), stage_form=form, status=422)
        if written:
            self.say(
                f"The stage is {Stage(form.cleaned_data['stage']).label} now.", undo={"do": "stage", **form.undo()}
            )
        return None

    def _act_in_place(self, person: ContactWithTags) -> None:
        """What another app does with a contact and one choice, such as a sequence."""
        actions = (each.in_place for each in contact_actions.values() if each.page == self.request.POST.get("do"))
        for in_place in filter(None, actions):
            self.say(in_place.act(self.actor, person.contact.pk, self.request.POST.get("choice", "")))

    def _opt_out(self, person: ContactWithTags) -> None:
        opted_out = self.request.POST.get("opted_out") != "no"
        services.update_contact(self.actor, person.contact.pk, {"opted_out": opted_out})
        again = "Messages can be sent to this person again."
        self.say("Nothing is sent to this person from now on." if opted_out else again)

    def _tags(self, person: ContactWithTags) -> None:
        add, remove = ContactTagsForm.of(person, self.request.POST).changes()
        self._change_tags(person, add=add, remove=remove)

    def _tag(self, person: ContactWithTags) -> None:
        self._change_tags(person, add=split_tags(self.request.POST.get("tag", "")))

    def _untag(self, person: ContactWithTags) -> None:
        self._change_tags(person, remove=[self.request.POST.get("tag", "")])

    def _change_tags(self, person: ContactWithTags, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
        now = services.tag_contact(self.actor, person.contact.pk, add=add, remove=remove)
        added, removed = sorted(set(now.tags) - set(person.tags)), set(person.tags) - set(now.tags)
        if added:
            self.say(f"Tagged {', '.join(added)}.", undo={"do": "untag", "tag": added[0]} if len(added) == 1 else None)
        for tag in removed:  # one; the form that puts it back takes several, separated by commas
            self.say(f"The tag {tag} is removed.", undo={"do": "tag", "tag": tag} if "," not in tag else None)

    def _note(self, person: ContactWithTags) -> HttpResponseBase | None:
        form = NoteForm(self.request.POST)
        if form.is_valid():
            notes.add_note(self.actor, person.contact.pk, **form.cleaned_data)
            return None
        return self._page(person, note=form, status=422)

    def _edit_note(self, person: ContactWithTags) -> HttpResponseBase:
        note_id = self.request.POST.get("note", "")
        try:
            notes.edit_note(self.actor, note_id, text=self.request.POST.get("text", ""))
        except DomainError as error:
            self.show_error(error)
            return self.redirect(self.name, person.contact.pk, edit=note_id)
        page = self.redirect(self.name, person.contact.pk)
        page["Location"] += f"#note-{note_id}"
        return page

    def _delete_note(self, person: ContactWithTags) -> None:
        notes.delete_note(self.actor, self.request.POST.get("note", ""))
        self.say("The note is deleted.")

    def _score(self, person: ContactWithTags) -> None:
        form = ScoreForm(self.request.POST)
        if not form.is_valid():
            raise DomainError("validation_failed", "the score was not changed: give whole points from -100 to 100")
        changed = adjust_score(self.actor, person.contact.pk, **form.cleaned_data)
        self.say(f"The score is {changed.score} now.")


def _path(contact: Contact) -> list[dict[str, Any]]:
    """The stages as steps, and since when the contact is in its own."""
    at = list(Stage).index(Stage(contact.stage))
    change = contact.stage_changes.filter(stage=contact.stage).exclude(cause=stages.IMPLIED).order_by("-at").first()
    return [
        {
            "stage": step,
            "is_past": number < at and contact.stage != Stage.LOST,
            "is_current": number == at,
            "since": change.at if change is not None and number == at else None,
        }
        for number, step in enumerate(Stage)
    ]


def _conversations(contact: Contact) -> dict[str, Any]:
    """The conversations, and which of them is to be answered: that of whoever has waited longest."""
    found: list[Conversation] = [each for source in contact_conversations.values() for each in source(contact)]
    waiting = [(each.waiting_since, number) for number, each in enumerate(found) if each.waiting_since is not None]
    return {"conversations": found, "answer": found[min(waiting)[1]] if waiting else None}


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def _day_title(day: date) -> str:
    days = (_day(clock.now()) - day).days
    return {0: "Today", 1: "Yesterday"}.get(days) or f"{day:%A, %-d %B %Y}"


class NewContactPage(TenantPage):
    name = "contacts_contact_add"
    title = "New contact"
    template = "panel/contact_new.html"
    viewers = ContactPage.changers

    def get(self, request: Any) -> HttpResponseBase:
        return self.render(form=NewContactForm())

    def post(self, request: Any) -> HttpResponseBase:
        form = NewContactForm(request.POST)
        existing: list[Contact] = []
        if form.is_valid():
            values = {name: value for name, value in form.cleaned_data.items() if value}
            if "tags" in values:
                values["tags"] = split_tags(values["tags"])
            try:
                existing = self._existing(values)
                if not existing:
                    person = services.upsert_contact(self.actor, values)
                    self.say("The contact is added." if person.created else "This contact existed: it is updated.")
                    return self.redirect(ContactPage.name, person.contact.pk)
            except DomainError as error:
                form.add_domain_error(error)
        return self.render(form=form, existing=existing, status=422)

    def _existing(self, values: dict[str, Any]) -> list[Contact]:
        """The contacts that have this username or e-mail address already. Nothing is written then: a form that says New
        changes nobody. Somebody may still add one between this and the writing, which updates it as the API does."""
        given = {name: value for name, value in values.items() if name in ("username", "email")}
        return services.find_contacts(self.actor, given)


class ContactDataPage(OfContact):
    """All that is kept about the person, as a file to save."""

    name = "contacts_contact_data"
    title = "Data"
    template = ""

    def get(self, request: Any, contact_id: str) -> HttpResponseBase:
        contact = self.person(contact_id).contact
        data = strictjson.dumps(services.personal_data(self.actor, contact.pk))
        disposition = content_disposition_header(True, f"{contact.pk}.json")
        return HttpResponse(data, content_type="application/json", headers={"Content-Disposition": str(disposition)})


class EraseContactPage(OfContact):
    """Says what goes and what stays, and erases the person once the word is typed."""

    name = "contacts_contact_erase"
    title = "Erase"
    template = "panel/contact_erase.html"
    viewers = ContactPage.changers

    def get(self, request: Any, contact_id: str) -> HttpResponseBase:
        return self._page(self.person(contact_id).contact)

    def post(self, request: Any, contact_id: str) -> HttpResponseBase:
        contact = self.person(contact_id).contact
        if request.POST.get("confirm", "").strip().lower() != ERASE_WORD:
            return self._page(contact, error=f"Type {ERASE_WORD} to confirm. Nothing was erased.")
        services.erase_contact(self.actor, contact.pk)
        self.say("The person is erased.")
        return self.redirect("contacts_contact_changelist")

    def _page(self, contact: Contact, error: str = "") -> HttpResponseBase:
        title = f"Erase {contact}"
        status = 422 if error else 200
        return self.render(status=status, title=title, page_label=title, contact=contact, word=ERASE_WORD, error=error)


class ContactHistoryPage(OfContact):
    """The audit log about the contact."""

    name = "contacts_contact_history"
    title = "History"
    template = "panel/history.html"

    def get(self, request: Any, contact_id: str) -> HttpResponseBase:
        contact = self.person(contact_id).contact
        pages = LookAheadPaginator(audit.entries_about(self.workspace, contact.pk, kind="contact"), HISTORY_ROWS)
        try:
            page = pages.page(request.GET.get("p", 1))
        except InvalidPage:
            raise Http404 from None
        shows_addresses = self.panel.has_role(ADMINS)
        title = f"History of {contact}"
        return self.render(title=title, page_label=title, object=contact, page=page, shows_addresses=shows_addresses)
