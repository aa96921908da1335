"""How clients reach Telegram: the installation's proxy, the transport, and what they say of themselves.

Private names of Telethon: ``Connection._proxy_connect``, ``_ip``, ``_port`` and ``_proxy``.
"""

import socket
from typing import Any

from python_socks import ProxyError
from python_socks.async_.asyncio import Proxy
from telethon.errors import SecurityError
from telethon.network import ConnectionTcpFull, ConnectionTcpObfuscated, authenticator

from messaging.telegram import config

APP_VERSION = "1.0"


class Unreachable(Exception):
    """Telegram cannot be reached, for the reason that ``str()`` gives; ``code`` names it.

    It is no ``OSError``, which Telethon would swallow: after some tries it reports only that it has failed.
    """

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        super().__init__(reason)


class _ThroughProxy:
    """Connects to the proxy itself. Telethon would do that too, but then an unreachable proxy looks like an unreachable
    Telegram. There is no way around the proxy: Telethon connects directly only if it was given none."""

    _ip: str
    _port: int
    _proxy: str

    async def _proxy_connect(self, timeout: float | None = None, local_addr: Any = None) -> socket.socket:
        try:
            return await Proxy.from_url(self._proxy).connect(self._ip, self._port, timeout=timeout)
        except ProxyError:
            raise Unreachable(
                "proxy_refused",
                "the proxy of this installation (TELEGRAM_PROXY) refuses the connection: its user or password is "
                "wrong, or it does not reach Telegram",
            ) from None
        except OSError:  # ProxyConnectionError and ProxyTimeoutError are among them
            raise Unreachable(
                "proxy_unreachable",
                "the proxy of this installation (TELEGRAM_PROXY) cannot be reached; nothing is sent around it",
            ) from None


class _Full(_ThroughProxy, ConnectionTcpFull):
    pass


class _Obfuscated(_ThroughProxy, ConnectionTcpObfuscated):
    pass


def client_options() -> dict[str, Any]:
    """The options that every client has, for a login or for an account.

    What a client says of itself is fixed: Telethon's default is the host's kernel and Telethon's own version, so an
    account would seem to change its device when another host takes it over.
    """
    config.trust_test_key()
    return {
        "connection": _Obfuscated if config.is_obfuscated() else _Full,
        "proxy": config.proxy(),
        "use_ipv6": config.uses_ipv6(),
        "device_model": "CRM Solid",
        "system_version": "Server",
        "app_version": APP_VERSION,
        "lang_code": "en",
        "system_lang_code": "en",
    }


_authenticate = authenticator.do_authentication


async def _authenticate_or_explain(sender: Any) -> Any:
    try:
        return await _authenticate(sender)
    except SecurityError as error:
        # Telethon would try again and report only that it has failed.
        if "could not find a valid key" in str(error):
            raise Unreachable(
                "unknown_server_key",
                "Telegram's server identifies itself with a key that this version does not know: update the product",
            ) from None
        raise


authenticator.do_authentication = _authenticate_or_explain
