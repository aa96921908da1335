"""Whether a write of a key or an assistant may be done at once, or waits until a member approves it.

Each service that writes says whom the write is about, with the rows locked and before it changes anything. A write of
which no service says it waits whenever one about many would. A write that waits is rolled back by :class:`Held`, and
becomes a proposal in the same transaction.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import TextChoices
from django.utils.crypto import salted_hmac

from crmsolid.core.errors import DomainError
from crmsolid.limits import budgets, reading
from crmsolid.limits.reading import Read
from crmsolid.workspaces.actor import Actor
from crmsolid.workspaces.limits import Approval

# In the place of the id of a contact that the write makes.
NEW_CONTACT = "new"


class Reason(TextChoices):
    """Why a write waits."""

    EVERY_WRITE = "every_write", "Every write of it waits for an approval"
    READ_SOMEBODY_ELSE = "read_somebody_else", "It has read text of somebody else"
    MANY = "many", "It is about more than one contact, and text from outside was read before"
    NEW_LINK = "new_link", "It has a link that is not in the conversation"
    CHANGED_ADDRESS = "changed_address", "It changes how messages reach this contact"
    DRAFT = "draft", "It only writes drafts"


# In the place of a value of ``state`` that a member has replaced.
NOT_COMPARED = "not compared"


@dataclass(slots=True)
class Review:
    """One write of a limited key or assistant. ``approved``: a member has approved it, so it does not wait.
    ``contact_ids`` and ``many`` are whom it is about, as its services said; ``state`` is what they saw. ``expected`` is
    what they saw when it was proposed: another one makes the proposal stale. ``sends`` and ``changes`` are what it
    counts for, if any service said so (``counted``)."""

    approved: bool = False
    expected: Mapping[str, Any] | None = None
    said: bool = False
    many: bool = False
    counted: bool = False
    sends: int = 0
    changes: int = 0
    contact_ids: list[str] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)


class Changed(Exception):
    """What an approved write is about has changed since it was proposed. ``names`` say what, for people."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(names)
        super().__init__(f"since it was proposed, this has changed: {', '.join(self.names)}")


def digest(*values: Any) -> str:
    """A short keyed hash, for ``state``: it tells whether these values are others, and nothing about them."""
    text = json.dumps(values, sort_keys=True, cls=DjangoJSONEncoder)
    return salted_hmac("crmsolid.limits.state", text, algorithm="sha256").hexdigest()[:16]


class Held(DomainError):
    """The write waits. It rolls back what was done, and is answered by a proposal, or where none can be made as
    ``approval_needed`` (403)."""

    def __init__(self, reason: Reason, because: Sequence[Read]) -> None:
        super().__init__("approval_needed", f"this waits for an approval: {reason.label[0].lower()}{reason.label[1:]}")
        self.reason = reason
        self.because = because


def write_about(
    actor: Actor,
    *contact_ids: str,
    state: Mapping[str, Any] | None = None,
    new_links: Iterable[str] = (),
    reaches: bool = False,
    moves: bool = False,
    sends: int = 0,
    changes: int = 0,
) -> None:
    """Say that the write is about these contacts and nobody else; a service calls it with their rows locked, before it
    changes anything. ``NEW_CONTACT`` is one that it makes. ``state`` is what makes a proposal of it stale once it is
    another. ``new_links`` are those that it sends, or lets texts send, and that the conversation does not have.
    ``reaches``: it sends something to the contact. ``moves``: it changes how messages reach them. ``sends`` and
    ``changes`` are what it counts for.

    Raises :class:`Held` if it waits, :class:`Changed` if it was approved in another state, and ``key_budget`` if that
    is used up already; what is left is used at the end of the write, by :func:`finish`.
    """
    review = actor.review
    if review is None:
        return
    review.contact_ids += [each for each in contact_ids if each not in review.contact_ids]
    review.many = review.many or len(review.contact_ids) != 1
    _compare(review, state)
    held = _reason_to_wait(actor, review, new_links=any(new_links), reaches=reaches, moves=moves)
    _hold(actor, review, held, sends=reaches or sends > 0)
    _count(actor, review, sends, changes)


def write_about_many(
    actor: Actor,
    *,
    state: Mapping[str, Any] | None = None,
    reaches: bool = False,
    sends: int = 0,
    changes: int = 0,
) -> None:
    """Say that the write is about more than one contact, or about none in particular; otherwise as
    :func:`write_about`."""
    review = actor.review
    if review is None:
        return
    review.many = True
    _compare(review, state)
    _hold(actor, review, _reason_to_wait(actor, review), sends=reaches or sends > 0)
    _count(actor, review, sends, changes)


def harmless_write(actor: Actor, *, changes: int = 1) -> None:
    """Say that the write reaches and changes nobody, such as an upload of a file that is attached to nothing: it waits
    only where all writes do."""
    review = actor.review
    if review is None:
        return
    review.said = True
    if actor.limits.approval is Approval.ALL and not review.approved:
        raise Held(Reason.EVERY_WRITE, ())
    review.counted = True
    _count(actor, review, 0, changes)


def never_waits(actor: Actor) -> None:
    """Say that the call changes nothing for anybody, such as the try of an import: it never waits, and counts for
    nothing."""
    if actor.review is not None:
        actor.review.said = actor.review.counted = True


def finish(actor: Actor) -> None:
    """At the end of the write: decide for one of which no service said whom it is about, and count what it has done,
    which is one change where no service said what. Raises :class:`Held`, and ``key_budget``."""
    review = actor.review
    if not review.said:
        write_about_many(actor, changes=1)
    elif not review.counted:
        review.changes = 1
    if review.expected is not None and (unseen := review.expected.keys() - review.state.keys()):
        raise Changed(unseen)
    budgets.use(actor, sends=review.sends, changes=review.changes)


def _compare(review: Review, state: Mapping[str, Any] | None) -> None:
    """Raise :class:`Changed` if an approved write sees something else than when it was proposed."""
    review.said = True
    review.state |= dict(state or {})
    if review.expected is None:
        return
    seen, expected = review.state.keys(), review.expected
    changed = [
        name
        for name in seen & expected.keys()
        if expected[name] != NOT_COMPARED and review.state[name] != expected[name]
    ]
    if changed or seen - expected.keys():
        raise Changed(changed or seen - expected.keys())


def _reason_to_wait(
    actor: Actor, review: Review, *, new_links: bool = False, reaches: bool = False, moves: bool = False
) -> Held | None:
    """Why the approval of the actor holds the write; None if it does not."""
    if review.approved or actor.limits.approval is Approval.NONE:
        return None
    if actor.limits.approval is Approval.ALL:
        return Held(Reason.EVERY_WRITE, ())
    reads = reading.reads_of(actor)
    others = [read for read in reads if review.many or read.contact_id != review.contact_ids[0]]
    if others:
        return Held(Reason.MANY if review.many else Reason.READ_SOMEBODY_ELSE, others)
    if reads and new_links:
        return Held(Reason.NEW_LINK, reads)
    if reads and moves:  # what waits to be sent already, such as the steps of a sequence, would reach somebody else
        return Held(Reason.CHANGED_ADDRESS, reads)
    if reaches and reading.changed_address(actor, review.contact_ids[0]):
        return Held(Reason.CHANGED_ADDRESS, reads)
    return None


def _hold(actor: Actor, review: Review, held: Held | None, *, sends: bool) -> None:
    """Raise :class:`Held` if the write waits; ``sends``: it sends something, or lets something be sent."""
    if sends and actor.limits.only_drafts and not review.approved:
        raise Held(Reason.DRAFT, held.because if held is not None else ())
    if held is not None:
        raise held


def _count(actor: Actor, review: Review, sends: int, changes: int) -> None:
    """Refuse what exceeds a budget before anything is done: not all of it can be rolled back."""
    review.counted = review.counted or sends > 0 or changes > 0
    review.sends += sends
    review.changes += changes
    budgets.check(actor, sends=review.sends, changes=review.changes)
