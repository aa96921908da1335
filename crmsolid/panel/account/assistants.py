"""The page of the assistants that a member has connected, and the one that asks for the password before another."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from crmsolid.core.client_ip import client_ip
from crmsolid.core.errors import DomainError
from crmsolid.oauth.services import end_own_grant, own_grants
from crmsolid.panel.account import sign_in
from crmsolid.panel.account.base import own_page, show, too_many, user_of
from crmsolid.panel.account.forms import ConfirmForm
from crmsolid.panel.account.login import safe_next
from crmsolid.panel.account.password import check_own_password
from crmsolid.panel.components.tenant_page import error_text
from crmsolid.workspaces import confirmation, two_factor


@own_page("GET", "POST")
def assistants(request: HttpRequest) -> HttpResponseBase:
    user = user_of(request)
    if request.method == "POST":
        try:
            grant = end_own_grant(user, request.POST.get("grant", "").replace("\0", ""), ip=client_ip(request))
            messages.success(request, f"{grant.client_name} is disconnected: it is refused from now on.")
        except DomainError as error:
            messages.error(request, error_text(error))
        return HttpResponseRedirect(reverse("account:assistants"))
    rows = list(own_grants(user))
    return show(request, "assistants", title="Connected assistants", grants=rows)


@own_page("GET", "POST")
def confirm(request: HttpRequest) -> HttpResponseBase:
    """Ask for the password, and for a code if the second factor is on, then go on with the page that wants to know."""
    user = user_of(request)
    form, status = ConfirmForm(request.POST if request.method == "POST" else None), 200
    if not two_factor.is_on(user):
        del form.fields["code"]
    if form.is_valid():
        key, ip = request.session.session_key, client_ip(request)
        try:
            check_own_password(request, user, form.cleaned_data["password"], "password")
            confirmation.confirm(user, form.cleaned_data.get("code", ""), session_key=key, ip=ip)
        except sign_in.TooManyAttempts:
            return too_many(request)
        except DomainError as error:
            form.add_domain_error(error)
            status = 429 if error.code == "rate_limited" else 200
        else:
            return HttpResponseRedirect(safe_next(request))
    context = {"form": form, "next": safe_next(request), "minutes": confirmation.COUNTS_FOR.seconds // 60}
    return show(request, "confirm", status=status, title="Is it you?", **context)
