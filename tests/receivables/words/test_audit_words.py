"""Every action that any floor writes into the audit has words for the pages that show it."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from receivables.words import audit_words

FLOORS = ("receivables", "credit", "dunning", "reports")
CODE = re.compile(r"[a-z_]+\.[a-z_]+")


def written():
    """Actions that stand in the sources as the first word of a line of the audit, by name or as a constant."""
    found = set()
    for path in (each for floor in FLOORS for each in Path(settings.BASE_DIR, floor).glob("**/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("line", "_line") and CODE.fullmatch(str(node.args[0].value)):
                found.add(node.args[0].value)
    return found


def test_the_walk_sees_actions_of_every_floor():
    assert {"invoice.issued", "promise.made", "run.started", "message.rejected", "hold.placed"} <= written()


@pytest.mark.parametrize("code", sorted(written()))
def test_every_action_has_words(code):
    assert audit_words.action(code) != code


def test_an_action_is_said_in_the_reader_s_language():
    with translation.override("zh-hans"):
        assert audit_words.action("run.finished") == "夜间运行已完成"


def test_an_action_nobody_has_named_yet_is_shown_as_it_is():
    assert audit_words.action("moon.landed_on") == "moon.landed_on"
