"""`manage.py serve`: the web and the engine in one process, for one machine. Production starts them apart."""

import socket
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from gunicorn.app.base import BaseApplication

from receivables import stopping
from receivables.conf.loop import Loop
from receivables.conf.schedule import JOBS

GRACE_SECONDS = 25


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with settings from here instead of from the command line."""

    def __init__(self, chosen: dict[str, Any]) -> None:
        self._chosen = chosen
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from receivables.conf.wsgi import application

        return application


class _Engine:
    """The scheduler's thread inside the web process; it starts after the fork and ends with the worker."""

    def start(self, worker: Any) -> None:
        self.loop = Loop(JOBS, time.monotonic)
        self.thread = threading.Thread(target=self.loop.run, name="engine", daemon=True)
        self.thread.start()

    def stop(self, server: Any, worker: Any) -> None:
        if hasattr(self, "thread"):
            stopping.ask()
            self.loop.stop()
            self.thread.join(timeout=GRACE_SECONDS)


def _ensure_free(host: str, port: int) -> None:
    """Says in one sentence that an address cannot be had, before anyone is told to go there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host.strip("[]"), port))
        except OSError as cannot:
            raise CommandError(
                f"{host}:{port} cannot be used ({cannot.strerror}). Choose another port, "
                f"for example: make demo PORT={port + 1}, or manage.py serve --port {port + 1}"
            ) from None


class Command(BaseCommand):
    """SIGTERM or Ctrl-C: requests in hand are answered, the job in hand is finished, then it ends."""

    help = "Serve the pages, the API and the scheduled jobs until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--threads", type=int, default=8)
        parser.add_argument("--no-engine", action="store_true", help="web only")

    def handle(self, *args: Any, **options: Any) -> None:
        _ensure_free(options["host"], options["port"])
        chosen: dict[str, Any] = {
            "bind": f"{options['host']}:{options['port']}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": options["threads"],
            "timeout": 60,
            "graceful_timeout": GRACE_SECONDS + 5,
            "proc_name": "duebook",
            "loglevel": "warning",
            "worker_tmp_dir": None,
            "control_socket_disable": True,
            "limit_request_line": 8190,
        }
        if not options["no_engine"]:
            engine = _Engine()
            chosen |= {"post_worker_init": engine.start, "worker_exit": engine.stop}
        self.stdout.write(f"Duebook: http://{options['host']}:{options['port']}/ (end with Ctrl-C)")
        if settings.DEBUG:
            self.stdout.write("DEBUG is on: not for others' eyes")
        self.stdout.flush()
        _Server(chosen).run()
