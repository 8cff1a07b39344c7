"""Before the first byte: names, ports, TLS. Whatever fails there was surely not done."""

import socket
import ssl
import time

import pytest

from integrations.errors import Unavailable, Uncertain
from integrations.messaging import wire
from tests.doubles.peer import OK, answers, ask, context, told


@pytest.mark.parametrize("host", ["nobody.invalid", "a" * 70 + ".invalid", "127.0.0.1"])
def test_a_name_or_port_that_does_not_answer_is_surely_not_done(host):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unavailable):
        ask(port, host=host)


@pytest.fixture
def full():
    """A port that takes no more connections."""
    with socket.socket() as house:
        house.bind(("127.0.0.1", 0))
        house.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(house.getsockname())
        yield house.getsockname()[1]
        for each in waiting:
            each.close()


def test_a_connection_that_is_never_taken_is_surely_not_done(full):
    started = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        ask(full)
    assert caught.value.code == "no_connection"
    assert time.monotonic() - started < 2


def test_many_dead_addresses_take_no_longer_than_one(full, monkeypatch):
    found = socket.getaddrinfo("127.0.0.1", full, type=socket.SOCK_STREAM)
    monkeypatch.setattr(wire.socket, "getaddrinfo", lambda *_, **__: found * 10)
    started = time.monotonic()
    with pytest.raises(Unavailable):
        ask(full)
    assert time.monotonic() - started < 2


def test_the_next_address_is_tried_when_one_refuses(peer, monkeypatch):
    house = peer(answers(OK))
    with socket.create_server(("127.0.0.1", 0)) as free:
        dead = free.getsockname()[1]
    found = [socket.getaddrinfo("127.0.0.1", port, type=socket.SOCK_STREAM)[0] for port in (dead, house.port)]
    monkeypatch.setattr(wire.socket, "getaddrinfo", lambda *_, **__: found)
    assert ask(house.port).status == 202


def test_a_server_without_tls_is_surely_not_done(peer):
    house = peer(lambda connection: connection.sendall(b"HTTP/1.1 400 Bad\r\n\r\n"))
    with pytest.raises(Unavailable):
        ask(house.port, scheme="https")


def test_a_silent_tls_handshake_is_surely_not_done(peer):
    with pytest.raises(Unavailable):
        ask(peer(lambda connection: time.sleep(2)).port, scheme="https")


def test_a_certificate_nobody_vouches_for_is_surely_not_done(peer, tmp_path):
    seen = []
    house = peer(lambda connection: seen.append(connection.recv(1)), context(tmp_path))
    with pytest.raises(Unavailable) as caught:
        ask(house.port, scheme="https", host="localhost")
    assert caught.value.detail == "SSLCertVerificationError"
    assert seen in ([], [b""]), "no byte of the request left the house"


def test_over_tls_an_answer_comes_back_and_a_cut_is_in_doubt(peer, tmp_path, monkeypatch):
    trusting = context(tmp_path)
    ours = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    monkeypatch.setattr(wire, "_trust", lambda: ours)
    assert ask(peer(answers(OK), trusting).port, scheme="https", host="localhost").status == 202
    with pytest.raises(Uncertain):
        ask(peer(told, trusting).port, scheme="https", host="localhost")
    with pytest.raises(Uncertain):
        ask(peer(lambda c: time.sleep(2), trusting).port, scheme="https", host="localhost")
