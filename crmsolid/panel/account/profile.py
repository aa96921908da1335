"""The pages of a user: name and time zone, browsers and assistants that are connected, and the password once more."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from crmsolid.core.client_ip import client_ip
from crmsolid.core.errors import DomainError
from crmsolid.oauth.services import end_own_grant, own_grants
from crmsolid.panel.account.base import own_page, show, user_of
from crmsolid.panel.account.forms import ConfirmForm, ProfileForm
from crmsolid.panel.account.login import safe_next
from crmsolid.panel.account.password import check_own_password
from crmsolid.panel.components.context import panel_context
from crmsolid.panel.components.tenant_page import error_text
from crmsolid.workspaces import accounts, confirmation, sessions, two_factor
from crmsolid.workspaces.models import User


@own_page("GET", "POST")
def sessions_page(request: HttpRequest) -> HttpResponseBase:
    user, key = user_of(request), request.session.session_key
    if request.method == "POST":
        chosen = request.POST.get("session", "")
        if chosen == "others":
            ended = sessions.sign_out_elsewhere(user, key, ip=client_ip(request))
            messages.success(request, f"Signed out elsewhere: {ended} {'session' if ended == 1 else 'sessions'}.")
        else:
            try:
                sessions.end_session(user, int(chosen) if chosen.isdecimal() else 0, ip=client_ip(request))
                messages.success(request, "That session is signed out.")
            except DomainError as error:
                messages.error(request, error_text(error))
        return HttpResponseRedirect(reverse("account:sessions"))
    shown = sessions.list_sessions(user, key)
    rows = [(each, sessions.browser_name(each.browser)) for each in shown]
    return show(request, "sessions", title="Where you are logged in", rows=rows, has_others=len(rows) > 1)


@own_page("GET", "POST")
def profile(request: HttpRequest) -> HttpResponseBase:
    user = user_of(request)
    form = ProfileForm.of(user)
    if request.method == "POST":
        with transaction.atomic():
            form = ProfileForm.of(User.objects.select_for_update(no_key=True).get(pk=user.pk), request.POST)
            try:
                if form.is_valid():
                    accounts.update_profile(user, **form.cleaned_data, ip=client_ip(request))
            except DomainError as error:
                form.add_domain_error(error)
        if form.is_valid():
            messages.success(request, "Your profile is saved.")
            return HttpResponseRedirect(reverse("account:profile"))
    panel = panel_context(request)
    zone = panel.live.time_zone if panel else "UTC"
    said = f"All times of the panel are shown in it. Empty: that of the workspace, which is {zone} now."
    form.fields["time_zone"].help_text = said
    return show(
        request,
        "profile",
        title="Profile",
        form=form,
        two_factor_is_on=two_factor.is_on(user),
        connected=own_grants(user).count(),
    )


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
        except DomainError as error:
            form.add_domain_error(error)
            status = 429 if error.code == "rate_limited" else 200
        else:
            return HttpResponseRedirect(safe_next(request))
    context = {"form": form, "next": safe_next(request), "minutes": confirmation.COUNTS_FOR.seconds // 60}
    return show(request, "confirm", status=status, title="Is it you?", **context)
