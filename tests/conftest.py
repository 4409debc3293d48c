"""For all tests: nothing but this machine is spoken to. A test during which something tried is failed, even if the try was swallowed."""

import contextlib
import hashlib
import ipaddress
import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest

os.environ.setdefault("COACH_SERVERS", "")  # no test depends on the model servers of the machine it runs on; those that look for one say where

_tries: list[str] = []


class OutsideError(RuntimeError):
    """Something wanted to leave this machine."""


def _is_local(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("utf-8", "replace")
    if not isinstance(host, str) or host in ("", "localhost"):
        return host is None or host in ("", "localhost")
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    return False


def _guard(event: str, args: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = args[1]
        host = address[0] if isinstance(address, tuple) else None  # a path is a socket of this machine
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = args[0]
    else:
        return
    if not _is_local(host):
        _tries.append(f"{event} {host!r}")
        raise OutsideError(f"a test reached for {host!r}")


sys.addaudithook(_guard)  # sees every connect of this process, whatever library asks for it; there is no way to take it out again


@pytest.fixture
def outside() -> list[str]:
    """What reached outside so far; a test that means to do so empties it."""
    return _tries


@pytest.fixture(autouse=True)
def own_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> None:
    """What is kept in one test is seen by no other, and the user's own data by none."""
    name = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16]
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.getbasetemp() / f"data-{name}"))


@pytest.fixture(autouse=True)
def nothing_leaves() -> Iterator[None]:
    """Fails the test during which something reached outside."""
    yield
    if _tries:
        tried = ", ".join(_tries)
        _tries.clear()
        pytest.fail(f"Reached outside this machine: {tried}")
