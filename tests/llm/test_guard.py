"""The guard of all tests, held against itself (P5, P6)."""

import socket

import pytest

from tests.conftest import OutsideError


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("8.8.8.8", 1)])
def test_a_connect_to_another_machine_is_refused_and_remembered(address: tuple[str, int], outside: list[str]) -> None:
    with pytest.raises(OutsideError), socket.socket() as plain:
        plain.connect(address)
    assert len(outside) == 1
    outside.clear()


def test_a_datagram_or_the_lookup_of_a_name_is_refused_too(outside: list[str]) -> None:
    with pytest.raises(OutsideError), socket.socket(type=socket.SOCK_DGRAM) as plain:
        plain.sendto(b"x", ("192.0.2.1", 53))
    with pytest.raises(OutsideError):
        socket.getaddrinfo("api.openai.com", 443)
    assert len(outside) == 2
    outside.clear()


def test_loopback_is_let_through(outside: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        assert outside == []
