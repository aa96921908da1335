"""The pages that set a password: a link by e-mail for whoever forgot it, and a change for whoever is logged in."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout as end_this_session
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

from crmsolid.core.client_ip import client_ip
from crmsolid.core.errors import DomainError, invalid
from crmsolid.oauth.services import own_grants
from crmsolid.panel.account import sign_in, sign_in_log
from crmsolid.panel.account.base import keep_secret, own_address, own_page, page, read_secret, show, user_of
from crmsolid.panel.account.forms import ChangePasswordForm, NewPasswordForm, ResetRequestForm
from crmsolid.workspaces import accounts, sessions
from crmsolid.workspaces.models import User

# The link in the e-mail leads to a page that puts its token into the session, so that it is in no address that a page
# with a form, a log line or a Referer header has. Sessions are readable in the database: this value is encrypted.
RESET = "password_reset"


@page("GET", "POST")
def password_reset(request: HttpRequest) -> HttpResponseBase:
    """Send a link by e-mail. The answer is the same whether the address has an account or not."""

    def link(uid: str, token: str) -> str:
        query = urlencode({"uid": uid, "token": token})
        return own_address(request, f"{reverse('account:password_reset_link')}?{query}")

    form = ResetRequestForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        email = form.cleaned_data["email"]
        sign_in.throttle(request, "reset")
        if sign_in.first_in_a_minute("reset", email):
            accounts.request_password_reset(email, link)
        return show(request, "reset_sent", title="Check your e-mail", email=email)
    return show(request, "password_reset", title="Forgot your password?", form=form)


RESET_DONE = (
    "Your password is changed, all your sessions are signed out, and the assistants that you had connected are "
    "disconnected. Log in with it."
)
OVER = "It works once, for an hour. Ask for a new one."


@page("GET")
def password_reset_link(request: HttpRequest) -> HttpResponseBase:
    """What the link in the e-mail opens."""
    parts = [request.GET.get("uid", ""), request.GET.get("token", "")]
    if accounts.user_of_reset_link(*parts) is None:
        return show(request, "link_is_over", status=404, title="This link no longer works", text=OVER, ask_again=True)
    keep_secret(request.session, RESET, parts, seconds=settings.PASSWORD_RESET_TIMEOUT)
    return HttpResponseRedirect(reverse("account:password_set"))


@page("GET", "POST")
def password_set(request: HttpRequest) -> HttpResponseBase:
    """Choose a new password, with the link of the e-mail."""
    user = accounts.user_of_reset_link(*(read_secret(request.session, RESET) or ["", ""]))
    if user is None:
        return show(request, "link_is_over", status=404, title="This link no longer works", text=OVER, ask_again=True)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            accounts.reset_password(user, form.cleaned_data["new_password1"], ip=client_ip(request))
        except DomainError as error:
            form.add_domain_error(error)
        else:
            sign_in_log.password_changed(request, user)
            end_this_session(request)
            messages.success(request, RESET_DONE)
            return HttpResponseRedirect(reverse("account:login"))
    return show(request, "password_set", title="Choose a new password", form=form, email=user.email)


@own_page("GET", "POST")
def password_change(request: HttpRequest) -> HttpResponseBase:
    user, form = user_of(request), ChangePasswordForm(request.POST if request.method == "POST" else None)
    connected = own_grants(user).count()
    if form.is_valid():
        try:
            ended = _change_password(request, user, form)
        except DomainError as error:
            form.add_domain_error(error)
        else:
            sign_in_log.password_changed(request, user)
            text = f"Your password is changed. Other sessions that were signed out: {ended}."
            if connected:
                kept = form.cleaned_data["keep_assistants"]
                text += f" Your connected assistants {'stay connected' if kept else 'are disconnected'}."
            messages.success(request, text)
            response = HttpResponseRedirect(reverse("account:profile"))
            sign_in.remember_device(response, user)
            return response
    return show(request, "password_change", title="Change the password", form=form, connected=connected)


def _change_password(request: HttpRequest, user: User, form: ChangePasswordForm) -> int:
    """Returns how many other sessions ended."""
    check_own_password(request, user, form.cleaned_data["old_password"], "old_password")
    new, key = form.cleaned_data["new_password1"], request.session.session_key
    keep = form.cleaned_data["keep_assistants"]
    ended = accounts.change_password(user, new, session_key=key, ip=client_ip(request), keep_assistants=keep)
    update_session_auth_hash(request, user)  # gives the session another key
    sessions.follow(key, request.session.session_key)
    return ended


def check_own_password(request: HttpRequest, user: User, password: str, field: str) -> None:
    """Errors: ``validation_failed`` (the field). A wrong one counts as at the log-in: whoever has somebody's session
    must not find out the password. Raises ``TooManyAttempts``."""
    attempt = sign_in.Attempt.begin(request, user.email)
    if not user.check_password(password):
        attempt.count_failure()
        raise invalid(field, "invalid", "this is not your present password")
