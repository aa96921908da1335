from typing import Any

from contacts.models import Contact


def contact_payload(contact: Contact, tags: list[str]) -> dict[str, Any]:
    return {"id": contact.id}
