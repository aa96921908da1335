"""The page that sets up, renews and turns off two-factor authentication."""

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.safestring import mark_safe

from crmsolid.core.client_ip import client_ip
from crmsolid.core.errors import DomainError
from crmsolid.oauth.services import own_grants
from crmsolid.panel.account.base import keep_secret, own_page, read_secret, show, user_of
from crmsolid.panel.account.forms import CodeForm, SetUpForm
from crmsolid.panel.account.password import check_own_password
from crmsolid.panel.components.context import lacks_required_factor, panel_context
from crmsolid.workspaces import sessions, two_factor
from crmsolid.workspaces.models import User

# The secret that a session sets a second factor up with. No other session of the user gets to see it.
SETUP = "two_factor_setup"
SETUP_SECONDS = 900


@own_page("GET", "POST")
def two_factor_page(request: HttpRequest) -> HttpResponseBase:
    """Set it up, or show that it is on."""
    user = user_of(request)
    if two_factor.is_on(user):
        return _manage_two_factor(request, user)
    form = SetUpForm(request.POST if request.method == "POST" else None)
    secret = read_secret(request.session, SETUP)
    if form.is_valid():
        try:
            codes = _set_up_two_factor(request, user, secret, form)
        except DomainError as error:
            form.add_domain_error(error)
        else:
            return show(request, "recovery_codes", title="Two-factor authentication is on", codes=codes, is_new=True)
    if secret is None:
        secret = two_factor.new_secret()
        keep_secret(request.session, SETUP, secret, seconds=SETUP_SECONDS)
    image = segno.make(two_factor.provisioning_uri(user, secret), error="m").svg_inline(
        scale=4, light="#fff", border=3, svgclass="cs-qr", lineclass=None, omitsize=False
    )
    panel = panel_context(request)
    other = [each.workspace for each in (panel.memberships if panel else ()) if not lacks_required_factor(each)]
    return show(
        request,
        "two_factor_setup",
        title="Set up two-factor authentication",
        form=form,
        image=mark_safe(image),
        other_workspaces=other,
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        requiring=two_factor.requiring_workspaces(user),
        connected=own_grants(user).count(),
    )


def _set_up_two_factor(request: HttpRequest, user: User, secret: str | None, form: SetUpForm) -> list[str]:
    """Returns the recovery codes."""
    if secret is None:
        raise DomainError("invalid_state", "the key that you scanned is too old; scan the one that is shown now")
    check_own_password(request, user, form.cleaned_data["password"], "password")
    key, ip = request.session.session_key, client_ip(request)
    data = form.cleaned_data
    codes = two_factor.confirm_setup(
        user, secret, data["code"], session_key=key, ip=ip, keep_assistants=data["keep_assistants"]
    )
    del request.session[SETUP]
    request.session.cycle_key()  # somebody else may have the cookie of this session too
    sessions.follow(key, request.session.session_key)
    return codes


OFF = (
    "Two-factor authentication is off, your other sessions are signed out, and the assistants that you had connected "
    "are disconnected."
)


def _manage_two_factor(request: HttpRequest, user: User) -> HttpResponseBase:
    asked = request.POST.get("action", "")
    forms = {action: CodeForm(request.POST if asked == action else None, prefix=action) for action in ("codes", "off")}
    form = forms.get(asked)
    if form is not None and form.is_valid():
        code, ip = form.cleaned_data["code"], client_ip(request)
        try:
            if asked == "codes":
                codes = two_factor.new_recovery_codes(user, code, ip=ip)
                return show(request, "recovery_codes", title="New recovery codes", codes=codes)
            two_factor.turn_off(user, code, session_key=request.session.session_key, ip=ip)
        except DomainError as error:
            form.add_domain_error(error)
        else:
            messages.success(request, OFF)
            return HttpResponseRedirect(reverse("account:profile"))
    return show(
        request,
        "two_factor",
        title="Two-factor authentication",
        codes_form=forms["codes"],
        off_form=forms["off"],
        left=two_factor.recovery_codes_left(user),
        requiring=two_factor.requiring_workspaces(user),
    )
