"""The one exchange: what an answer proves, and limits that no server can stretch."""

import time
import traceback

import pytest

from integrations.errors import Rejected, Unavailable, Uncertain
from integrations.messaging import wire
from integrations.messaging.sendgrid_email import Adapter
from tests.doubles.outgoing import MAIL
from tests.doubles.peer import OK, answers, ask, told


def test_a_whole_answer_is_given_back_as_it_is(peer):
    reply = ask(peer(answers(b"HTTP/1.1 418 T\r\nA: b\r\nContent-Length: 2\r\n\r\nhi")).port)
    assert (reply.status, reply.headers["a"], reply.body, reply.complete) == (418, "b", b"hi", True)


@pytest.mark.parametrize(
    ("serve", "code"),
    [
        (lambda c: None, "cut"),
        (told, "cut"),
        (answers(b""), "cut"),
        (answers(b"HTTP/1.1 202"), "garbage"),
        (answers(b"HTTP/1.1 202 Accepted\r\n"), "garbage"),
        (answers(b"HTTP/1.1 400 Bad\r\n"), "garbage"),
        (answers(b"HTTP/1.1 99999 x\r\n\r\n"), "garbage"),
        (answers(b"\x00" * 100), "garbage"),
        (answers(b"SSH-2.0-OpenSSH\r\n"), "garbage"),
        (answers(b"HTTP/1.1 202 Accepted\r\n" + b"A: b\r\n" * 500 + b"\r\n"), "garbage"),
        (answers(b"HTTP/1.1 202 Accepted\r\nA: " + b"b" * 100_000 + b"\r\n\r\n"), "garbage"),
        (answers(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 100, pause=0.02), "timeout"),
        (lambda c: time.sleep(2), "timeout"),
    ],
    ids=range(13),
)
def test_after_the_first_byte_whatever_is_no_answer_is_in_doubt(peer, serve, code):
    house = peer(serve)
    started = time.monotonic()
    with pytest.raises(Uncertain) as caught:
        ask(house.port)
    assert caught.value.code in (code, "cut")
    assert house.calls == 1
    assert time.monotonic() - started < 2


def test_bad_input_59_a_byte_a_moment_ends_at_the_limit(peer):
    started = time.monotonic()
    with pytest.raises(Uncertain) as caught:
        ask(peer(answers(*[bytes([b]) for b in OK], pause=0.1)).port)
    assert caught.value.code == "timeout"
    assert time.monotonic() - started < 1.5


def test_bad_input_59_a_body_that_drips_leaves_the_status_and_is_incomplete(peer):
    started = time.monotonic()
    head = b"HTTP/1.1 400 Bad\r\nContent-Length: 100\r\n\r\n"
    reply = ask(peer(answers(head, *[b"x"] * 50, pause=0.1)).port)
    assert (reply.status, reply.complete) == (400, False)
    assert time.monotonic() - started < 1.5


def test_bad_input_59_five_gigabytes_are_not_read(peer):
    def serve(connection):
        told(connection)
        connection.sendall(b"HTTP/1.1 202 OK\r\nContent-Length: 5000000000\r\n\r\n")
        for _ in range(5000):
            connection.sendall(bytes(1_000_000))

    reply = ask(peer(serve).port, read_seconds=3)
    assert (reply.status, len(reply.body), reply.complete) == (202, wire.BODY_MOST, False)


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 10\r\n\r\n123",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_a_body_that_is_cut_is_incomplete_and_no_acceptance(peer, body):
    house = peer(answers(b"HTTP/1.1 202 Accepted\r\nX-Message-Id: x\r\n" + body))
    assert not ask(house.port).complete
    with pytest.raises(Uncertain):
        Adapter(base_url=f"http://127.0.0.1:{house.port}", api_key="k", read_seconds=0.5).send(MAIL)


def test_a_server_that_never_reads_ends_a_long_request_at_the_limit(peer):
    started = time.monotonic()
    with pytest.raises(Uncertain):
        ask(peer(lambda connection: time.sleep(3)).port, body=bytes(30_000_000))
    assert time.monotonic() - started < 2.5


def test_a_header_that_cannot_be_written_is_surely_not_done(peer):
    house = peer(answers(OK))
    with pytest.raises(Unavailable) as caught:
        wire.call(
            "GET",
            f"http://127.0.0.1:{house.port}/",
            headers={"Authorization": "secret\r\nkey"},
            body=None,
            connect_seconds=1,
            read_seconds=1,
        )
    assert caught.value.code == "not_sent"
    assert "secret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("url", ["ftp://x.example/", "//x.example", "https://", "x", "file:///etc/passwd"])
def test_a_base_url_that_is_none_fails_loudly(url):
    with pytest.raises(ValueError, match="base URL"):
        wire.call("GET", url, headers={}, body=None, connect_seconds=1, read_seconds=1)


AT = "Tue, 31 Mar 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0"}, 1),
        ({"Retry-After": "9" * 30}, 86_400),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Tue, 31 Mar 2026 12:01:30 GMT", "Date": AT}, 90),
        ({"Retry-After": "Tue, 31 Mar 2026 11:00:00 GMT", "Date": AT}, 1),
        ({"Retry-After": "Tue, 31 Mar 2026 12:01:30 GMT"}, None),
        ({"X-RateLimit-Reset": "1774958430", "Date": AT}, 30),
        ({"X-RateLimit-Reset": "x", "Date": AT}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read_from_the_answer_alone(peer, headers, seconds):
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    raw = f"HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n{lines}\r\n".encode()
    with pytest.raises(Unavailable) as caught:
        wire.refuse(ask(peer(answers(raw)).port))
    assert (caught.value.code, caught.value.retry_after) == ("rate_limited", seconds)


def test_a_refusal_stands_although_its_body_is_cut(peer):
    with pytest.raises(Rejected):
        wire.refuse(ask(peer(answers(b"HTTP/1.1 413 Big\r\nContent-Length: 9\r\n\r\n1")).port))
