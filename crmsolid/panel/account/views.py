"""The pages about a user. Each reads its form, calls one service and says what happens next."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import segno
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import login as start_session
from django.contrib.auth import logout as end_this_session
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from crmsolid.core import clock
from crmsolid.core.client_ip import client_ip
from crmsolid.core.errors import DomainError, invalid
from crmsolid.core.time_zones import time_zones
from crmsolid.panel import sign_in
from crmsolid.panel.account import kept_form, session_secrets
from crmsolid.panel.account.forms import (
    AcceptForm,
    ChangePasswordForm,
    CodeForm,
    LoginForm,
    NewPasswordForm,
    ProfileForm,
    ResetRequestForm,
    SetUpForm,
    SignUpForm,
)
from crmsolid.workspaces import accounts, invitations, sessions, two_factor
from crmsolid.workspaces.models import Membership, User
from crmsolid.workspaces.panel_context import SESSION_KEY as WORKSPACE_KEY
from crmsolid.workspaces.panel_context import lacks_required_factor, panel_context
from crmsolid.workspaces.panel_urls import panel_url
from crmsolid.workspaces.tenant_page import error_text

View = Callable[..., HttpResponseBase]

# What the anonymous session holds between two pages. Links in e-mails lead to a page that puts their token there, so
# that it is in no address that a page with a form, a log line or a Referer header has. Sessions are readable in the
# database: of an invitation's token it holds the digest, and what sets a password is encrypted.
SECOND_STEP = "second_step"
INVITATION = "invitation"
RESET = "password_reset"
SECOND_STEP_SECONDS = 600
# The secret that a session sets a second factor up with. No other session of the user gets to see it.
SETUP = "two_factor_setup"
SETUP_SECONDS = 900

PASSWORD_HELP = "At least 10 characters, not a common password, and not like your name or e-mail address."


def page(*methods: str) -> Callable[[View], View]:
    """A page that anybody may open."""

    def decorate(view: View) -> View:
        return csrf_protect(never_cache(require_http_methods(["HEAD", *methods])(view)))

    return decorate


def own_page(*methods: str) -> Callable[[View], View]:
    """A page of somebody who is logged in; others log in first and come back."""

    def decorate(view: View) -> View:
        @wraps(view)
        def for_users(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return redirect_to_login(request.get_full_path(), reverse("account:login"))
            return view(request, *args, **kwargs)

        return page(*methods)(for_users)

    return decorate


def user_of(request: HttpRequest) -> User:
    """The user of an :func:`own_page`."""
    assert isinstance(request.user, User)
    return request.user


def show(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> TemplateResponse:
    """The page in the frame of the panel for members, else by itself."""
    panel = panel_context(request)
    in_panel = panel is not None and not panel.needs_two_factor
    frame = {"frame": "panel/page.html" if in_panel else "panel/alone.html", "in_panel": in_panel}
    sign_up = {"sign_up_is_open": settings.SIGN_UP, "password_help": PASSWORD_HELP}
    context = {**admin.site.each_context(request), **frame, **sign_up, **context}
    return TemplateResponse(request, f"account/{template}.html", context, status=status)


def too_many(request: HttpRequest) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": "Too many attempts"}
    response = render(request, "panel/too_many.html", context, status=429)
    response.headers["Retry-After"] = str(sign_in.RETRY_AFTER_SECONDS)
    return response


def home() -> HttpResponseRedirect:
    return HttpResponseRedirect(panel_url("index"))


# --- Log in and out ---------------------------------------------------------------------------------------------------
@page("GET", "POST")
def login(request: HttpRequest) -> HttpResponseBase:
    if request.method != "POST" and isinstance(request.user, User):
        if panel_context(request) is None:
            return show(request, "no_workspace", status=403, title="No workspace yet")
        return HttpResponseRedirect(safe_next(request))
    if request.method != "POST":
        return show_login(request, LoginForm(request), next_page=safe_next(request))
    form, kept = LoginForm(request, data=request.POST), request.POST.get(kept_form.FIELD, "")
    try:
        is_right = form.is_valid()
    except sign_in.TooManyAttempts:
        return too_many(request)
    if not is_right:
        return show_login(request, form, next_page=safe_next(request), kept=kept)
    user = form.get_user()
    if not two_factor.is_on(user):
        return signed_in(request, user, safe_next(request), kept)
    request.session.cycle_key()
    request.session[SECOND_STEP] = {
        "user": user.pk,
        "tag": sign_in.password_tag(user),
        "until": clock.now().timestamp() + SECOND_STEP_SECONDS,
        "next": safe_next(request),
        "kept": kept if kept_form.read(kept) else "",
    }
    return HttpResponseRedirect(reverse("account:second_step"))


def show_login(
    request: HttpRequest, form: LoginForm, *, next_page: str, kept: str = "", status: int = 200
) -> TemplateResponse:
    """``kept`` is a form that was sent without a session; it is empty if there was none, or it is too long to keep."""
    context = {"form": form, "next": next_page, "kept": kept, "signed_out": status == 401}
    return show(request, "login", status=status, title="Log in", **context)


def login_page(request: HttpRequest, page: str, kept: str) -> HttpResponse:
    """For whoever sends a form of ``page`` after the session has ended. ``kept`` is as in :func:`show_login`."""
    return show_login(request, LoginForm(request), next_page=page, kept=kept, status=401).render()


def safe_next(request: HttpRequest) -> str:
    """Where to go after logging in: the page that was asked for, if it is one of this site."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure()):
        return asked
    return panel_url("index")


@page("GET", "POST")
def second_step(request: HttpRequest) -> HttpResponseBase:
    """Asks for a code, after the password was right."""
    waiting = request.session.get(SECOND_STEP, {})
    user = User.objects.filter(pk=waiting.get("user"), is_active=True).first()
    in_time = waiting.get("until", 0) > clock.now().timestamp()
    if user is None or not in_time or not constant_time_compare(waiting["tag"], sign_in.password_tag(user)):
        request.session.pop(SECOND_STEP, None)
        return HttpResponseRedirect(reverse("account:login"))
    form, status = CodeForm(request.POST if request.method == "POST" else None), 200
    if form.is_valid():
        try:
            used_recovery_code = two_factor.check_code(user, form.cleaned_data["code"], ip=client_ip(request))
        except DomainError as error:
            form.add_domain_error(error)
            status = 429 if error.code == "rate_limited" else 200
        else:
            del request.session[SECOND_STEP]
            response = signed_in(request, user, waiting["next"], waiting["kept"])
            if used_recovery_code:
                left = two_factor.recovery_codes_left(user)
                text = f"That was a recovery code, which works once: {left} are left. Your profile makes new ones."
                messages.warning(request, text)
            return response
    return show(request, "second_step", status=status, title="Enter the code", form=form, email=user.email)


def signed_in(request: HttpRequest, user: User, target: str, kept: str = "") -> HttpResponse:
    """Begin the user's session. The browser is known from now on: it has given all that was asked for."""
    start_session(request, user, "django.contrib.auth.backends.ModelBackend")
    if kept_form.read(kept):
        request.session[kept_form.SESSION_KEY] = kept
        target = reverse("account:send_again")
    response = HttpResponseRedirect(target)
    sign_in.remember_device(response, user)
    return response


@own_page("GET")
def send_again(request: HttpRequest) -> HttpResponseBase:
    """What was typed before the session ended, with a button that sends it now."""
    form = kept_form.take(request.session)
    if form is None:
        return home()
    return show(request, "send_again", title="Send it now?", kept=form)


@csrf_protect
@never_cache
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    end_this_session(request)
    return show(request, "logged_out", title="Logged out")


# --- Sign up and invitations ------------------------------------------------------------------------------------------
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
        except sign_in.TooManyAttempts:
            return too_many(request)
        except DomainError as error:
            form.add_domain_error(error)
        else:
            if made is None:
                _tell_that_account_exists(request, data["email"])
                return show(request, "check_e_mail", title="Look into your e-mail", email=data["email"])
            return _enter(request, *made, f"Welcome to CRM Solid. The trial of {made[1].name} ends in 14 days.")
    return show(request, "sign_up", title="Sign up", form=form)


def _tell_that_account_exists(request: HttpRequest, email: str) -> None:
    """At most once a minute, so that nobody can fill somebody's mailbox."""
    if sign_in.first_in_a_minute("account-exists", email):
        accounts.tell_that_account_exists(
            email,
            login_link=request.build_absolute_uri(reverse("account:login")),
            reset_link=request.build_absolute_uri(reverse("account:password_reset")),
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
        return show(request, "link_is_over", status=404, title="This invitation is over", text=error_text(error))
    request.session[INVITATION] = digest
    return HttpResponseRedirect(reverse("account:invitation"))


@page("GET", "POST")
def invitation(request: HttpRequest) -> HttpResponseBase:
    """Accept with the account that is logged in, or with a new one."""
    digest = request.session.get(INVITATION, "")
    try:
        row = invitations.find_invitation(digest)
    except DomainError as error:
        return show(request, "link_is_over", status=404, title="This invitation is over", text=error_text(error))
    is_user, is_post = isinstance(request.user, User), request.method == "POST"
    form = AcceptForm(request.POST if is_post and not is_user else None)
    problem = ""
    if is_post and (is_user or form.is_valid()):
        try:
            membership = _accept(request, digest, form)
        except sign_in.TooManyAttempts:
            return too_many(request)
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
    text = f"You are {membership.get_role_display().lower()} in {membership.workspace.name} now."
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
    return lambda token: request.build_absolute_uri(
        f"{reverse('account:invitation_link')}?{urlencode({'token': token})}"
    )


# --- Password ---------------------------------------------------------------------------------------------------------
@page("GET", "POST")
def password_reset(request: HttpRequest) -> HttpResponseBase:
    """Send a link by e-mail. The answer is the same whether the address has an account or not."""
    form = ResetRequestForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        email = form.cleaned_data["email"]
        try:
            sign_in.throttle(request, "reset")
        except sign_in.TooManyAttempts:
            return too_many(request)
        if sign_in.first_in_a_minute("reset", email):
            accounts.request_password_reset(email, lambda uid, token: _reset_address(request, uid, token))
        return show(request, "reset_sent", title="Look into your e-mail", email=email)
    return show(request, "password_reset", title="Forgot your password?", form=form)


def _reset_address(request: HttpRequest, uid: str, token: str) -> str:
    query = urlencode({"uid": uid, "token": token})
    return request.build_absolute_uri(f"{reverse('account:password_reset_link')}?{query}")


OVER = "It works once, for an hour. Ask for a new one."


@page("GET")
def password_reset_link(request: HttpRequest) -> HttpResponseBase:
    """What the link in the e-mail opens."""
    parts = [request.GET.get("uid", ""), request.GET.get("token", "")]
    if accounts.user_of_reset_link(*parts) is None:
        return show(request, "link_is_over", status=404, title="This link is over", text=OVER, ask_again=True)
    session_secrets.store(request.session, RESET, parts, seconds=settings.PASSWORD_RESET_TIMEOUT)
    return HttpResponseRedirect(reverse("account:password_set"))


@page("GET", "POST")
def password_set(request: HttpRequest) -> HttpResponseBase:
    """Choose a new password, with the link of the e-mail."""
    user = accounts.user_of_reset_link(*(session_secrets.read(request.session, RESET) or ["", ""]))
    if user is None:
        return show(request, "link_is_over", status=404, title="This link is over", text=OVER, ask_again=True)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            accounts.reset_password(user, form.cleaned_data["new_password1"], ip=client_ip(request))
        except DomainError as error:
            form.add_domain_error(error)
        else:
            end_this_session(request)
            messages.success(request, "Your password is changed, and all your sessions are signed out. Log in with it.")
            return HttpResponseRedirect(reverse("account:login"))
    return show(request, "password_set", title="Choose a new password", form=form, email=user.email)


@own_page("GET", "POST")
def password_change(request: HttpRequest) -> HttpResponseBase:
    user, form = user_of(request), ChangePasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            ended = _change_password(request, user, form)
        except sign_in.TooManyAttempts:
            return too_many(request)
        except DomainError as error:
            form.add_domain_error(error)
        else:
            text = f"Your password is changed. Other sessions that were signed out: {ended}."
            messages.success(request, text)
            response = HttpResponseRedirect(reverse("account:profile"))
            sign_in.remember_device(response, user)
            return response
    return show(request, "password_change", title="Change the password", form=form)


def _change_password(request: HttpRequest, user: User, form: ChangePasswordForm) -> int:
    """Returns how many other sessions ended."""
    check_own_password(request, user, form.cleaned_data["old_password"], "old_password")
    new, key = form.cleaned_data["new_password1"], request.session.session_key
    ended = accounts.change_password(user, new, session_key=key, ip=client_ip(request))
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


# --- Two-factor authentication ----------------------------------------------------------------------------------------
@own_page("GET", "POST")
def two_factor_page(request: HttpRequest) -> HttpResponseBase:
    """Set it up, or show that it is on."""
    user = user_of(request)
    if two_factor.is_on(user):
        return _manage_two_factor(request, user)
    form = SetUpForm(request.POST if request.method == "POST" else None)
    secret = session_secrets.read(request.session, SETUP)
    if form.is_valid():
        try:
            codes = _set_up_two_factor(request, user, secret, form)
        except sign_in.TooManyAttempts:
            return too_many(request)
        except DomainError as error:
            form.add_domain_error(error)
        else:
            return show(request, "recovery_codes", title="Two-factor authentication is on", codes=codes, is_new=True)
    if secret is None:
        secret = two_factor.new_secret()
        session_secrets.store(request.session, SETUP, secret, seconds=SETUP_SECONDS)
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
    )


def _set_up_two_factor(request: HttpRequest, user: User, secret: str | None, form: SetUpForm) -> list[str]:
    """Returns the recovery codes."""
    if secret is None:
        raise DomainError("invalid_state", "the key that you scanned is too old; scan the one that is shown now")
    check_own_password(request, user, form.cleaned_data["password"], "password")
    key, ip = request.session.session_key, client_ip(request)
    codes = two_factor.confirm_setup(user, secret, form.cleaned_data["code"], session_key=key, ip=ip)
    del request.session[SETUP]
    return codes


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
            two_factor.turn_off(user, code, ip=ip)
        except DomainError as error:
            form.add_domain_error(error)
        else:
            messages.success(request, "Two-factor authentication is off. Logging in asks for the password only.")
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


# --- Sessions and profile ---------------------------------------------------------------------------------------------
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
    rows = [(each, browser_name(each.browser)) for each in shown]
    return show(request, "sessions", title="Where you are logged in", rows=rows, has_others=len(rows) > 1)


def browser_name(agent: str) -> str:
    """A User-Agent in words: browser and system."""
    browsers = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
    systems = {"Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS"}
    browser = next((name for mark, name in browsers.items() if mark in agent), "")
    system = next((name for mark, name in {**systems, "Linux": "Linux"}.items() if mark in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or agent[:40] or "Unknown browser"


@own_page("GET", "POST")
def profile(request: HttpRequest) -> HttpResponseBase:
    user = user_of(request)
    form = ProfileForm.of(user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            accounts.update_profile(user, **form.cleaned_data, ip=client_ip(request))
        except DomainError as error:
            form.add_domain_error(error)
        else:
            messages.success(request, "Your profile is saved.")
            return HttpResponseRedirect(reverse("account:profile"))
    panel = panel_context(request)
    zone = panel.live.time_zone if panel else "UTC"
    return show(
        request,
        "profile",
        title="Profile",
        form=form,
        zones=sorted(time_zones()),
        zone_help=f"All times of the panel are shown in it. Empty: that of the workspace, which is {zone} now.",
        two_factor_is_on=two_factor.is_on(user),
    )
