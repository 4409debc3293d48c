"""The one place here that speaks HTTP. In: an address. Out: what a server says there, or an Unreachable. Sends no note.

Servers on this machine are spoken to without a proxy, and nobody's redirect is followed. What comes is data of at most a
megabyte.
"""

import json
import time
from typing import NamedTuple

from coach.address import host, is_loopback
from coach.errors import Unreachable

MOST = 1_000_000  # bytes of an answer


class Got(NamedTuple):
    """An answer. `data` is None if it is not JSON."""

    status: int
    data: object


def prepare() -> None:
    """Loads what `get` needs, so that this is not taken for a slow server."""
    import httpx2  # noqa: F401


def get(url: str, key: str | None, seconds: float) -> Got:
    """What a server answers to GET. Raises Unreachable with a sentence."""
    import httpx2

    headers = {"authorization": f"Bearer {key}"} if key else {}
    over = time.monotonic() + seconds
    name = host(url)
    try:
        with (
            httpx2.Client(trust_env=not is_loopback(url), follow_redirects=False, timeout=seconds) as client,
            client.stream("GET", url, headers=headers) as answer,
        ):
            body = b""
            for block in answer.iter_bytes():
                body += block
                if len(body) > MOST or time.monotonic() > over:
                    raise Unreachable(f"{name} answers without end. Check that it is a model server.")
            return Got(answer.status_code, _json(body))
    except httpx2.TimeoutException:
        raise Unreachable(f"{name} does not answer within {seconds:.0f} s. Check that it runs, and the port.") from None
    except httpx2.ConnectError as error:
        raise Unreachable(_no_connection(name, str(error))) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
        raise Unreachable(f"{name} does not speak HTTP. Check the port, and whether the address begins with http or https.") from None


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _no_connection(name: str, said: str) -> str:
    said = said.casefold()
    if "certificate" in said or "ssl" in said or "tls" in said:
        return f"No secure connection with {name}: its certificate is not accepted, or it wants http instead of https."
    if any(word in said for word in ("name or service", "nodename", "getaddrinfo", "name resolution", "no address")):
        return f"There is no host {name.rsplit(':', 1)[0]}. Check the spelling, and that there is a network."
    return f"Nothing listens at {name}. Start the server, or check the port."
