"""Opt-out words: a message that is one, as a whole, opts its sender out.

Only a whole message counts: words within a sentence misfire. Upper and lower case are the same, and blanks, full stops
and exclamation marks around the word are ignored.
"""

from contacts.models import Contact
from contacts.normalization import fold
from crmsolid.core.sql.table import Table
from crmsolid.workspaces.models import Workspace
from messaging.models import Message, OptOutWord

MAX_WORD = 64
# A longer message is no opt-out word.
MAX_MESSAGE = 2 * MAX_WORD
DEFAULT_WORDS = ("/stop", "stop")

_contacts = Table(Contact)


def normal_form(text: str) -> str:
    """The text as opt-out words are stored and compared."""
    return fold(text.strip(" \t\r\n.!"))


def apply_word(message: Message) -> bool:
    """Opt out the sender of this incoming message if it is an opt-out word, and return whether it is one. The contact's
    row is locked."""
    if len(message.text) > MAX_MESSAGE or not (word := normal_form(message.text)):
        return False
    if not OptOutWord.objects.for_workspace(message.workspace_id).filter(word=word).exists():
        return False
    _contacts.update({"opted_out": True}, "id = %s", [message.contact_id])
    return True


def provision(workspace: Workspace) -> None:
    """Give a new workspace the default words."""
    words = [OptOutWord(workspace=workspace, word=word) for word in DEFAULT_WORDS]
    OptOutWord.objects.for_workspace(workspace).bulk_create(words, ignore_conflicts=True)
