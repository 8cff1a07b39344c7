"""The design system keeps its promises: contrast, no inline style or script, nothing from another host, every page in Chinese."""

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from receivables.access_table import VERBS
from receivables.conf.menu import MENU
from receivables.rules.access import grants

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "receivables/static/duebook"
TEMPLATES = sorted((ROOT / "receivables/templates").rglob("*.html"))
TOKEN = re.compile(r"--db-([\w-]+):\s*light-dark\((#\w{6}), (#\w{6})\)")
TOKENS = {name: (light, dark) for name, light, dark in TOKEN.findall((STATIC / "tokens.css").read_text())}

TEXT = (
    [
        (ink, ground)
        for ink in ("ink", "ink-2", "ink-3", "brand", "ok", "warn", "bad", "calm")
        for ground in ("paper", "ground")
    ]
    + [(tone, f"{tone}-soft") for tone in ("brand", "ok", "warn", "bad", "calm")]
    + [("ink-2", "hover"), ("ink-2", "brand-soft")]
)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(ink, ground, theme):
    assert _contrast(TOKENS[ink][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_controls_can_be_seen_and_their_words_read(theme):
    assert _contrast(TOKENS["edge"][theme], TOKENS["paper"][theme]) >= 3
    for fill in ("brand-fill", "brand-fill-hover", "bad-fill"):
        assert _contrast("#ffffff", TOKENS[fill][theme]) >= 4.5


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_carries_no_inline_style_no_script_and_no_other_host(path):
    text = path.read_text()
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert "javascript:" not in text
    assert not re.search(r"(src|href|action)=[\"']?(https?:)?//", text)
    assert "|safe" not in text


def test_style_sheets_name_colours_only_as_tokens():
    for path in STATIC.glob("*.css"):
        if path.name not in ("tokens.css", "print.css"):
            found = set(re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text())) - {"#ffffff"}
            assert not found, f"{path.name}: {found}"


def test_no_style_sheet_or_script_writes_in_capitals_or_calls_home():
    for path in (*STATIC.glob("*.css"), *STATIC.glob("*.js")):
        text = path.read_text()
        assert "text-transform" not in text
        assert "http://" not in text.replace("http://www.w3.org", "")
        assert "https://" not in text
        assert len(text.splitlines()) <= 300


def test_menu_letters_and_keys_are_given_once_and_verbs_exist():
    entries = [entry for section in MENU for entry in section.entries]
    assert len({entry.letter for entry in entries}) == len(entries)
    assert len({entry.key for entry in entries}) == len(entries)
    assert all(grants(VERBS, entry.verb) for entry in entries if entry.url_name.startswith("receivables:"))


def test_every_menu_entry_has_a_chinese_name():
    with override("zh-hans"):
        names = [str(entry.label) for section in MENU for entry in section.entries]
    assert all(re.search(r"[\u4e00-\u9fff]", name) for name in names)


def test_the_style_guide_renders_in_both_languages_without_an_inline_style(client, db, settings):
    settings.DEBUG = True
    for language in ("en", "zh-hans"):
        page = client.get(
            "/styleguide/?state=SENT&errors=1", headers={"accept-language": language}
        ).content.decode()
        assert " style=" not in page
        assert '<svg class="aging' in page
        assert "€184,220.40" in page
