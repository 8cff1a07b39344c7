"""A bare socket for what no HTTP server does: dripping, cutting, flooding, and TLS nobody vouches for."""

import contextlib
import re
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from integrations.messaging import wire

OK = b"HTTP/1.1 202 Accepted\r\nX-Message-Id: x\r\nContent-Length: 0\r\n\r\n"


class Peer:
    """A bare socket that does with each connection what the test says."""

    def __init__(self, serve, context=None):
        self.sock = socket.create_server(("127.0.0.1", 0))
        self.port, self.calls, self.serve, self.context = self.sock.getsockname()[1], 0, serve, context
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.sock.accept()
                self.calls += 1
                with contextlib.suppress(OSError), connection:
                    served = (
                        self.context.wrap_socket(connection, server_side=True) if self.context else connection
                    )
                    self.serve(served)

    def close(self):
        self.sock.close()


def ask(port, *, scheme="http", host="127.0.0.1", body=b"{}", connect_seconds=0.5, read_seconds=0.5):
    return wire.call(
        "POST",
        f"{scheme}://{host}:{port}/x?y=1",
        headers={"Authorization": "Bearer k"},
        body=body,
        connect_seconds=connect_seconds,
        read_seconds=read_seconds,
    )


def told(connection):
    """The whole request: closing with something unread would reset the connection and lose the answer."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        raw += connection.recv(65536)
    head, _, body = raw.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    while length and len(body) < int(length[1]):
        body += connection.recv(65536)
    return head


def answers(*pieces, pause=0.0):
    def serve(connection):
        told(connection)
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)

    return serve


def context(folder):
    """A server's TLS with a certificate for localhost that it made itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    start = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(
            name, name, key.public_key(), 1, start - timedelta(days=1), start + timedelta(days=1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem, shape = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, shape, plain))
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return found
