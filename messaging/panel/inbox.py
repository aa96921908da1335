"""The inbox: the list of conversations, one conversation with its composer, and the contact beside it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from crmsolid.core.errors import DomainError
from crmsolid.events import feed
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.toasts import Undo, done
from crmsolid.workspaces.actor import ADMINS
from crmsolid.workspaces.models import OpensNext
from crmsolid.workspaces.services import set_on_duty
from messaging import querysets
from messaging.models import Account, Thread
from messaging.panel import outbox, words
from messaging.querysets import MAX_COUNT
from messaging.threads import drafts
from messaging.threads.services import actions, reading
from messaging.threads.services.reading import GROUPED, VIEWS, InboxFilter, View

PAGE = 50
# The views in the side: their titles and icons, in groups. MORE is what has been put away.
MAIN: dict[str, tuple[str, str]] = {
    "waiting": ("Waiting for us", "clock"),
    "mine": ("Mine", "user-check"),
    "unassigned": ("Unassigned", "users"),
    "unread": ("Unread", "mail"),
    "open": ("All open", "inbox"),
}
MORE: dict[str, tuple[str, str]] = {
    "snoozed": ("Snoozed", "alarm-clock"),
    "failed": ("Not delivered", "triangle-alert"),
    "closed": ("Closed", "archive"),
    "all": ("Everything", "list"),
}
VIEW_TITLES = {view: title for view, (title, _) in {**MAIN, **MORE}.items()}
NOTHING = {
    "open": "Nobody has written yet, or everything is closed or snoozed.",
    "unread": "Everything has been read.",
    "waiting": "Nobody waits for an answer.",
    "failed": "Every message was delivered.",
    "mine": "No open conversation is assigned to you.",
    "unassigned": "Every open conversation has somebody who looks after it.",
    "snoozed": "Nothing is snoozed.",
    "closed": "Nothing is closed.",
    "all": "Nobody has written yet.",
}
# Parts of the page that its script asks for by themselves.
LIST, HEAD, MESSAGES, SOURCE, DRAFT, ERASED = "list", "head", "messages", "source", "draft", "erased"


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of the list below a title, with how many there are in all, as far as that is known."""

    title: str
    count: str
    rows: list[tuple[Thread, words.Preview]]


class InboxPage(outbox.OutboxPage):
    name = "inbox"
    title = "Inbox"
    template = "panel/inbox.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.is_of_another_workspace():
            return HttpResponse(status=409)
        if request.GET.get("part") == LIST:
            return self.render_list()
        if request.GET.get("part") == ERASED:
            return JsonResponse({"erased": outbox.erased(self, request.GET.getlist("place"))})
        if "next_after" in request.GET:
            return self.next_waiting(request.GET["next_after"].replace("\0", ""))
        return self.render(**self.frame(), **self.list_context(), pane="list")

    def post(self, request: HttpRequest) -> HttpResponseBase:
        if request.POST.get("action") == "take_next":
            return self.take_next()
        return self.set_on_duty() if request.POST.get("action") == "duty" else self.redirect(self.name, **self.query())

    def take_next(self) -> HttpResponse:
        """Give the member who has waited longest of those whom nobody looks after."""
        thread = actions.take_next(self.actor)
        if thread is None:
            self.say("Nobody waits whom nobody looks after.")
            return self.redirect("inbox", **self.query())
        undo = {"action": "assign", "assignee": "", "replaces": str(thread.assignee_id)}
        address = panel_url("inbox_thread", thread.pk, query=self.query(after=None))
        done(self.request, f"You look after {thread.contact} now.", undo=Undo(address, undo))
        return HttpResponseRedirect(address)

    def set_on_duty(self) -> HttpResponse:
        """Whether the queue gives the member conversations. The page stays."""
        member = set_on_duty(self.actor, self.request.POST.get("on_duty") == "yes")
        self.say("You are on duty." if member.on_duty else "You are off duty: the queue gives you nothing.")
        return HttpResponseRedirect(self.request.get_full_path())

    def queue_context(self) -> dict[str, Any]:
        """What the side says of the queue: the member's part in it, and to admins what nobody has taken."""
        own, late = self.panel.membership, list[datetime]()
        if self.panel.has_role(ADMINS):
            late = querysets.unassigned_too_long(self.workspace)
        has_room = self.may_change and own.capacity is not None
        return {
            "own": own,
            "own_load": actions.count_load(self.workspace, [own.user_id])[own.user_id] if has_room else None,
            "late_count": words.count_text(len(late)),
            "late_since": late[0] if late else None,
        }

    def next_waiting(self, thread_id: str) -> HttpResponse:
        """To the conversation after this one in the queue of those whose contact waits, the longest first."""
        before = self.rows(Thread).filter(pk=thread_id).first()
        thread = reading.next_in_list(self.actor, InboxFilter("waiting"), before, waited=self.since())
        if thread is None:
            self.say("Nobody else waits for an answer.")
            return self.redirect(self.name, view="waiting")
        return self.redirect("inbox_thread", thread.pk, **self.query(since=thread.waiting_since))

    def opens_next(self, *, closed: bool) -> bool:
        """Whether the member wants the next conversation opened after closing or snoozing one, or after an answer."""
        chosen = self.panel.membership.user.opens_next
        return chosen == OpensNext.ANSWER or (closed and chosen == OpensNext.CLOSE)

    def address_of_next(self, thread: Thread) -> str:
        """The address of the conversation that follows this one in the list where the member is; if nothing is left,
        that of the list, which says so. ``thread`` is as it was when it stood there."""
        found = reading.next_in_list(self.actor, self.wanted(), thread, waited=self.since())
        if found is None:
            return panel_url("inbox", query=self.query(after=None))
        return panel_url("inbox_thread", found.pk, query=self.query(since=found.waiting_since))

    def since(self) -> datetime | None:
        """Since when the contact of the conversation has waited: where it stood in the queue before it was answered."""
        return given_time(self.request.GET.get("since", ""))

    def is_of_another_workspace(self) -> bool:
        """Whether the page that asks for a part of itself shows another workspace than the session does by now."""
        return "part" in self.request.GET and self.request.GET.get("workspace") != str(self.workspace.pk)

    def frame(self) -> dict[str, Any]:
        """What surrounds the panes. Read before them: the stream goes on after ``position``."""
        return {"position": feed.last_position(), "accounts": self.accounts()}

    def accounts(self) -> list[Account]:
        return list(self.rows(Account).order_by("name", "id"))

    def render_list(self, thread: Thread | None = None) -> HttpResponse:
        """The list alone, with the counts that stand elsewhere on the page."""
        return self.render("panel/inbox_list.html", is_part=True, accounts=self.accounts(), **self.list_context(thread))

    def wanted(self) -> InboxFilter:
        """The filter that the address names. What it does not understand is left out. A search finds what is closed
        too, unless the address says otherwise."""
        given = self.request.GET
        view = given.get("view", "all" if given.get("q") else "open")
        return InboxFilter(
            view=cast(View, view if view in VIEWS else "open"),
            account_id=given_number(given.get("account", "")),
            tag=given.get("tag", "").replace("\0", "")[:64],
            search=given.get("q", "").replace("\0", "")[:200],
        )

    def query(self, **changes: Any) -> dict[str, Any]:
        """The filter as parameters of an address; it stays while one goes from one conversation to the next."""
        wanted = self.wanted()
        view = None if wanted.view == ("all" if wanted.search else "open") else wanted.view
        parameters = {"view": view, "account": wanted.account_id, "tag": wanted.tag, "q": wanted.search}
        parameters |= {"after": self.request.GET.get("after"), **changes}
        return {name: value for name, value in parameters.items() if value}

    def query_dict(self) -> QueryDict:
        """:meth:`query` for ``{% querystring %}``."""
        parameters = QueryDict(mutable=True)
        parameters.update({name: str(value) for name, value in self.query().items()})
        return parameters

    def list_context(self, current: Thread | None = None) -> dict[str, Any]:
        wanted = self.wanted()
        is_filtered = bool(wanted.tag or wanted.search or wanted.account_id)
        try:
            found = reading.list_inbox(self.actor, wanted, limit=PAGE, cursor=self.request.GET.get("after") or None)
        except DomainError as error:
            if error.code != "invalid_cursor":
                raise
            found = reading.list_inbox(self.actor, wanted, limit=PAGE)
        counts = {} if is_filtered else reading.count_views(self.actor)
        return {
            "groups": self.groups(found.rows, wanted, counts, current),
            "next_cursor": found.next_cursor,
            "is_first_page": not self.request.GET.get("after"),
            "wanted": wanted,
            "view_title": VIEW_TITLES[wanted.view],
            "view_count": words.count_text(counts.get(wanted.view, 0)),
            "view_groups": [
                (title, [(view, *of, words.count_text(counts.get(view, 0))) for view, of in views.items()])
                for title, views in (("", MAIN), ("Put away", MORE))
            ],
            "nothing": NOTHING[wanted.view],
            **self.queue_context(),
            "is_filtered": is_filtered,
            "thread": current,
            "query": self.query_dict(),
            "user_id": self.panel.membership.user_id,
            "workspace_id": self.workspace.pk,
        }

    def groups(
        self, rows: list[Thread], wanted: InboxFilter, counts: dict[str, int], current: Thread | None = None
    ) -> list[Group]:
        """The rows of the list below their titles: those who wait for us, and those for whom we wait. What the member
        has begun to write stands in the rows, but for the conversation that is open."""
        begun = drafts.of_threads(self.actor, [row.pk for row in rows if current is None or row.pk != current.pk])
        shown = [
            (thread, words.begun_words(begun[thread.pk]) if thread.pk in begun else words.last_words(thread))
            for thread in rows
        ]
        if wanted.view != "waiting" and wanted.view not in GROUPED:
            return [Group("", "", shown)] if shown else []
        ours = [row for row in shown if row[0].waiting_since]
        theirs = [row for row in shown if not row[0].waiting_since]
        waiting, others = counts.get("waiting", 0), 0
        if wanted.view == "open" and counts.get("open", 0) <= MAX_COUNT:
            others = counts.get("open", 0) - waiting
        is_counted = wanted.view in ("open", "waiting")
        groups = [
            Group("Longest wait first", words.count_text(waiting) if is_counted else "", ours),
            Group("Waiting for them", words.count_text(others), theirs),
        ]
        return [group for group in groups if group.rows]


def given_time(text: str) -> datetime | None:
    """The time with its zone that a form or an address has; None if it is none."""
    try:
        time = parse_datetime(text[:40])
    except ValueError:
        return None
    return time if time is not None and timezone.is_aware(time) else None


def given_number(text: str) -> int | None:
    """The id that a form or an address has; None if it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
