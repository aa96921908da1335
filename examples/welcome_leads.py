"""Writes to new leads over Telegram. Reads CSV with the columns id, username and name, such as a form's export, and
needs the account to write from and a sequence:

    CRMSOLID_KEY=cs_live_… python welcome_leads.py 7421 seq_… < leads.csv

The key needs read:contacts, write:contacts, write:messages and manage:sequences. The idempotency keys are made from the
lead's id: after any failure run it again with the same file within 24 hours, and nobody gets a message twice. Later the
tag protects only those who were welcomed completely: of the leads that were reported, look which have got the message.
"""

import contextlib
import csv
import sys

from crmsolid_client import AlreadyEnrolledError, APIConnectionError, APIError, CrmSolid

TEXT = "Hi {first_name|there}, thank you for your request. When may we call you?"
WELCOMED = "welcomed"  # the API keeps idempotency keys for 24 hours, and this tag for good


def welcome(crm: CrmSolid, lead: dict[str, str], account: int, sequence: str) -> None:
    key, name = f"lead-{lead['id']}", lead["username"]
    contact = crm.contacts.create(username=name, name=lead["name"], tags=["website"], idempotency_key=f"{key}-contact")
    if WELCOMED in (contact.tags or []):
        return
    crm.messages.send(account_id=account, to=name, text=TEXT, idempotency_key=f"{key}-message")
    with contextlib.suppress(AlreadyEnrolledError):
        crm.sequences.enroll(sequence, contact_id=contact.id, idempotency_key=f"{key}-enrollment")
    crm.contacts.tag(contact.id, add=[WELCOMED], idempotency_key=f"{key}-welcomed")


account_id, sequence_id = int(sys.argv[1]), sys.argv[2]
client, failed = CrmSolid(), 0
for row in csv.DictReader(sys.stdin):
    try:
        welcome(client, row, account_id, sequence_id)
    except (APIError, APIConnectionError) as error:
        failed += 1
        print(f"lead {row['id']}: {error}", file=sys.stderr)
sys.exit(1 if failed else 0)
