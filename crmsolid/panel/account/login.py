"""The pages that log a user in and out: password, the code of the second step, and a form kept from before."""

from django.contrib import messages
from django.contrib.auth import login as start_session
from django.contrib.auth import logout as end_this_session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from crmsolid.core import clock
from crmsolid.core.client_ip import client_ip
from crmsolid.core.errors import DomainError
from crmsolid.panel.account import kept_form, sign_in, sign_in_log
from crmsolid.panel.account.base import home, own_page, page, show, user_of
from crmsolid.panel.account.forms import CodeForm, LoginForm
from crmsolid.panel.components.addresses import panel_url
from crmsolid.panel.components.context import panel_context
from crmsolid.workspaces import two_factor
from crmsolid.workspaces.models import User

# What the session holds between the password and the code of the second step.
SECOND_STEP = "second_step"
SECOND_STEP_SECONDS = 600


@page("GET", "POST")
def login(request: HttpRequest) -> HttpResponseBase:
    if request.method != "POST" and isinstance(request.user, User):
        if panel_context(request) is None:
            return show(request, "no_workspace", status=403, title="No workspace yet")
        return HttpResponseRedirect(safe_next(request))
    if request.method != "POST":
        return show_login(request, LoginForm(request), next_page=safe_next(request))
    form, kept = LoginForm(request, data=request.POST), request.POST.get(kept_form.FIELD, "")
    if not form.is_valid():
        return show_login(request, form, next_page=safe_next(request), kept=kept)
    user = form.get_user()
    request.session.pop(kept_form.SESSION_KEY, None)  # of somebody who did not give the second factor
    if not two_factor.is_on(user):
        return signed_in(request, user, safe_next(request), kept)
    request.session.cycle_key()
    kept_form.store(request.session, kept, user)
    # Nothing of who does not come back stays: where they wanted to go may name a person.
    request.session.set_expiry(SECOND_STEP_SECONDS)
    request.session[SECOND_STEP] = {
        "user": user.pk,
        "tag": sign_in.password_tag(user),
        "until": clock.now().timestamp() + SECOND_STEP_SECONDS,
        "next": safe_next(request),
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
            sign_in_log.second_factor_refused(request, user)
            form.add_domain_error(error)
            status = 429 if error.code == "rate_limited" else 200
        else:
            del request.session[SECOND_STEP]
            response = signed_in(request, user, waiting["next"])
            if used_recovery_code:
                left = two_factor.recovery_codes_left(user)
                text = f"That was a recovery code, which works once: {left} are left. Your profile makes new ones."
                messages.warning(request, text)
            return response
    return show(request, "second_step", status=status, title="Enter the code", form=form, email=user.email)


def signed_in(request: HttpRequest, user: User, target: str, kept: str = "") -> HttpResponse:
    """Begin the user's session. The browser is known from now on: it has given all that was asked for."""
    start_session(request, user, "django.contrib.auth.backends.ModelBackend")
    request.session.set_expiry(None)  # shorter while it waited for the second step
    kept_form.store(request.session, kept, user)
    if kept_form.SESSION_KEY in request.session:
        target = reverse("account:send_again")
    response = HttpResponseRedirect(target)
    sign_in.remember_device(response, user)
    return response


@own_page("GET")
def send_again(request: HttpRequest) -> HttpResponseBase:
    """What was typed before the session ended, with a button that sends it now."""
    form = kept_form.take(request.session, user_of(request))
    if form is None:
        return home()
    return show(request, "send_again", title="Send it now?", kept=form)


@csrf_protect
@never_cache
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    end_this_session(request)
    return show(request, "logged_out", title="Logged out")
