"""The guard around every test: each way out that Python has in this process is refused, the ways within it are open."""

from __future__ import annotations

import socket
import urllib.request

import pytest

OUT = ("192.0.2.1", 80)  # of a network that RFC 5737 keeps for examples
WAYS = {
    "connect": lambda: socket.socket().connect(OUT),
    "connect_ex": lambda: socket.socket().connect_ex(OUT),
    "create_connection": lambda: socket.create_connection(OUT, timeout=1),
    "a packet": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", OUT),
    "a packet with flags": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", 0, OUT),
    "a message": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendmsg([b"x"], (), 0, OUT),
    "IPv6": lambda: socket.socket(socket.AF_INET6).connect(("2001:db8::1", 80, 0, 0)),
    "a name": lambda: socket.getaddrinfo("example.org", 80),
    "a name, the old way": lambda: socket.gethostbyname("example.org"),
    "a name with its others": lambda: socket.gethostbyname_ex("example.org"),
    "the name of an address": lambda: socket.gethostbyaddr(OUT[0]),
    "a page": lambda: urllib.request.urlopen("http://example.org/", timeout=1),
}


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("way", WAYS)
def test_every_way_out_is_refused(way):
    with pytest.raises(AssertionError, match="tried to connect"):
        WAYS[way]()


def test_this_machine_is_open():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5) as client,
        server.accept()[0] as accepted,
    ):
        client.sendall(b"x")
        assert accepted.recv(1) == b"x"
