"""The consent page: a member allows a client to act in one workspace.

The request stays in the page's address and is checked again when the form is posted, so no hidden field can change it.
"""

import re
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from oauth2_provider.exceptions import OAuthToolkitError
from oauth2_provider.http import OAuth2ResponseRedirect
from oauth2_provider.settings import oauth2_settings
from oauth2_provider.views.base import BaseAuthorizationView
from oauthlib.common import add_params_to_uri
from oauthlib.oauth2.rfc6749.errors import AccessDeniedError, CustomOAuth2Error, InvalidRequestError, OAuth2Error

from crmsolid.core.errors import DomainError
from crmsolid.core.http.content_policy import SENDS_ANYWHERE
from crmsolid.limits.forms import AssistantLimitsForm
from crmsolid.limits.wording import at_worst
from crmsolid.oauth import client_documents
from crmsolid.oauth.client_documents import State, is_document_address
from crmsolid.oauth.endpoints import origin, repeated_parameter, resource_url
from crmsolid.oauth.models import LOOPBACK_HOSTS, Application
from crmsolid.oauth.services import DEFAULT_LIMITS, OFFERED, READS, client_name, create_grant, known_scopes
from crmsolid.panel.components.context import PanelContext, lacks_required_factor, panel_context
from crmsolid.workspaces.actor import ROLE_SCOPES, Scope
from crmsolid.workspaces.confirmation import is_confirmed
from crmsolid.workspaces.models import Membership, Role, User, Workspace

_S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class ConsentForm(AssistantLimitsForm):
    """Where and what a client may do. Of what it asks for only reads are ticked at first."""

    workspace = forms.ChoiceField(widget=forms.RadioSelect, error_messages={"required": "Choose a workspace."})
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, scope.label) for scope in OFFERED],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one thing that the assistant may do."},
    )

    def __init__(
        self,
        memberships: Sequence[Membership],
        asked: Collection[Scope],
        shown: Workspace,
        data: Any = None,
    ) -> None:
        ticked = [scope.value for scope in READS & set(asked)]
        super().__init__(data, initial={"workspace": str(shown.pk), "scopes": ticked})
        self.shown = shown
        self.choices_of_workspace = {
            str(workspace.pk): (membership, workspace)
            for membership in memberships
            for workspace in (membership.workspace, membership.workspace.twin)
        }
        choices = [(value, str(workspace)) for value, (_, workspace) in self.choices_of_workspace.items()]
        self.fields["workspace"].choices = choices  # type: ignore[attr-defined]
        self.add_places(workspace for _, workspace in self.choices_of_workspace.values())
        self.roles = {membership.role for membership in memberships}

    @property
    def membership_and_workspace(self) -> tuple[Membership, Workspace]:
        """The chosen workspace, live or test, and the membership that it is chosen by."""
        return self.choices_of_workspace[self.cleaned_data["workspace"]]

    def at_worst(self) -> str:
        """What the assistant could do at worst with what is chosen, or with what is chosen at first."""
        if not self.is_bound:
            return at_worst([Scope(value) for value in self.initial["scopes"]], DEFAULT_LIMITS, self.shown)
        if not self.is_valid():
            return "What it can do at worst is said here once all is chosen."
        _, workspace = self.membership_and_workspace
        scopes = [Scope(value) for value in self.cleaned_data["scopes"]]
        return at_worst(scopes, self.chosen_limits(workspace), workspace)

    @property
    def possible_scopes(self) -> frozenset[Scope]:
        """What the user's roles allow in at least one workspace."""
        return frozenset[Scope]().union(*(ROLE_SCOPES[Role(role)] for role in self.roles))

    def clean(self) -> dict[str, Any]:
        """A scope that the role in the chosen workspace does not have is an error beside the scopes."""
        cleaned = super().clean() or self.cleaned_data
        if "workspace" in cleaned and "scopes" in cleaned:
            membership, workspace = self.membership_and_workspace
            refused = set(cleaned["scopes"]) - ROLE_SCOPES[Role(membership.role)]
            if refused:
                role = Role(membership.role).with_article
                names = ", ".join(scope.value for scope in OFFERED if scope in refused)
                self.add_error("scopes", f"You are {role} in {workspace}, so you cannot allow {names} there.")
        return cleaned


@method_decorator(never_cache, name="dispatch")
class ConsentView(BaseAuthorizationView):
    """GET shows the page, POST is the member's answer. Who is not logged in logs in first and comes back."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._answer(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        panel = panel_context(request)
        if panel is None:
            return self._page(request, "account/no_workspace.html", 403, title="No workspace yet")
        if (unready := self._document_page(request, panel.membership.user)) is not None:
            return unready
        try:
            credentials = self._validated(request)
        except OAuthToolkitError as error:
            return self.error_response(error, None)
        except ValueError:  # a query that is no query at all; oauthlib says no more
            return self._error_page(request, "invalid_request", "The address cannot be understood.")
        if request.method == "POST" and "cancel" in request.POST:
            refusal = AccessDeniedError(state=credentials["state"])
            return self.error_response(OAuthToolkitError(refusal, redirect_uri=credentials["redirect_uri"]), None)
        if not is_confirmed(panel.membership.user, request.session.session_key):
            query = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('account:confirm')}?{query}")
        return self._ask(request, credentials, panel)

    def _ask(self, request: HttpRequest, credentials: dict[str, Any], panel: PanelContext) -> HttpResponse:
        """The form, or what follows once the member has allowed it."""
        asked = known_scopes(credentials["request"].scopes)
        data = request.POST if request.method == "POST" else None
        memberships = tuple(each for each in panel.memberships if not lacks_required_factor(each))
        form = ConsentForm(memberships, asked, panel.workspace, data)
        if request.method == "POST" and "preview" in request.POST:
            return HttpResponse(form.at_worst(), content_type="text/plain; charset=utf-8")
        if form.is_valid():
            try:
                return self._allow(request, credentials, panel, form)
            except OAuthToolkitError as error:
                return self.error_response(error, None)
            except DomainError as error:
                form.add_domain_error(error)
        return self._consent_page(request, credentials, form)

    def _document_page(self, request: HttpRequest, user: User) -> HttpResponse | None:
        """What is shown while the description of the client is fetched, and when it cannot be; None if it is there."""
        client_id, again = request.GET.get("client_id", ""), "again" in request.POST
        if not is_document_address(client_id) or (request.method == "POST" and not again):
            return None
        progress = client_documents.progress(user, client_id, again=again)
        context = {"host": urlsplit(client_id).hostname, "problem": progress.problem}
        if again:
            return HttpResponseRedirect(request.get_full_path())
        match progress.state:
            case State.WAITING:
                page = self._page(request, "panel/consent_waiting.html", 200, title="One moment", **context)
                page.headers["Refresh"] = "1"
                return page
            case State.OTHER:
                title = "You are connecting another assistant"
                return self._page(request, "panel/consent_unready.html", 429, title=title, **context)
            case State.FAILED:
                title = "This assistant cannot be connected"
                return self._page(request, "panel/consent_unready.html", 400, title=title, **context)
        return None

    def _validated(self, request: HttpRequest) -> dict[str, Any]:
        """The parameters of the request, which are the client's. Raises ``OAuthToolkitError``."""
        if any("\0" in value for values in request.GET.lists() for value in (values[0], *values[1])):
            raise ValueError("a parameter contains a NUL character")
        _, credentials = self.validate_authorization_request(request)
        resource = resource_url(request)
        error: OAuth2Error | None = None
        is_s256 = credentials["code_challenge_method"] == "S256"
        if repeated := repeated_parameter(request.GET):
            error = InvalidRequestError(f"{repeated} is given more than once", state=credentials["state"])
        elif not is_s256 or not _S256_CHALLENGE.fullmatch(credentials["code_challenge"]):
            error = InvalidRequestError("PKCE with S256 is needed", state=credentials["state"])
        elif request.GET.getlist("resource", [resource]) != [resource]:
            error = CustomOAuth2Error(
                "invalid_target", f"the only resource here is {resource}", state=credentials["state"]
            )
        if error is not None:
            raise OAuthToolkitError(error, redirect_uri=credentials["redirect_uri"])
        # With the client set, nobody looks for it a second time.
        return {**credentials, "resource": [resource], "client": credentials["request"].client}

    def _allow(
        self, request: HttpRequest, credentials: dict[str, Any], panel: PanelContext, form: ConsentForm
    ) -> HttpResponse:
        membership, workspace = form.membership_and_workspace
        scopes = [Scope(value) for value in form.cleaned_data["scopes"]]
        actor = PanelContext(workspace, membership, panel.memberships).actor(request)
        application = credentials["client"]
        with transaction.atomic():
            grant = create_grant(
                actor,
                user=membership.user,
                application=application,
                scopes=scopes,
                session_key=request.session.session_key,
                limits=form.chosen_limits(workspace),
            )
            target, *_ = self.create_authorization_response(
                request, " ".join(scopes), {**credentials, "grant": grant}, True
            )
        return OAuth2ResponseRedirect(target, oauth2_settings.ALLOWED_REDIRECT_URI_SCHEMES)

    def error_response(self, error: OAuthToolkitError, application: Application | None, **kwargs: Any) -> HttpResponse:
        """Back to the client, if its redirect URI is known to be its own, else a page (RFC 6749, 4.1.2.1)."""
        may_redirect, details = super(BaseAuthorizationView, self).error_response(error, **kwargs)
        problem = details["error"]
        if not may_redirect or not problem.redirect_uri:
            return self._error_page(self.request, problem.error, problem.description or "")
        answer = [*problem.twotuples, ("iss", origin(self.request))]
        target = add_params_to_uri(problem.redirect_uri, answer)
        return OAuth2ResponseRedirect(target, oauth2_settings.ALLOWED_REDIRECT_URI_SCHEMES)

    # --- Pages --------------------------------------------------------------------------------------------------------
    def _consent_page(self, request: HttpRequest, credentials: dict[str, Any], form: ConsentForm) -> HttpResponse:
        context = {
            "title": "Connect an assistant",
            "client_name": client_name(credentials["client"]),
            "destination": destination(credentials["redirect_uri"]),
            "form": form,
            "scopes": [(box, box.data["value"] in form.possible_scopes) for box in form["scopes"]],
            "at_worst": form.at_worst(),
        }
        return self._page(request, "panel/consent.html", 200, **context)

    def _error_page(self, request: HttpRequest, code: str, description: str) -> HttpResponse:
        text = f"Its request cannot be answered ({code}). {description} Begin again in the assistant."
        return self._page(request, "panel/error_alone.html", 400, title="This assistant cannot be connected", text=text)

    def _page(self, request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
        response = render(request, template, {**admin.site.each_context(request), **context}, status=status)
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Content-Security-Policy"] = SENDS_ANYWHERE  # the answer goes to the client's address
        return response


def destination(redirect_uri: str) -> str:
    """Where the browser goes after a consent, in words: a client can lie about its name, but not about this."""
    parts = urlsplit(redirect_uri)
    if parts.scheme not in ("http", "https"):
        return f"the program for {parts.scheme}: links on this computer"
    return "a program on this computer" if parts.hostname in LOOPBACK_HOSTS else str(parts.netloc)
