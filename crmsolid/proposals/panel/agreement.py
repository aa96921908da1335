"""On the page of an assistant: how its drafts compare with what members sent."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from crmsolid.oauth.models import Grant
from crmsolid.proposals import drafts


def agreement(request: HttpRequest, grant: Grant) -> str:
    """HTML with the last weeks; empty for an assistant that has written no drafts and need not. One query."""
    weeks = drafts.agreement(grant.workspace, grant.holder)
    if not weeks and not grant.only_drafts:
        return ""
    total, same = sum(week.total for week in weeks), sum(week.same for week in weeks)
    context = {
        "weeks": weeks,
        "total": total,
        "same": same,
        "agreed": 100 * same // total if total else 0,
        "number_of_weeks": drafts.WEEKS,
    }
    return render_to_string("panel/assistant_agreement.html", context, request)
