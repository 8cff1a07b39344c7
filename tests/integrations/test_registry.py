"""Adapters are found by their file name, and nothing is imported before it is asked for."""

import subprocess
import sys

import pytest

from integrations import registry


def test_adapters_are_found_by_file_name():
    assert registry.names("banking") == ("bai2", "camt", "mt940", "ofx", "tabular")
    assert registry.names("tables") == ("csv_file", "xlsx_file")


def test_an_unknown_name_is_told_with_the_known_ones():
    with pytest.raises(registry.UnknownAdapter, match="camt"):
        registry.adapter("banking", "swift_gpi")
    with pytest.raises(registry.UnknownAdapter):
        registry.adapter("../etc", "camt")


def test_listing_imports_no_adapter():
    code = (
        "import sys; from integrations import registry; registry.names('banking'); "
        "sys.exit(any(m.startswith(('lxml', 'integrations.banking')) for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
