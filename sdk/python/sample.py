"""A program that uses the client: greet new trial contacts, enroll them, and follow their answers.

CRMSOLID_KEY=cs_test_... python sample.py SEQUENCE_ID
"""

import sys

from crmsolid_client import CrmSolid, errors, verify_webhook

ACCOUNT_ID = 7421


def greet(crm: CrmSolid, sequence_id: str) -> None:
    """Write to each contact with the tag ``trial``, and enroll it in a sequence."""
    for contact in crm.contacts.list(tag=["trial"], stage="new"):
        if contact.username is None or contact.opted_out:
            continue
        try:
            message = crm.messages.send(account_id=ACCOUNT_ID, to=contact.username, text="Hi {first_name|there}!")
            enrollment = crm.sequences.enroll(sequence_id, contact_id=contact.id)
        except errors.AlreadyEnrolledError:
            continue
        except errors.AccountDailyLimitError as error:
            print(f"no more messages today; go on in {error.retry_after:.0f} s")
            return
        print(contact.name, message.eta.isoformat(), enrollment.status)


def follow(crm: CrmSolid) -> None:
    """Print what people write."""
    with crm.messages.stream() as stream:
        for event in stream:
            if event.event == "message.received" and event.message is not None:
                print(event.message.contact_id, event.message.text)


def receive(body: bytes, headers: dict[str, str], secret: str) -> int:
    """The status that a receiver of webhooks answers."""
    try:
        event = verify_webhook(body, headers, secret)
    except errors.WebhookVerificationError:
        return 401
    except errors.UnreadableEvent as error:
        print("kept for a later version:", error.raw)
        return 200
    if event.contact is not None:
        print(event.event, event.contact.id, event.contact.tags)
    return 200


if __name__ == "__main__":
    with CrmSolid() as client:
        greet(client, sys.argv[1])
        follow(client)
