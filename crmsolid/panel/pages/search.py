"""The search of the panel: what can be done with what is open, people, conversations, texts of messages, and pages.

The page and the command palette (``panel/palette.js``), which asks for its results while somebody types, are one: the
parameter ``part`` leaves out the frame. Whatever is typed, each kind reads a bounded number of rows.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import ResolverMatch
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from contacts.models import Contact, Segment
from contacts.searching import search_contacts
from crmsolid.panel.components.addresses import ROOT, current_side, panel_url, side_of
from crmsolid.panel.components.admin_base import MAX_SEARCH_LENGTH
from crmsolid.panel.components.marks import (
    Span,
    excerpt,
    marked,
    where_contained,
    where_title_fits,
    where_words_begin,
)
from crmsolid.panel.components.tenant_page import TenantPage
from crmsolid.panel.pages.navigation import navigation
from crmsolid.panel.pages.search_actions import Open
from crmsolid.panel.pages.search_results import Group, Result, key_of, match_of
from messaging.broadcasts.models import Broadcast
from messaging.models import Direction, Message, Thread
from messaging.searching import search_messages, words_of
from sequences.models import Sequence

AT_MOST = 6  # of each kind
RECENT = 6
COMMANDS, PEOPLE = ">", "@"  # what a search begins with that is for these alone
# What has a name: the title of one, its icon, its model and the URL name of its page.
NAMED: tuple[tuple[str, str, Any, str], ...] = (
    ("Sequence", "workflow", Sequence, "sequences_sequence_change"),
    ("Broadcast", "megaphone", Broadcast, "messaging_broadcast_change"),
    ("Segment", "funnel", Segment, "contacts_segment_change"),
)
# What can be begun on any page: the title, and the model or the URL name of the page.
BEGINNINGS = (
    ("Write a new message", "pencil", "inbox_new"),
    ("Add a contact", "user-plus", "contacts_contact_add"),
    ("Import contacts", "upload", "contacts.contactimport"),
    ("New segment", "funnel", "contacts.segment"),
    ("New sequence", "workflow", "sequences.sequence"),
    ("New broadcast", "megaphone", "messaging.broadcast"),
    ("Connect a Telegram account", "smartphone", "messaging.account"),
    ("New API key", "key-round", "apikeys.apikey"),
    ("New webhook", "webhook", "webhooks.endpoint"),
)


class SearchPage(TenantPage):
    """What fits the words in ``q``, a few of each kind. ``at`` is the page on which somebody searches, ``recent`` are
    those that they have opened before; ``step`` asks for the choices of an action."""

    name, title, template = "search", "Search", "panel/search.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        groups = [group for group in self._groups() if group.results]
        found: dict[str, Any] = {"groups": groups, "searched_for": self.typed, "step": self.step, "at": self.at}
        if "part" in request.GET:  # without the frame and what it reads
            return TemplateResponse(request, "panel/found.html", {"in_palette": True, "panel": self.panel, **found})
        return self.render(**found)

    # --- What is asked for ------------------------------------------------------------------------------------
    @cached_property
    def typed(self) -> str:
        return self.request.GET.get("q", "").replace("\0", "").strip()[:MAX_SEARCH_LENGTH]

    @cached_property
    def words(self) -> str:
        """What is looked for: what was typed without the sign that it begins with."""
        return self.typed[1:].strip() if self.typed[:1] in (COMMANDS, PEOPLE) else self.typed

    def wants(self, kind: str) -> bool:
        """Whether results of a kind that has a sign are asked for; of the other kinds ``""``."""
        sign = self.typed[:1] if self.typed[:1] in (COMMANDS, PEOPLE) else ""
        return not sign or sign == kind

    @cached_property
    def step(self) -> str:
        return self.request.GET.get("step", "")

    @cached_property
    def at(self) -> str:
        """The address of the page on which somebody searches, on this side of the workspace; empty for none."""
        at = self.request.GET.get("at", "")
        return at if side_of(at) == current_side() else ""

    # --- What is found ----------------------------------------------------------------------------------------
    def _groups(self) -> Iterator[Group]:
        opened = Open.of(self)
        if self.step:
            yield from opened.choices() if opened else ()
            return
        if opened and self.wants(COMMANDS):
            yield opened.actions()
        recent = self._recent()
        if not self.words:
            if self.wants(""):
                yield Group("Recent", recent[:RECENT])
        elif self.wants(PEOPLE):
            yield from self._people(recent)
        if self.words and self.wants(""):
            yield self._messages()
        if self.wants(COMMANDS):
            yield Group("Begin", list(self._beginnings()) if self.typed else [])
            yield Group("Go to", [*self._pages(), *(self._named() if self.wants("") else ())])

    def fits(self, title: str) -> SafeString | str | None:
        """The title with marks, as it is if nothing was typed, None if it does not fit."""
        if not self.words:
            return title
        spans = where_title_fits(title, self.words)
        return None if spans is None else marked(title, spans)

    # --- People and conversations -----------------------------------------------------------------------------
    def _people(self, recent: list[Result]) -> Iterator[Group]:
        people = search_contacts(self.actor, self.words, limit=AT_MOST)
        seen = [each.row for each in recent if isinstance(each.row, Contact)]
        order = {contact.pk: place for place, contact in enumerate(seen)}
        people.sort(key=lambda contact: order.get(contact.pk, len(order)))  # a stable sort: then the newest
        yield Group("People", [self.person(each) for each in people])
        if not self.wants(""):
            return
        rows = self.rows(Thread).filter(contact__in=[each.pk for each in people])
        threads = rows.select_related("contact", "account").order_by("-last_message_at", "-id")[:AT_MOST]
        yield Group("Conversations", [self.conversation(each) for each in threads])

    def person(self, contact: Contact) -> Result:
        name = contact.name or (f"@{contact.username}" if contact.username else contact.email) or "No name"
        others = (f"@{contact.username}" if contact.username else "", contact.email)
        detail = next((each for each in others if each != name and where_contained(each, self.words)), "")
        detail = detail or next((each for each in others if each and each != name), "")
        return Result(
            self._contained(name),
            "open the person",
            panel_url("contacts_contact_change", contact.pk),
            detail=self._contained(detail),
            side=contact.get_stage_display(),
            row=contact,
        )

    def conversation(self, thread: Thread) -> Result:
        return Result(
            self._contained(str(thread.contact)),
            "open the conversation",
            panel_url("inbox_thread", thread.pk),
            icon="message-circle",
            detail=f"by {thread.account}",
            side=thread,
        )

    def _contained(self, text: str) -> SafeString:
        return marked(text, where_contained(text, self.words))

    # --- Texts ------------------------------------------------------------------------------------------------
    def _messages(self) -> Group:
        found = search_messages(self.actor, self.words, limit=AT_MOST)
        words = words_of(self.words)
        title = "Messages, of the newest" if found.is_partial else "Messages"
        return Group(title, [self._message(each, where_words_begin(each.text, words)) for each in found.messages])

    def _message(self, message: Message, spans: list[Span]) -> Result:
        address = panel_url("inbox_thread", message.thread_id, query={"message": message.pk})
        return Result(
            excerpt(message.text, spans),
            "open the conversation",
            f"{address}#m-{message.pk}",
            icon="inbox" if message.direction == Direction.IN else "send",
            detail=f"{'from' if message.direction == Direction.IN else 'to'} {message.contact}",
            side=message.created_at,
        )

    # --- Pages ------------------------------------------------------------------------------------------------
    @cached_property
    def _places(self) -> list[tuple[str, dict[str, Any]]]:
        """The lines of the menu that this member sees, each with the title of its place."""
        places = navigation(self.request)
        return [(place["title"], item) for place in places for group in place["groups"] for item in group["items"]]

    def _pages(self) -> Iterator[Result]:
        for place, item in self._places:
            title = self.fits(item["title"])
            if title is not None and (self.words or item["key"]):
                yield self._page(place, item, title)

    def _page(self, place: str, item: dict[str, Any], title: SafeString | str) -> Result:
        keys = f"G {item['key'].upper()}" if item["key"] else ""
        detail = place if place != item["title"] else ""
        return Result(title, "open the page", item["link"], icon=item["icon"], detail=detail, keys=keys)

    def _named(self) -> Iterator[Result]:
        for kind, icon, model, page in NAMED if self.words else ():
            rows = self.rows(model).filter(name__icontains=self.words).order_by("name", "id")[:AT_MOST]
            for row in rows:
                yield self._row(kind, icon, page, row)

    def _row(self, kind: str, icon: str, page: str, row: Any) -> Result:
        return Result(
            self._contained(row.name), f"open the {kind.lower()}", panel_url(page, row.pk), icon=icon, detail=kind
        )

    def _beginnings(self) -> Iterator[Result]:
        take_next = self.fits("Take the next conversation") if self.may_change else None
        if take_next is not None:
            does = "take who has waited longest and nobody looks after"
            fields = {"action": "take_next"}
            yield Result(take_next, does, panel_url("inbox"), icon="user-check", keys="Q", fields=fields)
        for title, icon, what in BEGINNINGS if self.may_change else ():
            fitting = self.fits(title)
            if fitting is not None and self._may_add(what):
                page = what if "." not in what else f"{what.replace('.', '_')}_add"
                yield Result(fitting, "begin", panel_url(page), icon=icon)

    def _may_add(self, what: str) -> bool:
        if "." not in what:
            return True
        return admin.site.get_model_admin(apps.get_model(what)).has_add_permission(self.request)

    # --- What was opened before -------------------------------------------------------------------------------
    def _recent(self) -> list[Result]:
        """What is still there of the addresses that the browser has kept, in their order. The browser keeps no names:
        those of people who were erased since are nowhere."""
        matches = [match for path in self.request.GET.getlist("recent")[:20] if (match := match_of(self._whole(path)))]
        names: dict[str, Any] = {"contacts_contact_change": Contact, "inbox_thread": Thread}
        names |= {page: model for _, _, model, page in NAMED}
        rows: dict[tuple[str | None, str], Any] = {}
        for name, model in names.items():
            wanted = [key_of(match) for match in matches if match.url_name == name]
            related = ("contact", "account") if model is Thread else ()
            found = self.rows(model).select_related(*related).filter(pk__in=wanted) if wanted else ()
            rows |= {(name, str(row.pk)): row for row in found}
        shown = (self._shown_again(match, rows.get((match.url_name, key_of(match)))) for match in matches)
        return [result for result in shown if result is not None]

    def _whole(self, path: str) -> str:
        return f"{ROOT}{current_side()}/{path}"

    def _shown_again(self, match: ResolverMatch, row: Any) -> Result | None:
        if isinstance(row, Contact):
            return self.person(row)
        if isinstance(row, Thread):
            return self.conversation(row)
        if row is not None:
            [(kind, icon, page)] = [(kind, icon, page) for kind, icon, _, page in NAMED if page == match.url_name]
            return self._row(kind, icon, page, row)
        if key_of(match):
            return None
        link = panel_url(str(match.url_name))
        return next(
            (self._page(place, item, item["title"]) for place, item in self._places if item["link"] == link), None
        )
