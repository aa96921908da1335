"""Templates in the composer: what its menu offers, and a template put into a text, filled in for the contact."""

from collections.abc import Sequence
from typing import Any, Protocol

from django.http import JsonResponse

from crmsolid.core.errors import DomainError, invalid
from crmsolid.panel.components.tenant_page import TenantPage, error_text
from crmsolid.workspaces.actor import Actor
from messaging import texts
from messaging.files.models import File
from messaging.formatting.entities import utf16_length
from messaging.formatting.written import as_markdown
from messaging.models import Format
from messaging.panel.files import described
from messaging.panel.inbox import given_number

# The part of the page with what the menu offers.
TEMPLATES = "templates"
# So many are offered, what is used most first.
MAX_OFFERED = 500


class Written(Protocol):
    """A text and how it is written."""

    @property
    def text(self) -> str: ...
    @property
    def format(self) -> str: ...


def offered(actor: Actor) -> dict[str, Any]:
    """The templates of the menu as JSON."""
    found = texts.most_used_templates(actor, MAX_OFFERED)
    return {
        "templates": [
            {
                "id": each.pk,
                "name": each.name,
                "text": each.text,
                "own": each.owner_id is not None,
                "files": len(each.attachments),
            }
            for each in found
        ]
    }


def answer_filled(page: TenantPage, contact_id: str) -> JsonResponse:
    """Put a template between ``before`` and ``after``, which stand in the composer, and say what stands there then: the
    whole text with its format, from where to where it is the template's (in UTF-16 units), its files, and its fields
    that have no value."""
    posted = page.request.POST
    before, after = posted.get("before", ""), posted.get("after", "")
    try:
        template_id = given_number(posted.get("template", ""))
        filled = texts.filled(page.actor, template_id or 0, contact_id)
        (before, after), added, written_in = in_one_format(posted.get("format", ""), [before, after], filled)
    except DomainError as error:
        return JsonResponse({"state": "refused", "said": error_text(error)})
    start = utf16_length(before)
    rows = page.rows(File).in_bulk(filled.attachments) if filled.attachments else {}
    return JsonResponse(
        {
            "state": "done",
            "text": f"{before}{added}{after}",
            "format": written_in,
            "from": start,
            "to": start + utf16_length(added),
            "missing": filled.missing,
            "files": [described(rows[each]) for each in filled.attachments if each in rows],
        }
    )


def in_one_format(format: str, parts: Sequence[str], added: Written) -> tuple[list[str], str, str]:
    """``parts`` of a text in ``format``, and a text that is added to it, in a format that both have, and that format.
    Errors: ``validation_failed`` if there is none."""
    format = format or Format.PLAIN
    if format == added.format or not "".join(parts).strip():
        return list(parts), added.text, added.format
    if Format.HTML in (format, added.format):
        detail = "the template has another format than this text; send them one after the other"
        raise invalid("template", "format", detail)
    if format == Format.PLAIN:
        return [as_markdown(each) for each in parts], added.text, Format.MARKDOWN
    return list(parts), as_markdown(added.text), Format.MARKDOWN
