"""`manage.py messages`: collects the translatable strings of all floors into the Chinese catalogue. Set-up compiles it."""

from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import to_locale

FLOORS = ("receivables", "credit", "dunning", "reports", "integrations")
CONFIGURATION = Path(settings.BASE_DIR) / "receivables" / "conf" / "babel.cfg"
KEYWORDS: dict[str, Any] = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "said": None,  # gettext beside gettext_lazy as _
    "marked": None,
    "_N": None,
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
SOURCE_LANGUAGE = "en"


def collect() -> Catalog:
    """Every translatable string of the sources and templates, with the file it stands in (without line numbers)."""
    with CONFIGURATION.open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = Catalog(project="Duebook", charset="utf-8")
    for floor in FLOORS:
        folder = Path(settings.BASE_DIR) / floor
        for name, line, message, comments, context in extract_from_dir(folder, methods, options, KEYWORDS):
            found.add(
                message,
                None,
                [(f"{floor}/{Path(name).as_posix()}", line)],
                auto_comments=comments,
                context=context,
            )
    return found


def untranslated(catalog: Catalog) -> list[str]:
    """Messages without a translation, as their English text."""
    blank = [
        m
        for m in catalog
        if m.id and not (m.string if isinstance(m.string, str) else m.string and all(m.string))
    ]
    return [m.id if isinstance(m.id, str) else m.id[0] for m in blank]


class Command(BaseCommand):
    """Brings the catalogues up to date; what is no longer said is dropped, what is new stands empty."""

    help = "Collects the translatable strings into the catalogues and says how many wait for a translation."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--check` writes nothing and fails while a string waits for its translation."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """One catalogue for each language but English."""
        template, waiting = collect(), 0
        for language in (code for code, _name in settings.LANGUAGES if code != SOURCE_LANGUAGE):
            name = to_locale(language)
            path = Path(settings.LOCALE_PATHS[0]) / name / "LC_MESSAGES" / "django.po"
            with path.open("rb") as file:
                catalog = read_po(file, locale=name)
            catalog.update(template, no_fuzzy_matching=True)
            missing = untranslated(catalog)
            waiting += len(missing)
            if not options["check"]:
                with path.open("wb") as file:
                    write_po(
                        file,
                        catalog,
                        width=100,
                        sort_by_file=True,
                        include_lineno=False,
                        ignore_obsolete=True,
                    )
            self.stdout.write(f"{language}: {len(catalog)} messages, {len(missing)} wait for a translation")
        if options["check"] and waiting:
            raise SystemExit(1)
