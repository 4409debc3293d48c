"""Addresses of model servers. In: what somebody wrote. Out: a tidy address, its host, whether it is on this machine. Asks nobody."""

from pydantic_core import Url

from coach.errors import SettingsError

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def address(url: str) -> str:
    """A server's base address, tidied. Raises SettingsError if it is none."""
    url = url.strip().rstrip("/")
    try:
        parts = Url(url)
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in ("http", "https") or not parts.host or parts.query or parts.fragment or not url.isprintable() or " " in url:
        raise SettingsError("That is no address of a server. Write it like http://127.0.0.1:11434/v1.")
    if parts.username or parts.password:
        raise SettingsError("Leave name and password out of the address. A key has a place of its own.")
    return url


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine. Anything that is no address is not."""
    try:
        return (Url(url).host or "").strip("[]") in LOOPBACK
    except ValueError:
        return False


def host(url: str) -> str:
    """Host and port of an address, without what else may stand in it."""
    return url.rpartition("//")[2].partition("/")[0].rpartition("@")[2]
