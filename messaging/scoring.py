"""The replies of contacts, for the scores that rules give for them."""

from collections.abc import Sequence

from contacts.models import Contact
from contacts.scoring import occasions
from contacts.scoring.occasions import Occasion
from crmsolid.core.sql.bulk import fetch
from crmsolid.core.sql.table import Table
from messaging.models import Message, OptOutWord
from messaging.opt_out_words import MAX_MESSAGE, normal_form

_messages, _words = Table(Message), Table(OptOutWord)


def replies_of(contacts: Sequence[Contact]) -> list[Occasion]:
    """What these contacts have written, without auto-replies and opt-out words."""
    by_id = {contact.id: contact for contact in contacts}
    where, workspace_ids = "workspace_id = ANY(%s)", [sorted({contact.workspace_id for contact in contacts})]
    words = {(row.workspace_id, row.word) for row in _words.select(where, workspace_ids)}
    where, contact_ids = "contact_id = ANY(%s)", [list(by_id)]
    rows = fetch(
        f"SELECT id, contact_id, sent_at, CASE WHEN length(text) <= %s THEN text ELSE '' END FROM {_messages.name}"
        f" WHERE {where} AND direction = 'in' AND NOT auto_reply AND sent_at IS NOT NULL",
        [MAX_MESSAGE, *contact_ids],
    )
    return [
        occasions.reply(by_id[contact_id], message_id, at)
        for message_id, contact_id, at, text in rows
        if (by_id[contact_id].workspace_id, normal_form(text)) not in words
    ]
