"""What the address and the secret of an endpoint look like: JSON Schema patterns, for the services and the OpenAPI
document alike. They have no look-around, so every dialect of regular expressions reads them the same way.
"""

from crmsolid.api.fields import BLANKS


def _ipv6() -> str:
    """An IPv6 address in hexadecimal groups, of which ``::`` may leave out some (RFC 3986, ``IPv6address``)."""
    group = "[0-9A-Fa-f]{1,4}"
    shortened = [rf"({group}:){{1,{before}}}(:{group}){{1,{7 - before}}}" for before in range(1, 7)]
    return "|".join((rf"({group}:){{7}}{group}", *shortened, rf"({group}:){{1,7}}:", rf":((:{group}){{1,7}}|:)"))


_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
# No top-level domain begins with a digit, and resolvers take a name that ends in a number for an IPv4 address.
_TOP_LABEL = "[A-Za-z_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = rf"(({_LABEL}\.)*{_TOP_LABEL}\.?|{_OCTET}(\.{_OCTET}){{3}}|\[({_ipv6()})\])"
_PORT = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
_PATH_CHARACTER = r"([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})"
_QUERY_CHARACTER = r"([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})"

URL_PATTERN = (
    rf"^[Hh][Tt][Tt][Pp][Ss]?://{_HOST}(:{_PORT})?"
    rf"(/{_PATH_CHARACTER}*)?(\?{_QUERY_CHARACTER}*)?(#{_QUERY_CHARACTER}*)?$"
)
"""A URI of RFC 3986 with http or https and without user information. Which hosts and ports an installation allows, and
whether it allows http, is up to ``crmsolid.core.http.url_guard`` and its settings."""

# What has no visible form: control and format characters, blanks, private use, noncharacters. Those beyond U+FFFF are
# allowed, because dialects write them in different ways, and so are unassigned ones: the next Unicode may assign them.
_INVISIBLE = (
    rf"\u0000-\u001f\u007f-\u009f{BLANKS}\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u2064\u2066-\u206f\ue000-\uf8ff\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff"
)
MAX_SECRET = 255
SECRET_PATTERN = rf"^[^{_INVISIBLE}]+$"

# A token of RFC 9110, 5.6.2.
HEADER_NAME_PATTERN = r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$"
MAX_HEADER_VALUE = 1000
HEADER_VALUE_PATTERN = r"^[!-~]([ -~]*[!-~])?$"
# What describes the body, the signature and its event, what the HTTP client or the address sets, and what concerns the
# connection alone (RFC 9110, 7.6.1). Receivers tell by User-Agent who posts.
_RESERVED = (
    *("content-.*", "webhook-.*", "x-signature", "x-request-id", "user-agent", "host", "accept-encoding", "expect"),
    *("connection", "keep-alive", "proxy-.*", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings"),
)


def _any_case(pattern: str) -> str:
    return "".join(f"[{each.upper()}{each}]" if each.isalpha() else each for each in pattern)


RESERVED_HEADER_PATTERN = f"^({'|'.join(map(_any_case, _RESERVED))})$"
