"""The typesetter: data are never source, its time and size are capped, and the same data give the same bytes."""

import io
from datetime import date

import pypdf
import pytest

from receivables.letters import compile as typesetting
from receivables.letters import documents
from receivables.letters.compile import RenderFailed, paper
from receivables.notice_values import values_of
from receivables.rules.money import Money
from receivables.rules.notice_facts import Recipient
from receivables.rules.templates import parts
from tests.fixtures.notices import chinese, english, item

BODY = (
    "Dear {contact},\n\n**Pay** {grand_total}.\n\n{items}\n\n{charges}\n\n{bank_details}\n\nYours sincerely"
)
DAY = date(2026, 11, 21)


def letter(facts, language="en", title="Demand"):
    values = values_of(facts, language)
    return documents.letter(facts, title, parts(BODY, values), values, language)


def read(pdf):
    """The text of all pages, without the spaces that Chinese typesetting puts beside Latin letters."""
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_the_same_data_give_the_same_bytes_and_another_day_others():
    data = letter(english())
    assert paper("letter", data, written_on=DAY) == paper("letter", data, written_on=DAY)
    assert paper("letter", data, written_on=DAY) != paper("letter", data, written_on=date(2026, 11, 22))


HOSTILE = [
    '#eval("1+1")',
    '#read("base.typ")',
    '#read("/etc/passwd")',
    '#import "@preview/x:1.0.0": *',
    "*strong* _slanted_ `raw`",
    "$ sum_(k=1)^n k $",
    "@label <label> // note /* note */",
    "\\u{41} \\ ~ --- ...",
    "https://evil.example/x",
    "= Heading",
    '"; panic("x"); "',
    "{customer} {{x}}",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_bad_input_63_markup_of_the_typesetter_in_a_name_is_printed_as_it_is(name):
    facts = english(
        customer=Recipient(name, ("17 Dockside Road",), name), items=(item(name), item("R-2", "3150.50"))
    )
    pdf = paper("letter", letter(facts, title=name), written_on=DAY)
    text = "".join(read(pdf).split())
    assert text.count("".join(name.split())) >= 3, text
    assert "root:" not in text and b"/URI" not in pdf


def test_bad_input_69_a_paper_that_takes_too_long_is_stopped(monkeypatch, tmp_path):
    slow = tmp_path / "typesetter.py"
    slow.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(typesetting, "__file__", str(tmp_path / "compile.py"))
    with pytest.raises(RenderFailed) as caught:
        paper("letter", {}, written_on=DAY, seconds=1)
    assert caught.value.code == "render_timeout" and caught.value.figures == {"seconds": 1}


def test_bad_input_69_a_paper_that_eats_its_cpu_time_or_memory_is_stopped(monkeypatch, tmp_path):
    setter = (typesetting.Path(typesetting.__file__).parent / "typesetter.py").read_text()
    monkeypatch.setattr(typesetting, "__file__", str(tmp_path / "compile.py"))
    for greed in ("while True: pass", "x = bytearray(8 * 1024**3)"):
        hungry = setter.replace("    import typst\n", f"    {greed}\n")
        assert hungry != setter
        (tmp_path / "typesetter.py").write_text(hungry)
        with pytest.raises(RenderFailed):
            paper("letter", {}, written_on=DAY, seconds=2)


def test_bad_input_69_too_much_is_refused_before_and_after_setting(monkeypatch):
    with pytest.raises(RenderFailed, match="render_too_large"):
        paper("letter", {"x": "y" * typesetting.DATA_MOST}, written_on=DAY)
    monkeypatch.setattr(typesetting, "BYTES_MOST", 1_000)
    with pytest.raises(RenderFailed, match="render_too_large"):
        paper("letter", letter(english()), written_on=DAY)


def test_what_cannot_be_set_says_why():
    with pytest.raises(RenderFailed) as caught:
        paper("letter", {"language": "en"}, written_on=DAY)
    assert caught.value.code == "render_failed" and "could not be set" in caught.value.message
    with pytest.raises(ValueError):
        paper("../secrets", {}, written_on=DAY)


def test_a_name_in_a_script_without_a_font_is_parked_and_not_printed_as_boxes():
    facts = english(customer=Recipient("한국상사", ("Seoul",), "Ann"))
    with pytest.raises(RenderFailed, match="render_failed"):
        paper("letter", letter(facts), written_on=DAY)


def test_fonts_come_with_the_packages_and_are_embedded_in_part():
    assert len(typesetting.font_folders()) == 2
    pdf = paper("letter", letter(chinese(), "zh-hans"), written_on=DAY)
    assert len(pdf) < 200_000
    fonts = {str(f) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages for f in page_fonts(page)}
    assert any("NotoSansSC" in name for name in fonts) and any("SourceSansPro" in name for name in fonts)
    assert all(name[7:8] == "+" for name in fonts), "whole fonts were embedded"


def test_a_paper_of_a_thousand_rows_stays_small_and_a_short_one_can_be_read_aloud():
    rows = tuple(item(f"R-{n}", "1.00") for n in range(1_200))
    many = english(items=rows, amount_total=Money.of("1200.00", "EUR"))
    assert len(paper("letter", letter(many), written_on=DAY)) < 400_000
    short = pypdf.PdfReader(io.BytesIO(paper("letter", letter(english()), written_on=DAY)))
    assert short.trailer["/Root"]["/MarkInfo"]["/Marked"] and short.metadata["/Title"] == "Demand"


def page_fonts(page):
    return [font.get_object()["/BaseFont"] for font in page["/Resources"]["/Font"].values()]
