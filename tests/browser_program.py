"""Finds a Chromium for browser tests and pictures. It downloads none."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--font-render-hinting=none"]


def find() -> Path | None:
    """DUEBOOK_CHROMIUM, else the first one on the path, else what Playwright has unpacked for this user."""
    for name in (os.environ.get("DUEBOOK_CHROMIUM", ""), *NAMES):
        found = shutil.which(name) if name else None
        if found:
            return Path(found)
    kept = Path.home() / ".cache" / "ms-playwright"
    return next(iter(sorted(kept.glob("chromium-*/chrome-linux*/chrome"), reverse=True)), None)
