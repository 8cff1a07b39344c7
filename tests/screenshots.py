"""`python -m tests.screenshots`: pictures of every page of the demo company into var/screenshots, for people to look at.

It reads the database it is given and writes a session and pictures; run it after `make demo DEMO_ONLY=1`.
"""

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "var" / "screenshots"
PORT = 8399
SIZES = {"1440": (1440, 900), "390": (390, 844)}
LANGUAGES = ("en", "zh-hans")
SKIPPED = ("api/", "static/", "logout", "webhook", "healthz", "readyz", "i18n/")


def main() -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "receivables.conf.settings")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    django.setup()
    from tests import browser_program

    program = browser_program.find()
    if program is None:
        print("screenshots: no Chromium on this machine (Debian: apt-get install chromium)")
        return 1
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(PORT), "--no-engine"], cwd=ROOT
    )
    try:
        wait(f"http://127.0.0.1:{PORT}/healthz")
        shoot(str(program), pages())
    finally:
        server.terminate()
        server.wait(timeout=60)
    return 0


def pages() -> list[str]:
    """The addresses without parts to fill in; pages of one thing are reached by the links found on these."""
    from django.urls import get_resolver

    found: list[str] = []
    collect(get_resolver().url_patterns, "", found)
    return sorted({f"/{path}" for path in found if not any(word in path for word in SKIPPED)})


def collect(patterns: Any, prefix: str, found: list[str]) -> None:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if "<" in path or "^" in path or path.startswith(SKIPPED):
            continue
        if hasattr(pattern, "url_patterns"):
            collect(pattern.url_patterns, path, found)
        else:
            found.append(path)


def shoot(program: str, paths: list[str]) -> None:
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from playwright.sync_api import sync_playwright

    from tests import browser_program
    from tests.fixtures.browser import session_of

    users = get_user_model()._default_manager
    user = (
        users.filter(roles__code="admin").first() or users.filter(is_superuser=True).first() or users.first()
    )
    if user is None:
        raise SystemExit("screenshots: nobody can log in; run `make demo DEMO_ONLY=1` first")
    cookies = {settings.SESSION_COOKIE_NAME: session_of(user)}
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=browser_program.ARGUMENTS)
        for language in LANGUAGES:
            for size, (width, height) in SIZES.items():
                context = browser.new_context(viewport={"width": width, "height": height})
                context.add_cookies(
                    [
                        {"name": name, "value": value, "url": f"http://127.0.0.1:{PORT}"}
                        for name, value in (cookies | {settings.LANGUAGE_COOKIE_NAME: language}).items()
                    ]
                )
                page = context.new_page()
                for path in paths:
                    shoot_one(
                        page, path, f"{path.strip('/').replace('/', '-') or 'home'}.{size}.{language}.png"
                    )
                context.close()
        browser.close()


def shoot_one(page: Any, path: str, name: str) -> None:
    """One picture, and one line that says what was odd about it: its status, a sideways scroll."""
    answer = page.goto(f"http://127.0.0.1:{PORT}{path}", wait_until="networkidle")
    if answer is None or answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
        print(f"{path}: {answer.status if answer else 'no answer'}, no picture")
        return
    page.screenshot(path=OUT / name, full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    print(f"{name}{'  SCROLLS SIDEWAYS' if wide else ''}")


def wait(address: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    raise SystemExit(main())
