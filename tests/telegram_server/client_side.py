"""What a test must do on the client's side of a process."""

from telethon import TelegramClient


def forget_cached_config() -> None:
    """Telethon keeps help.getConfig in the class (`TelegramClient._config`, private), with the ports of the server
    it asked first; a client that must find another server's data centres needs it gone."""
    TelegramClient._config = None
