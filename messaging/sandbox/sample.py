"""A conversation with which somebody new tries the product without Telegram: in the test workspace a sample customer
asks something, and the sandbox answers what a member writes back."""

from collections.abc import Iterable

from crmsolid.core import clock
from crmsolid.core.errors import DomainError
from crmsolid.core.unit_of_work import unit_of_work
from crmsolid.workspaces.actor import Actor, Scope
from crmsolid.workspaces.models import Mode, Workspace
from messaging.accounts import create_sandbox_account
from messaging.models import Account, AccountKind, AccountState, Message, Thread
from messaging.sandbox.answers import SAMPLE_CUSTOMER
from messaging.threads import received
from messaging.threads.incoming import Incoming

# The sandbox numbers its own messages from 2 on, so the question is stored once in each thread.
_QUESTION_ID = 1
_QUESTION = "Hi! I would like to order for our team of five. What does it cost, and how soon could you start?"


@unit_of_work()
def begin_sample(actor: Actor) -> Thread:
    """The thread in which the sample customer has asked once, however often this is called.

    The first sandbox account that sends takes part; only an admin or owner can make one if there is none. Errors:
    ``scope_missing``; ``forbidden`` if there is no account; ``invalid_state`` outside of a test workspace.
    """
    actor.require(Scope.WRITE_MESSAGES)
    if actor.workspace.mode != Mode.TEST:
        raise DomainError("invalid_state", "the sample customer is in the test workspace")
    # Two clicks at once make one account.
    Workspace.objects.select_for_update(no_key=True).get(pk=actor.workspace.pk)
    accounts = Account.objects.for_workspace(actor.workspace).filter(kind=AccountKind.SANDBOX)
    account = accounts.filter(state=AccountState.CONNECTED).order_by("created_at", "id").first()
    account = account or create_sandbox_account(actor, name="Sandbox")
    question = Incoming(
        telegram_message_id=_QUESTION_ID, username=SAMPLE_CUSTOMER, name="Mia Sample", text=_QUESTION, at=clock.now()
    )
    received.receive(account, question)
    asked = Message.objects.for_workspace(actor.workspace).filter(account=account, telegram_message_id=_QUESTION_ID)
    thread: Thread = asked.select_related("thread").get(contact__username_key=SAMPLE_CUSTOMER).thread
    return thread


def progress(thread: Thread, messages: Iterable[Message]) -> str:
    """How far it has come, as these messages of the thread say: ``asked``, then ``answered`` once the customer has
    answered a member; empty for another thread."""
    if thread.contact.username_key != SAMPLE_CUSTOMER:
        return ""
    return "answered" if any(message.in_reply_to_id for message in messages) else "asked"
