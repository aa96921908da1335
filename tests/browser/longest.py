"""The longest values that the product takes, for rows of each kind that people or other programs name."""

from typing import Any

FILLER = "donaudampfschifffahrtsgesellschaftskapitaen" * 60
DOMAIN = f"{FILLER[:59]}.{FILLER[:59]}.{FILLER[:59]}.example"
# What people write, and other programs send, by the label of the model. Texts without a limit, and those that are too
# long for a page in any case, have a length here.
FIELDS: dict[str, dict[str, int | None]] = {
    "contacts.contact": {"name": None, "given_first_name": None, "last_name": None},
    "contacts.contacttag": {"name": None},
    "contacts.contactnote": {"author_label": None, "text": 500},
    "contacts.customfield": {"label": None},
    "contacts.segment": {"name": None},
    "contacts.scoringrule": {"name": None, "value": 64},
    "contacts.scoreentry": {"cause": None},
    "contacts.contactimport": {"name": None},
    "messaging.account": {"name": None},
    "messaging.message": {"text": 500},
    "messaging.messageattempt": {"error": None},
    "messaging.template": {"name": None, "text": 500},
    "messaging.optoutword": {"word": None},
    "messaging.broadcast": {"name": None, "text": 500},
    "sequences.sequence": {"name": None},
    "sequences.step": {"text": 500},
    "webhooks.attempt": {"answer_body": 500},
    "apikeys.apikey": {"name": None},
    "apikeys.keyuse": {"call": None},
    "oauth.grant": {"client_name": None},
    "workspaces.auditentry": {"action": None, "subject_label": None, "target": None},
}


def longest(text: str, length: int) -> str:
    """This text without its spaces, filled to the length by letters."""
    return f"{text.replace(' ', '')}{FILLER}"[:length]


def _email(address: str) -> str:
    return f"{longest(address.partition('@')[0], 64)}@{DOMAIN}"


def lengthen(rows: list[Any]) -> None:
    """Give these rows, those of one workspace from ``furnish``, the longest values, and save them. Each keeps what it
    had at its beginning."""
    by_model: dict[str, list[Any]] = {}
    for row in rows:
        by_model.setdefault(row._meta.label_lower, []).append(row)
        for name, length in FIELDS.get(row._meta.label_lower, {}).items():
            value = longest(getattr(row, name), length or row._meta.get_field(name).max_length)
            setattr(row, name, value)
    workspace = rows[0].workspace
    type(workspace).objects.filter(pk=workspace.pk).update(name=longest(workspace.name, 100))
    _lengthen_person(by_model)
    _lengthen_sequence(by_model)
    for endpoint in by_model["webhooks.endpoint"]:
        endpoint.url = longest(f"{endpoint.url}/", 2048)
    for event in by_model["events.event"]:
        event.body = event.body.replace(b'"data": {', b'"data": {"text": "%s", ' % FILLER[:500].encode())
    for membership in by_model["workspaces.membership"]:
        user = membership.user
        user.name, user.email = longest(user.email, 150), _email(user.email)
        user.save()
    for row in rows:  # not by save(), which versions and steps refuse
        values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
        type(row).unscoped.filter(pk=row.pk).update(**values)


def _lengthen_person(by_model: dict[str, list[Any]]) -> None:
    """The contact, and what names its tag and its custom field."""
    [contact], [tag], [field] = (by_model[f"contacts.{name}"] for name in ("contact", "contacttag", "customfield"))
    [segment], [columns] = by_model["contacts.segment"], by_model["contacts.contactcolumns"]
    tag.folded = tag.name.lower()
    segment.filter = {"field": "tag", "op": "is", "value": tag.name}
    field.choices = [longest(field.choices[0], 100)]
    contact.custom_fields = {field.key: field.choices[0]}
    contact.username = contact.username_key = "a_user_name_of_the_longest_kind_"
    contact.email = contact.email_key = _email(contact.email)
    contact.search = f"{contact.name} {contact.username} {contact.email}".lower()
    columns.columns = ["username", "email", "stage", "tags", "score", f"custom.{field.key}"]


def _lengthen_sequence(by_model: dict[str, list[Any]]) -> None:
    """The ids of the steps, and what names them."""
    keys = {step.key: longest(step.key, 40) for step in by_model["sequences.step"]}
    for step in by_model["sequences.step"]:
        step.key = keys[step.key]
    for row in [*by_model["sequences.enrollment"], *by_model["sequences.steprun"]]:
        row.step_key = keys[row.step_key]
