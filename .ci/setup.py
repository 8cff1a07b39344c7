"""Prepares a fresh clone: virtual environment, hash-locked packages, browser files, compiled messages.

Runs on a bare python3 with the standard library only, from any folder, as root or not, and does again only what has changed.
It is not imported by the product.   python3 .ci/setup.py [--dev]
"""

import hashlib
import os
import re
import shutil
import ssl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
VENDOR = ROOT / "var" / "assets" / "vendor"
NEEDED = (3, 11)
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler/tabler.min.js",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "@fontsource-variable/inter/wght.css": "inter/wght.css",
    "@fontsource-variable/inter/files/inter-*-wght-normal.woff2": "inter/files/",
}


def say(line):
    print("setup: " + line, flush=True)


def stop(line):
    raise SystemExit("setup: " + line)


def with_system_certificates(**more):
    """The environment with the machine's own certificates trusted too: behind a company's proxy nothing else can be fetched."""
    trusted = ssl.get_default_verify_paths().cafile
    kept = {"UV_SYSTEM_CERTS": "1", "NODE_EXTRA_CA_CERTS": trusted} if trusted else {}
    return {**kept, **os.environ, **more}


def run(command, **more):
    return subprocess.run([str(part) for part in command], cwd=str(ROOT), **more)


def is_root():
    return hasattr(os, "geteuid") and os.geteuid() == 0


def debian(*packages):
    """Installs Debian packages where we may; says whether it did."""
    if not (is_root() and shutil.which("apt-get")):
        return False
    say("installing from Debian: " + " ".join(packages))
    quiet = {"stdout": subprocess.DEVNULL, "env": dict(os.environ, DEBIAN_FRONTEND="noninteractive")}
    if run(["apt-get", "install", "-y", "-q", *packages], stderr=subprocess.DEVNULL, **quiet).returncode == 0:
        return True
    run(["apt-get", "update", "-q"], **quiet)
    return run(["apt-get", "install", "-y", "-q", *packages], **quiet).returncode == 0


def a_newer_python():
    """Starts again under a new enough Python, if there is one."""
    for minor in (13, 12, 11, 14):
        found = shutil.which("python3.%d" % minor)
        if found:
            os.execv(found, [found, str(Path(__file__).resolve()), *sys.argv[1:]])
    stop(
        "Python 3.11 or newer is needed, and python3 is %d.%d. Install a newer Python first."
        % sys.version_info[:2]
    )


def environment():
    """The virtual environment, made anew where it is missing or its Python is gone."""
    python = BIN / "python"
    works = python.exists() and run([python, "-c", "import pip"], stderr=subprocess.DEVNULL).returncode == 0
    if not works:
        say("making .venv with Python %d.%d" % sys.version_info[:2])
        make = [sys.executable, "-m", "venv", "--clear", VENV]
        made = run(make, stdout=subprocess.DEVNULL).returncode == 0
        if not made and not (debian("python3-venv") and run(make).returncode == 0):
            stop("Python cannot make virtual environments here. On Debian: apt-get install python3-venv")
    for site in VENV.glob("lib/python3*/site-packages"):
        (site / "duebook.pth").write_text(str(ROOT) + "\n")
    return python


def digest(*paths):
    found = hashlib.sha256()
    for path in paths:
        found.update(path.read_bytes())
    return found.hexdigest()


def is_done(stamp, mark):
    return stamp.exists() and stamp.read_text() == mark


def packages(python, lock):
    """Installs the locked set, with uv where it can be had, else with pip."""
    stamp = VENV / ("installed-" + lock.stem)
    mark = digest(lock)
    if is_done(stamp, mark):
        return
    uv = BIN / "uv"
    locks = ROOT / "requirements"
    pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r"]
    if not uv.exists():
        run([*pip, locks / "installer.lock"], stderr=subprocess.DEVNULL)
    if uv.exists():
        say("installing the packages of " + lock.name)
        command = [uv, "pip", "install", "-q", "--require-hashes", "--python", python, "-r", lock]
    else:
        say("installing the packages of %s with pip, which takes minutes" % lock.name)
        command = [*pip, lock]
    quietly = with_system_certificates(UV_PYTHON_DOWNLOADS="never", UV_LINK_MODE="copy")
    if run(command, env=quietly).returncode != 0:
        stop("the packages could not be installed; is the package index reachable?")
    stamp.write_text(mark)


def npm_command(python):
    """An npm: the machine's own, else the one that a Python package brings."""
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    for candidate in (shutil.which("npm"), BIN / "npm"):
        if candidate and Path(candidate).exists() and run([candidate, "--version"], **silent).returncode == 0:
            return candidate
    say("no npm here; bringing it as a Python package")
    packages(python, ROOT / "requirements" / "node.lock")
    return BIN / "npm"


def assets(python):
    """Copies the few browser files into var/assets/vendor, without references to source maps that we do not serve."""
    stamp = VENDOR / "installed"
    mark = digest(ROOT / "package-lock.json", Path(__file__).resolve())
    if is_done(stamp, mark):
        return
    npm = npm_command(python)
    say("fetching the browser files")
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if run(command, stdout=subprocess.DEVNULL, env=with_system_certificates(PATH=path)).returncode != 0:
        stop("npm could not fetch the browser files; is the npm registry reachable?")
    modules = ROOT / "node_modules"
    shutil.rmtree(VENDOR, ignore_errors=True)
    for pattern, target in FILES.items():
        found = sorted(modules.glob(pattern))
        if not found:
            stop("the npm packages hold no " + pattern)
        for source in found:
            goal = VENDOR / target / (source.name if target.endswith("/") else "")
            goal.parent.mkdir(parents=True, exist_ok=True)
            content = source.read_bytes()
            if source.suffix in (".js", ".css"):
                content = re.sub(rb"(?m)^\s*(//#|/\*#) sourceMappingURL=.*$", b"", content)
            goal.write_bytes(content)
    stamp.write_text(mark)


def messages():
    """Compiles the message catalogues with Babel; no msgfmt is needed."""
    for source in sorted(ROOT.glob("receivables/conf/locale/*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        locale = source.parent.parent.name
        command = [BIN / "pybabel", "-q", "compile", "-i", source, "-o", compiled, "-l", locale]
        if run(command).returncode != 0:
            stop("the messages of %s could not be compiled" % source.relative_to(ROOT))


def chromium():
    """For the browser tests: what is there, else Debian's where we may install it."""
    if os.environ.get("DUEBOOK_CHROMIUM") or any(
        map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    ):
        return
    if not debian("chromium", "fonts-noto-cjk"):
        say("no Chromium here: the browser tests will be skipped (Debian: apt-get install chromium)")


def redis():
    """For the tests of the queue, which start a server of their own: what is there, else Debian's where we may install it."""
    if not shutil.which("redis-server") and not debian("redis-server"):
        say("skipped: the tests of the queue, no redis-server here (Debian: apt-get install redis-server)")


def main():
    if sys.version_info < NEEDED:
        a_newer_python()
    dev = "--dev" in sys.argv[1:]
    python = environment()
    packages(python, ROOT / "requirements" / ("dev.lock" if dev else "runtime.lock"))
    assets(python)
    messages()
    if "--browser" in sys.argv[1:]:
        chromium()
        redis()


if __name__ == "__main__":
    main()
