"""`manage.py serve`: answers, runs the engine beside it, and ends by SIGTERM after the request in hand."""

import signal
import socket
import time
import urllib.request

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.process


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address, process, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.read()
        except OSError:
            time.sleep(0.2)
    raise AssertionError(process.communicate()[1][-2000:])


def test_it_serves_and_ends_by_sigterm(start_process, port):
    server = start_process("serve", "--port", port)
    assert wait_for(f"http://127.0.0.1:{port}/readyz", server) == b"ok\n"
    server.send_signal(signal.SIGTERM)
    out, err = server.communicate(timeout=60)
    assert server.returncode == 0, err
    assert f"http://127.0.0.1:{port}/" in out


def test_a_taken_port_is_said_in_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(CommandError, match=f"127.0.0.1:{taken} cannot be used.*PORT={taken + 1}"):
            call_command("serve", port=taken)
