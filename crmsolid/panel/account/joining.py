"""The pages that make a user a member: sign-up with a workspace of one's own, and accepting an invitation."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils.http import urlencode

from crmsolid.core.client_ip import client_ip
from crmsolid.core.errors import DomainError
from crmsolid.panel.account import sign_in
from crmsolid.panel.account.base import home, own_address, page, show
from crmsolid.panel.account.forms import AcceptForm, SignUpForm
from crmsolid.panel.account.login import signed_in
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.context import SESSION_KEY as WORKSPACE_KEY
from crmsolid.panel.components.tenant_page import error_text
from crmsolid.workspaces import accounts, invitations
from crmsolid.workspaces.models import Membership, Role, User
from crmsolid.workspaces.services import TRIAL

# The link in the e-mail leads to a page that puts its token into the session, so that it is in no address that a page
# with a form, a log line or a Referer header has. Sessions are readable in the database: this one holds the digest.
INVITATION = "invitation"


@page("GET", "POST")
def sign_up(request: HttpRequest) -> HttpResponseBase:
    if not settings.SIGN_UP:
        raise Http404
    if isinstance(request.user, User):
        return home()
    form = SignUpForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            sign_in.throttle(request, "sign-up")
            made = accounts.sign_up(**data, ip=client_ip(request))
        except DomainError as error:
            form.add_domain_error(error)
        else:
            if made is None:
                _tell_that_account_exists(request, data["email"])
                return show(request, "check_e_mail", title="Check your e-mail", email=data["email"])
            text = f"Welcome to CRM Solid. The trial of {made[1].name} ends in {TRIAL.days} days."
            return _enter(request, *made, text)
    return show(request, "sign_up", title="Sign up", form=form, trial_days=TRIAL.days)


def _tell_that_account_exists(request: HttpRequest, email: str) -> None:
    """At most once a minute, so that nobody can fill somebody's mailbox."""
    if sign_in.first_in_a_minute("account-exists", email):
        accounts.tell_that_account_exists(
            email,
            login_link=own_address(request, reverse("account:login")),
            reset_link=own_address(request, reverse("account:password_reset")),
        )


def _enter(request: HttpRequest, user: User, live: Any, text: str) -> HttpResponse:
    response = signed_in(request, user, panel_url("index"))
    request.session[WORKSPACE_KEY] = live.pk
    messages.success(request, text)
    return response


@page("GET")
def invitation_link(request: HttpRequest) -> HttpResponseBase:
    """What the link in the e-mail opens."""
    digest = invitations.digest_of(request.GET.get("token", ""))
    try:
        invitations.find_invitation(digest)
    except DomainError as error:
        return _no_invitation(request, error)
    request.session[INVITATION] = digest
    return HttpResponseRedirect(reverse("account:invitation"))


def _no_invitation(request: HttpRequest, error: DomainError) -> HttpResponse:
    title = "This invitation no longer works"
    return show(request, "link_is_over", status=404, title=title, text=error_text(error))


@page("GET", "POST")
def invitation(request: HttpRequest) -> HttpResponseBase:
    """Accept with the account that is logged in, or with a new one."""
    digest = request.session.get(INVITATION, "")
    try:
        row = invitations.find_invitation(digest)
    except DomainError as error:
        return _no_invitation(request, error)
    is_user, is_post = isinstance(request.user, User), request.method == "POST"
    form = AcceptForm(request.POST if is_post and not is_user else None)
    problem = ""
    if is_post and (is_user or form.is_valid()):
        try:
            membership = _accept(request, digest, form)
        except DomainError as error:
            if is_user or not error.errors:
                problem = error_text(error)
            else:
                form.add_domain_error(error)
        else:
            return _join(request, membership)
    title = f"Join {row.workspace.name}"
    return show(request, "invitation", title=title, invitation=row, form=form, problem=problem)


def _accept(request: HttpRequest, digest: str, form: AcceptForm) -> Membership:
    if isinstance(request.user, User):
        return invitations.accept_invitation(request.user, digest, ip=client_ip(request))
    sign_in.throttle(request, "sign-up")
    return invitations.accept_as_new_user(digest, **form.cleaned_data, ip=client_ip(request))


def _join(request: HttpRequest, membership: Membership) -> HttpResponse:
    text = f"You are now {Role(membership.role).with_article} in {membership.workspace.name}."
    request.session.pop(INVITATION, None)
    if not isinstance(request.user, User):
        return _enter(request, membership.user, membership.workspace, text)
    if request.session.get(WORKSPACE_KEY) != membership.workspace_id:
        request.session[WORKSPACE_KEY] = membership.workspace_id
        rotate_token(request)  # forms in other tabs belong to the workspace that was shown before
    messages.success(request, text)
    return home()


def invitation_address(request: HttpRequest) -> Callable[[str], str]:
    """Makes the link of an invitation from its token."""
    return lambda token: own_address(request, f"{reverse('account:invitation_link')}?{urlencode({'token': token})}")
