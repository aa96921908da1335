"""What django-oauth-toolkit's validator does differently here: one grant stands behind every code and token."""

from datetime import timedelta
from typing import Any

from django.utils.crypto import constant_time_compare
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes
from oauth2_provider.settings import oauth2_settings
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error, InvalidGrantError

from crmsolid.core import clock
from crmsolid.oauth.models import AccessToken, AuthorizationCode, Grant, RefreshToken
from crmsolid.oauth.services import OFFERED, end_grant, is_in_force, known_scopes
from crmsolid.oauth.tokens import digest


class AssistantScopes(BaseScopes):
    """``SCOPES_BACKEND_CLASS`` of django-oauth-toolkit. A client that names no scope asks for all of them."""

    def get_all_scopes(self) -> dict[str, str]:
        return {scope.value: scope.label for scope in OFFERED}

    def get_available_scopes(self, *args: Any, **kwargs: Any) -> list[str]:
        return list(self.get_all_scopes())

    def get_default_scopes(self, *args: Any, **kwargs: Any) -> list[str]:
        return list(self.get_all_scopes())


class GrantValidator(OAuth2Validator):
    """Ties codes and tokens to a :class:`Grant` and stores digests of them.

    Using a refresh token twice within the grace period answers the same pair, derived from it (``tokens``). A code or
    refresh token that is used again later has been stolen, or its successor has: that ends the grant.
    """

    def _check_secret(self, provided_secret: str, stored_secret: str) -> bool:
        """Client secrets are random and stored as SHA-256, because a password hash at each refresh costs too much."""
        return constant_time_compare(digest(provided_secret), stored_secret)

    def validate_scopes(self, client_id: str, scopes: Any, client: Any, request: Any, *args: Any, **kw: Any) -> bool:
        """Leave out scopes that no assistant can be given; refuse if none is left (RFC 6749, 3.3)."""
        known = known_scopes(scopes)
        request.scopes = [scope.value for scope in sorted(known)]
        return bool(known)

    # --- Authorization codes ------------------------------------------------------------------------------------------
    def _create_authorization_code(self, request: Any, code: Any, expires: Any = None) -> AuthorizationCode:
        """``request.grant`` and ``request.resource`` come from the consent page."""
        lifetime = timedelta(seconds=oauth2_settings.AUTHORIZATION_CODE_EXPIRE_SECONDS)
        return AuthorizationCode.objects.create(
            application=request.client,
            user=request.user,
            grant=request.grant,
            code=code["code"],
            expires=clock.now() + lifetime,
            redirect_uri=request.redirect_uri,
            scope=" ".join(request.scopes),
            code_challenge=request.code_challenge,
            code_challenge_method=request.code_challenge_method,
            resource=request.resource,
        )

    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        rows = AuthorizationCode.objects.select_related("grant", "user")
        row = rows.filter(code=code, application=client).first()
        if row is None or row.expires <= clock.now():
            return False
        if row.used_at is not None:
            end_grant(row.grant, "grant.revoked", "authorization_code_reused")
            return False
        request.authorization_code, request.user, request.scopes = row, row.user, row.scope.split()
        return is_in_force(row.grant)

    def invalidate_authorization_code(self, client_id: str, code: str, request: Any, *args: Any, **kw: Any) -> None:
        """Nothing: the code was marked in the transaction that stored its tokens."""

    # --- Tokens -------------------------------------------------------------------------------------------------------
    def validate_refresh_token(self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        rows = RefreshToken.objects.select_related("grant", "user")
        row = rows.filter(token_checksum=digest(refresh_token), application=client).first()
        if row is None:
            return False
        if row.revoked is not None and not self._in_grace(row):
            end_grant(row.grant, "grant.revoked", "refresh_token_reused")
            return False
        if row.created + timedelta(seconds=oauth2_settings.REFRESH_TOKEN_EXPIRE_SECONDS) <= clock.now():
            return False
        request.refresh_token, request.refresh_token_instance, request.user = refresh_token, row, row.user
        return is_in_force(row.grant)

    @staticmethod
    def _in_grace(row: RefreshToken) -> bool:
        """Whether the token was used a moment ago, and what it bought has not been used to refresh yet."""
        grace = timedelta(seconds=oauth2_settings.REFRESH_TOKEN_GRACE_PERIOD_SECONDS)
        successors = RefreshToken.objects.filter(access_token__source_refresh_token=row, revoked=None)
        is_recent = row.revoked is not None and row.revoked > clock.now() - grace
        return is_recent and successors.exists()

    def get_original_scopes(self, refresh_token: str, request: Any, *args: Any, **kwargs: Any) -> list[str]:
        return list(request.refresh_token_instance.grant.scopes)

    def _save_bearer_token(self, token: Any, request: Any, *args: Any, **kwargs: Any) -> None:
        """Store a new pair, or change ``token`` to the pair that the same refresh token bought before.

        The caller's transaction locks the grant, so codes and refresh tokens are used one after the other, and no
        token is stored for a grant that was revoked meanwhile.
        """
        old = request.refresh_token_instance if request.grant_type == "refresh_token" else None
        origin: AuthorizationCode | RefreshToken = old or request.authorization_code
        rows = Grant.objects.for_workspace(origin.grant.workspace_id)
        grant = rows.select_for_update().get(pk=origin.grant_id)
        if grant.revoked_at is not None:
            raise InvalidGrantError(request=request)
        resource = self._requested_resource(request, origin.resource)
        if old is not None and (successor := self._successor(grant, token)):
            token["expires_in"] = max(int((successor.expires - clock.now()).total_seconds()), 0)
            token["scope"] = successor.scope
            return
        if not self._mark_used(origin):
            raise InvalidGrantError(request=request)
        self._store_pair(token, request, grant=grant, resource=resource, source_refresh_token=old)

    @staticmethod
    def _mark_used(origin: AuthorizationCode | RefreshToken) -> int:
        """0 if somebody else has used it."""
        if isinstance(origin, RefreshToken):
            return RefreshToken.objects.filter(pk=origin.pk, revoked=None).update(revoked=clock.now())
        return AuthorizationCode.objects.filter(pk=origin.pk, used_at=None).update(used_at=clock.now())

    @staticmethod
    def _successor(grant: Grant, token: Any) -> AccessToken | None:
        """The stored access token of the pair, if the one in ``token`` is not new."""
        rows = AccessToken.objects.filter(grant=grant, token_checksum=digest(token["access_token"]))
        refresh_checksum = digest(token["refresh_token"])
        return rows.filter(refresh_token__token_checksum=refresh_checksum, refresh_token__revoked=None).first()

    @staticmethod
    def _requested_resource(request: Any, allowed: list[str]) -> list[str]:
        """The resource of the consent. A client may name it once more, but no other one (RFC 8707, 2.2)."""
        if any(name == "resource" and value not in allowed for name, value in request.decoded_body or ()):
            raise CustomOAuth2Error("invalid_target", "this resource was not asked for at the consent", request=request)
        return allowed

    @staticmethod
    def _store_pair(token: Any, request: Any, *, source_refresh_token: RefreshToken | None, **common: Any) -> None:
        common |= {"application": request.client, "user": request.user}
        access_token = AccessToken(
            **common,
            scope=token["scope"],
            expires=clock.now() + timedelta(seconds=token["expires_in"]),
            source_refresh_token=source_refresh_token,
            token_checksum=digest(token["access_token"]),
        )
        access_token.save(force_insert=True)
        checksum = digest(token["refresh_token"])
        RefreshToken(**common, access_token=access_token, token_checksum=checksum).save(force_insert=True)

    def revoke_token(self, token: str, token_type_hint: str, request: Any, *args: Any, **kwargs: Any) -> None:
        """A client that gives up its refresh token ends the grant; an access token ends alone (RFC 7009, 2.1)."""
        mine = {"token_checksum": digest(token), "application": request.client}
        AccessToken.objects.filter(**mine, expires__gt=clock.now()).update(expires=clock.now())
        row = RefreshToken.objects.select_related("grant").filter(**mine).first()
        if row is not None:
            end_grant(row.grant, "grant.revoked", "revoked_by_client")
