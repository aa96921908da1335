"""Login (core.telegram.org/api/auth): code, sign-up, two-step password, logout."""

from typing import Any

from telethon.tl import functions, types

from ..errors import failure
from ..render import user_view
from ..rpc import Call, handles
from ..srp import Challenge, new_algorithm
from ..state import LoginCode, User, digits

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
    return sent_code(call.state.new_login_code(phone))


@handles(functions.auth.ResendCodeRequest)
def resend_code(call: Call, request: Any) -> Any:
    login_code(call, request)
    return sent_code(call.state.new_login_code(request.phone_number))


@handles(functions.auth.SignInRequest)
def sign_in(call: Call, request: Any) -> Any:
    if not request.phone_code:
        raise failure("PHONE_CODE_EMPTY")
    expected = login_code(call, request)
    if request.phone_code != expected.code:
        raise failure("PHONE_CODE_INVALID")
    user = call.state.user_by_phone(request.phone_number)
    if user is None:
        expected.is_confirmed = True
        return types.auth.AuthorizationSignUpRequired()
    del call.state.login_codes[user.phone]
    if user.verifier is not None:
        call.authorization.awaiting_password = user
        raise failure("SESSION_PASSWORD_NEEDED")
    return log_in(call, user)


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
    challenge = call.authorization.challenge = Challenge(user.verifier)
    return types.account.Password(
        has_password=True,
        current_algo=user.verifier.algorithm,
        srp_B=challenge.public,
        srp_id=challenge.id,
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
    call.authorization.user = call.authorization.awaiting_password = None
    return types.auth.LoggedOut()


def login_code(call: Call, request: Any) -> LoginCode:
    """The code that was sent with this hash. An unknown hash is PHONE_CODE_EXPIRED too, as at Telegram."""
    code = call.state.login_codes.get(digits(request.phone_number))
    if code is None or code.is_expired or code.phone_code_hash != request.phone_code_hash:
        raise failure("PHONE_CODE_EXPIRED")
    return code


def sent_code(code: LoginCode) -> Any:
    return types.auth.SentCode(types.auth.SentCodeTypeApp(len(code.code)), code.phone_code_hash)


def log_in(call: Call, user: User) -> Any:
    authorization = call.authorization
    authorization.user, authorization.awaiting_password, authorization.refusal = user, None, None
    call.state.update_peak(user)
    return types.auth.Authorization(user_view(call.state, user, user))
