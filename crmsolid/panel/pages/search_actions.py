"""What the search offers to do with the conversation or the contact that is open: the forms of its page, one line each.

An action with a choice, such as a tag, leads to a second step, which the search shows in the same way. The choices are
posted to the page itself, which checks the role and asks the services.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from contacts import repository
from contacts.models import Contact, Stage
from contacts.panel.actions import ContactAction, contact_actions
from contacts.panel.forms import StageForm
from contacts.repository import ContactWithTags
from contacts.tags import tag_names
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.forms import SHOWN
from crmsolid.panel.pages.search_results import Group, Result, key_of, match_of
from messaging.models import Thread
from messaging.panel.conversation import SNOOZES
from messaging.threads.services.actions import list_candidates

if TYPE_CHECKING:
    from crmsolid.panel.pages.search import SearchPage


@dataclass(frozen=True, slots=True)
class Step:
    """An action that needs a choice. ``group`` is the title of the choices."""

    name: str
    title: str
    group: str
    icon: str
    keys: str = ""


ASSIGN = Step("assign", "Assign to…", "Assign to", "user-check", "A")
SNOOZE = Step("snooze", "Snooze…", "Snooze until", "alarm-clock", "H")
STAGE = Step("stage", "Change the stage…", "Change the stage to", "circle-dot")
TAG = Step("tag", "Add a tag…", "Add the tag", "tag")
UNTAG = Step("untag", "Remove a tag…", "Remove the tag", "tag")


class Open:
    """The page of a contact that is open."""

    # How the forms of the page name what is done.
    verb = "do"
    verbs = {"stage": "stage", "tag": "tag", "untag": "untag"}

    def __init__(self, page: "SearchPage", contact: Contact) -> None:
        self.page, self.contact = page, contact

    @classmethod
    def of(cls, page: "SearchPage") -> "Open | None":
        """What is open where somebody searches; None for anything else, and for who may not change it."""
        match = match_of(page.at) if page.at and page.may_change else None
        if match is None:
            return None
        if match.url_name == "contacts_contact_change":
            contact = page.rows(Contact).filter(pk=key_of(match)).first()
            return Open(page, contact) if contact else None
        if match.url_name == "inbox_thread":
            rows = page.rows(Thread).select_related("contact", "assignee")
            thread = rows.filter(pk=key_of(match)).first()
            return OpenThread(page, thread) if thread else None
        return None

    @cached_property
    def person(self) -> ContactWithTags:
        return repository.with_tags([self.contact])[0]

    def title(self) -> str:
        return f"With {self.contact}"

    def steps(self) -> list[Step]:
        own = [STAGE, TAG, *([UNTAG] if self.page.step == UNTAG.name or self.person.tags else [])]
        return own + [step_of(each) for each in contact_actions.values() if each.in_place]

    def actions(self) -> Group:
        steps = filter(None, map(self.to_step, self.steps()))
        return Group(self.title(), [*self.first(), *steps, *self.links()])

    def first(self) -> Iterator[Result]:
        """Those that need no choice."""
        yield from ()

    def links(self) -> Iterator[Result]:
        for each in contact_actions.values():
            title = self.page.fits(each.title)
            if each.in_place is None and title is not None:
                yield Result(title, "open the page", each.address(self.contact.pk), icon="pencil")

    def to_step(self, step: Step) -> Result | None:
        title = self.page.fits(step.title)
        if title is None:
            return None
        link = panel_url(self.page.name, query={"step": step.name, "at": self.page.at})
        return Result(title, "choose", link, icon=step.icon, keys=step.keys, is_step=True)

    def choices(self) -> Iterator[Group]:
        """What the step that was asked for can be done with."""
        step = next((each for each in self.steps() if each.name == self.page.step), None)
        offered: dict[str, Callable[[Step], Iterator[Result]]] = {
            "stage": self.stages,
            "tag": self.tags,
            "untag": self.own_tags,
        }
        if step is not None:
            yield Group(step.group, list(offered.get(step.name, self.in_place)(step)))

    def post(self, title: str, icon: str, *, before: str = "", keys: str = "", **fields: Any) -> Iterator[Result]:
        """What one press of Enter does, if its title fits. ``before`` stands before it in the words that say so."""
        fitting = self.page.fits(title)
        if fitting is not None:
            words = f"{before} {title}".strip()
            yield Result(fitting, f"{words[:1].lower()}{words[1:]}", self.page.at, icon=icon, keys=keys, fields=fields)

    def do(self, step: Step, title: str, *, icon: str = "", **fields: Any) -> Iterator[Result]:
        """A choice of a step, with the page's own word for what is done with it."""
        verb = {self.verb: self.verbs.get(step.name, step.name)}
        yield from self.post(title, icon or step.icon, before=step.group, **verb, **fields)

    def stages(self, step: Step) -> Iterator[Result]:
        shown = {SHOWN: StageForm.of(self.person).shown}
        for value, title in Stage.choices:
            if value != self.contact.stage:
                yield from self.do(step, str(title), stage=value, **shown)

    def tags(self, step: Step) -> Iterator[Result]:
        known, words = tag_names(self.page.actor), self.page.words
        for name in known:
            if name not in self.person.tags:
                yield from self.do(step, name, tag=name)
        if words and "," not in words and words.casefold() not in known:
            yield from self.do(step, words, icon="plus", tag=words)

    def own_tags(self, step: Step) -> Iterator[Result]:
        for name in sorted(self.person.tags):
            yield from self.do(step, name, tag=name)

    def in_place(self, step: Step) -> Iterator[Result]:
        actions = (each.in_place for each in contact_actions.values() if each.page == step.name)
        for in_place in filter(None, actions):
            for value, title in in_place.choices(self.page.workspace):
                yield from self.do(step, title, choice=value)


class OpenThread(Open):
    """A conversation that is open, with the contact beside it."""

    verb = "action"
    verbs = {"stage": "stage", "tag": "add_tag", "untag": "remove_tag"}

    def __init__(self, page: "SearchPage", thread: Thread) -> None:
        super().__init__(page, thread.contact)
        self.thread = thread
        self.user_id = page.panel.membership.user_id

    def title(self) -> str:
        return f"In this conversation with {self.contact}"

    def seen(self) -> str:
        """The time of the latest message that the page may show: not of one that nobody has read yet."""
        thread = self.thread
        return (thread.created_at if thread.unread_count else thread.last_message_at).isoformat()

    def steps(self) -> list[Step]:
        return [ASSIGN, SNOOZE, *super().steps()]

    def first(self) -> Iterator[Result]:
        thread = self.thread
        if thread.assignee_id != self.user_id:
            fields: dict[str, Any] = {"assignee": self.user_id, "replaces": thread.assignee_id or ""}
            yield from self.post("Assign to me", "user-check", keys="A M", action="assign", **fields)
        if thread.closed_at or thread.is_snoozed:
            yield from self.post("Reopen", "rotate-ccw", action="reopen")
        if not thread.closed_at:
            yield from self.post("Close", "check", keys="E", action="close", seen=self.seen())

    def links(self) -> Iterator[Result]:
        yield from self.post("Mark as unread", "mail", keys="U", action="unread")
        if self.thread.assignee_id:
            yield from self.post("Unassign", "user", action="assign", assignee="", replaces=self.thread.assignee_id)
        title = self.page.fits("Open the person")
        if title is not None:
            yield Result(title, "open the page", self.page.person(self.contact).link, icon="user")

    def choices(self) -> Iterator[Group]:
        if self.page.step == ASSIGN.name:
            yield Group(ASSIGN.group, list(self.members()))
        elif self.page.step == SNOOZE.name:
            yield Group(SNOOZE.group, list(self.snoozes()))
        else:
            yield from super().choices()

    def members(self) -> Iterator[Result]:
        replaces = self.thread.assignee_id or ""
        for member in list_candidates(self.page.actor):
            if member.user_id != self.thread.assignee_id:
                notes = ", ".join(filter(None, ("you" if member.user_id == self.user_id else "", member.state)))
                name = f"{member.name} ({notes})" if notes else member.name
                yield from self.do(ASSIGN, name, assignee=member.user_id, replaces=replaces)

    def snoozes(self) -> Iterator[Result]:
        for value, title in SNOOZES.items():
            yield from self.do(SNOOZE, title, until=value, seen=self.seen())


def step_of(action: ContactAction) -> Step:
    return Step(action.page, f"{action.title}…", action.title, "workflow")
