"""Requests that may be slow hold two threads of a process at most for a customer: a live workspace with its test twin,
whatever they come over."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse

from crmsolid.core.errors import DomainError
from crmsolid.serving.slow_requests import NoSlot, slow_requests, turn_of
from crmsolid.workspaces.models import Workspace

REFUSED = (
    f"{slow_requests.at_once} requests of the workspace that take long are under way and others wait: searches, "
    "filters, counts, statistics and exports. Nothing was done. Send fewer of them at once"
)


def answer_in_slot(
    request: HttpRequest, workspace: Workspace, view: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """The response of a view that may be slow. Its slot is free again once the bridge has produced the response, a
    streamed one too; on another server, once the view has ended.

    Before the view runs, the request may end with ``TryAgain`` and run once more from its beginning. Errors:
    ``rate_limited`` if there was no slot in time; the view has not run then.
    """
    turn = turn_of(request.META)
    try:
        slot = slow_requests.enter(workspace.live_id or workspace.pk, turn)
    except NoSlot:
        raise DomainError("rate_limited", REFUSED, headers={"Retry-After": "1"}) from None
    try:
        response = view()
        if turn is None and isinstance(response, SimpleTemplateResponse):
            response.render()  # which may run the queries
        return response
    finally:
        if turn is None:
            slow_requests.release(slot)
