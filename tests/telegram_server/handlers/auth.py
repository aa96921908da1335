"""Login (core.telegram.org/api/auth): code, sign-up, two-step password, logout."""

import os
import time
from typing import Any

from telethon.tl import functions, types

from ..errors import failure
from ..render import user_view
from ..rpc import Call, handles
from ..srp import Challenge, new_algorithm
from ..state import CodePlan, LoginCode, User, digits

SHORTEST_PHONE = 7
LONGEST_PHONE = 15


@handles(functions.auth.SendCodeRequest)
def send_code(call: Call, request: Any) -> Any:
    if not request.api_id or not request.api_hash:
        raise failure("API_ID_INVALID")
    phone = digits(request.phone_number)
    if not SHORTEST_PHONE <= len(phone) <= LONGEST_PHONE:
        raise failure("PHONE_NUMBER_INVALID")
    user = call.state.user_by_phone(phone)
    if user is not None and user.dc_id != call.authorization.dc_id:
        raise failure(f"PHONE_MIGRATE_{user.dc_id}")
    for token in request.settings.logout_tokens or ():
        if user is not None and call.state.logout_tokens.pop(token, None) is user:
            return types.auth.SentCodeSuccess(pass_code(call, user))
    return sent_code(call.state.new_login_code(phone))


@handles(functions.auth.ResendCodeRequest)
def resend_code(call: Call, request: Any) -> Any:
    next_type = login_code(call, request).plan.next_type
    if next_type is None:
        raise failure("SEND_CODE_UNAVAILABLE", 406)
    return sent_code(call.state.new_login_code(request.phone_number, plan_of(next_type)))


@handles(functions.auth.ResetLoginEmailRequest)
def reset_login_email(call: Call, request: Any) -> Any:
    """A code by SMS at once, or the same e-mail code with the date until which the owner may object."""
    fields: dict[str, Any] = login_code(call, request).plan.fields
    if "email_pattern" not in fields:
        raise failure("EMAIL_INSTALL_MISSING", 400)
    period = fields.pop("reset_available_period", None)
    if period is None:
        raise failure("TASK_ALREADY_EXISTS", 400)
    if not period:
        return sent_code(call.state.new_login_code(request.phone_number, plan_of("Sms")))
    fields["reset_pending_date"] = int(time.time()) + period
    return sent_code(call.state.new_login_code(request.phone_number))


@handles(functions.auth.SignInRequest)
def sign_in(call: Call, request: Any) -> Any:
    verification = request.email_verification
    given = verification.code if isinstance(verification, types.EmailVerificationCode) else request.phone_code
    if not given:
        raise failure("PHONE_CODE_EMPTY")
    expected = login_code(call, request)
    is_email = expected.plan.kind == "EmailCode"
    if given != expected.code or is_email != (verification is not None):
        raise failure("PHONE_CODE_INVALID")
    user = call.state.user_by_phone(request.phone_number)
    if user is None:
        expected.is_confirmed = True
        return types.auth.AuthorizationSignUpRequired()
    del call.state.login_codes[user.phone]
    return pass_code(call, user)


@handles(functions.auth.SignUpRequest)
def sign_up(call: Call, request: Any) -> Any:
    if not login_code(call, request).is_confirmed:
        raise failure("PHONE_CODE_EMPTY")
    if not request.first_name.strip():
        raise failure("FIRSTNAME_INVALID")
    dc_id = call.authorization.dc_id
    user = call.state.add_user(request.phone_number, dc_id, request.first_name, request.last_name)
    del call.state.login_codes[user.phone]
    return log_in(call, user)


@handles(functions.account.GetPasswordRequest)
def get_password(call: Call, request: Any) -> Any:
    user = call.authorization.awaiting_password or call.user
    parts = dict(new_algo=new_algorithm(), new_secure_algo=types.SecurePasswordKdfAlgoUnknown(), secure_random=b"")
    if user.verifier is None:
        return types.account.Password(**parts)
    if user.has_unknown_algorithm:
        unknown = types.PasswordKdfAlgoUnknown()
        return types.account.Password(has_password=True, current_algo=unknown, srp_B=b"", srp_id=1, **parts)
    challenge = call.authorization.challenge = Challenge(user.verifier)
    return types.account.Password(
        has_password=True,
        current_algo=user.verifier.algorithm,
        srp_B=challenge.public,
        srp_id=challenge.id,
        hint=user.hint,
        **parts,
    )


@handles(functions.auth.CheckPasswordRequest)
def check_password(call: Call, request: Any) -> Any:
    authorization, proof = call.authorization, request.password
    user, challenge = authorization.awaiting_password, authorization.challenge
    if user is None:
        raise failure("AUTH_KEY_UNREGISTERED")
    if not isinstance(proof, types.InputCheckPasswordSRP):
        raise failure("PASSWORD_HASH_INVALID")
    if challenge is None or proof.srp_id != challenge.id:
        raise failure("SRP_ID_INVALID")
    authorization.challenge = None
    if not challenge.accepts(proof.A, proof.M1):
        raise failure("PASSWORD_HASH_INVALID")
    return log_in(call, user)


@handles(functions.auth.LogOutRequest)
def log_out(call: Call, request: Any) -> Any:
    authorization = call.authorization
    user = authorization.user
    if user is None and authorization.awaiting_password is None:
        raise authorization.refusal or failure("AUTH_KEY_UNREGISTERED")
    authorization.user = authorization.awaiting_password = None
    if user is None or not call.settings.gives_logout_tokens:
        return types.auth.LoggedOut()
    token = os.urandom(16)
    call.state.logout_tokens[token] = user
    return types.auth.LoggedOut(token)


@handles(functions.auth.ExportAuthorizationRequest)
def export_authorization(call: Call, request: Any) -> Any:
    """A token with which the user is logged in to another data center, for its files."""
    user = call.user
    if request.dc_id == call.authorization.dc_id or request.dc_id not in call.addresses:
        raise failure("DC_ID_INVALID")
    token = os.urandom(32)
    call.state.exported[token] = user, request.dc_id
    return types.auth.ExportedAuthorization(user.id, token)


@handles(functions.auth.ImportAuthorizationRequest)
def import_authorization(call: Call, request: Any) -> Any:
    user, dc_id = call.state.exported.get(request.bytes, (None, 0))
    authorization = call.authorization
    if user is None or user.id != request.id or dc_id != authorization.dc_id:
        raise failure("AUTH_BYTES_INVALID")
    del call.state.exported[request.bytes]
    authorization.user, authorization.is_imported, authorization.refusal = user, True, None
    return types.auth.Authorization(user_view(call.state, user, user))


def login_code(call: Call, request: Any) -> LoginCode:
    """The code that was sent with this hash. An unknown hash is PHONE_CODE_EXPIRED too, as at Telegram."""
    code = call.state.login_codes.get(digits(request.phone_number))
    if code is None or code.is_expired or code.phone_code_hash != request.phone_code_hash:
        raise failure("PHONE_CODE_EXPIRED")
    return code


def plan_of(next_type: str) -> CodePlan:
    """A code by the next way, after which there is none."""
    fields: dict[str, dict[str, Any]] = {"MissedCall": {"prefix": "+1", "length": 6}, "FlashCall": {"pattern": "+1*"}}
    return CodePlan(next_type, fields.get(next_type, {"length": 5}), next_type=None)


def sent_code(code: LoginCode) -> Any:
    plan = code.plan
    if plan.kind == "PaymentRequired":
        product = dict(store_product="sms", support_email_address="a@x.org", support_email_subject="SMS")
        return types.auth.SentCodePaymentRequired(
            phone_code_hash=code.phone_code_hash, premium_days=7, currency="USD", amount=100, **product
        )
    kind = getattr(types.auth, f"SentCodeType{plan.kind}")(**plan.fields)
    following = getattr(types.auth, f"CodeType{plan.next_type}")() if plan.next_type else None
    return types.auth.SentCode(kind, code.phone_code_hash, following, plan.timeout)


def pass_code(call: Call, user: User) -> Any:
    """After the code: the password if there is one, otherwise the user is logged in."""
    if user.verifier is not None:
        call.authorization.awaiting_password = user
        raise failure("SESSION_PASSWORD_NEEDED")
    return log_in(call, user)


def log_in(call: Call, user: User) -> Any:
    authorization = call.authorization
    authorization.user, authorization.awaiting_password, authorization.refusal = user, None, None
    call.state.update_peak(user)
    return types.auth.Authorization(user_view(call.state, user, user))
