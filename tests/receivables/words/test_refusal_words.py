"""English sentences of rules and readers in the reader's language: found by their pattern, filled with their figures."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from receivables.rules import money, reach, tax_ids
from receivables.rules.refusals import Refused
from receivables.words import file_words, refusal_words, template_words

PATTERNS = {*refusal_words.SENTENCES, *file_words.SENTENCES, *template_words.SENTENCES}
FLOORS = ("receivables/rules", "integrations", "receivables", "credit", "dunning")


def said_in_sources():
    """Every text of the rules and readers with its figures blanked out, as `a {} b`."""
    found = set()
    for path in sorted({p for floor in FLOORS for p in Path(settings.BASE_DIR, floor).glob("**/*.py")}):
        if path.name.endswith("_words.py") or "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.JoinedStr):
                found.add("".join(p.value if isinstance(p, ast.Constant) else "{}" for p in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return " ¶ ".join(found)


@pytest.mark.parametrize("sentence", sorted(PATTERNS))
def test_every_pattern_is_a_sentence_that_the_sources_say(sentence, sources):
    parts = [re.escape(part) for part in re.split(r"%\(\w+\)s", sentence)]
    assert re.search(r"[^¶]{0,40}?".join(parts), sources), sentence


@pytest.fixture(scope="module")
def sources():
    return said_in_sources()


def refusal_of(rule, *given):
    with pytest.raises(Refused) as refused:
        rule(*given)
    return refused.value.message


def test_a_sentence_of_the_rules_reaches_a_chinese_reader_with_its_figures():
    amount, code = refusal_of(money.to_minor, "12,5", "EUR"), tax_ids.check("DE", "12").message
    phone = refusal_of(reach.phone, "x", "DE")
    with translation.override("zh-hans"):
        assert refusal_words.said(amount) == "'12,5' 不是普通小数，正确示例：1234.50。"
        assert refusal_words.said(code) == "'12' 格式不正确。正确写法：DE 和 9 位数字。示例：DE136695976。"
        assert refusal_words.said(phone).startswith("'x' 不是电话号码。正确写法：+、国家代码和号码。")


def test_a_sentence_without_a_pattern_stays_as_it_is():
    with translation.override("zh-hans"):
        assert refusal_words.said("Salt and pepper are out.") == "Salt and pepper are out."
        assert refusal_words.said("Unheard of. The file has no rows.") == "Unheard of. 文件没有数据行。"


def test_english_readers_get_the_rule_s_own_sentence():
    sentence = tax_ids.check("DE", "12").message
    assert refusal_words.said(sentence) is sentence
