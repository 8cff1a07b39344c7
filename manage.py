#!/usr/bin/env python3
"""Django's command line for Duebook. It chooses the settings and does nothing else."""

import os
import sys
from pathlib import Path


def main() -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "receivables.conf.settings")
    try:
        from django.core.management import execute_from_command_line
    except ModuleNotFoundError as missing:
        raise SystemExit(
            f"{missing}. The packages are not installed here: run `make setup` first."
        ) from missing
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
