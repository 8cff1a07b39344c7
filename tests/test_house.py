"""Guards the architecture: floors, kinds of file, words and pages. Each rule is also shown a bad example that it must catch."""

import ast
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from tests.house import code, files, words

BINARY = (
    ".png",
    ".ico",
    ".woff2",
    ".ttf",
    ".xlsx",
    ".xls",
    ".pdf",
    ".gz",
    ".zip",
    ".mo",
    ".sqlite3",
    ".jpg",
    ".ofd",
)
FREE_ROOMS = frozenset(
    {"scenarios", "integrations", "browser", "requirements", "security", "vectors", "process", "house"}
)


def report(problems):
    assert not problems, f"{len(problems)} against the house rules:\n" + "\n".join(problems)


@pytest.mark.parametrize("rule", code.RULES, ids=lambda rule: rule.__name__)
def test_the_product_keeps_the_rule(rule):
    report([f"{path}:{p}" for path in files.product(".py") for p in rule(ast.parse(files.text(path)), path)])


def test_test_files_are_short_and_say_what_they_are():
    ours = [p for p in files.paths() if p.startswith(("tests/", "bench/")) and p.endswith(".py")]
    rules = (code.has_docstring, code.is_short)
    report(
        [f"{path}:{p}" for path in ours for rule in rules for p in rule(ast.parse(files.text(path)), path)]
    )


def test_no_file_names_a_machine_an_index_or_a_tool():
    texts = [path for path in files.paths() if not path.endswith(BINARY)]
    report([f"{path}:{p}" for path in texts for p in words.says_nothing_forbidden(files.text(path))])


def test_templates_hold_nothing_inline():
    report(
        [f"{path}:{p}" for path in files.product(".html") for p in words.has_nothing_inline(files.text(path))]
    )


def test_templates_are_translated():
    report([f"{path}:{p}" for path in files.product(".html") for p in words.is_translated(files.text(path))])


def test_import_contracts_hold():
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache"], cwd=files.ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_there_is_no_package_under_tests():
    """`tests/receivables/__init__.py` would hide the real package."""
    report([path for path in files.paths() if path.startswith("tests/") and path.endswith("__init__.py")])


def test_every_test_file_mirrors_a_room():
    report([path for path in files.paths() if path.startswith("tests/") and not mirrors(path)])


def mirrors(path):
    """`tests/a/b/test_room.py` or `…/test_room_aspect.py` stands for `a/b/room.py`, `a/b/room/`, `…room/` or a page of docs/."""
    parts = PurePosixPath(path).parts[1:]
    name = PurePosixPath(path).stem
    if not name.startswith("test_") or parts[0] in FREE_ROOMS or len(parts) == 1:
        return True
    folder = files.ROOT.joinpath(*parts[:-1])
    room = name.removeprefix("test_").split("_")
    stems = ["_".join(room[:length]) for length in range(1, len(room) + 1)]
    if folder.is_dir() and (
        folder.name.endswith(stems[-1]) or (files.ROOT / "docs" / f"{'-'.join(room)}.md").is_file()
    ):
        return True
    homes = (folder, folder / "migrations")
    names = [name for stem in stems for name in (stem, f"{stem}.py", f"_{stem}.py")]
    return any((home / name).exists() for home in homes for name in names)


LONG = "def f():\n" + "    pass\n" * 71
BAD_CODE = [
    (code.has_docstring, "receivables/x.py", "import os"),
    (code.is_short, "receivables/x.py", LONG),
    (code.is_short, "receivables/x.py", "x = 1\n" * 301),
    (code.uses_no_signals, "dunning/x.py", "from django.db.models.signals import post_save"),
    (code.uses_no_signals, "dunning/x.py", "from django.dispatch import receiver"),
    (code.leaves_the_clock_to_doors, "receivables/services/cash.py", "from receivables import clock"),
    (
        code.leaves_the_clock_to_doors,
        "receivables/questions/selectors.py",
        "from receivables.clock import today",
    ),
    (code.leaves_the_clock_to_doors, "receivables/tasks.py", "import datetime\ndatetime.date.today()"),
    (code.leaves_the_clock_to_doors, "credit/x.py", "from django.utils import timezone\ntimezone.now()"),
    (code.is_told_the_date, "receivables/x.py", "def f(today=None): ..."),
    (code.is_told_the_date, "receivables/x.py", "def f(*, a=1, as_of=None): ..."),
    (code.goes_through_transitions, "receivables/x.py", "Invoice.objects.filter(pk=1).update(state='PAID')"),
    (
        code.counts_money_in_integers,
        "receivables/models/x.py",
        "from django.db import models\nmodels.DecimalField()",
    ),
    (code.counts_money_in_integers, "credit/models.py", "FloatField()"),
    (code.counts_money_in_integers, "receivables/rules/money.py", "float('1.10')"),
    (code.imports_by_kind, "receivables/rules/x.py", "from django.db import models"),
    (code.imports_by_kind, "dunning/rules/x.py", "from receivables.models import Entry"),
    (code.imports_by_kind, "credit/rules/x.py", "import receivables.clock"),
    (code.imports_by_kind, "receivables/models/x.py", "from receivables.services import cash"),
    (code.imports_by_kind, "receivables/services/x.py", "from receivables import tasks"),
    (code.imports_by_kind, "dunning/services/x.py", "from dunning.pages import runs"),
    (code.imports_by_kind, "receivables/services/x.py", "from integrations.messaging import console"),
    (code.imports_by_kind, "receivables/services/x.py", "import sendgrid"),
    (code.imports_by_kind, "reports/x.py", "from sklearn.linear_model import LogisticRegression"),
    (code.is_well_named, "receivables/utils.py", ""),
    (code.is_well_named, "receivables/calendar.py", ""),
    (code.is_well_named, "integrations/messaging/twilio.py", ""),
]


@pytest.mark.parametrize(
    ("rule", "path", "bad"), BAD_CODE, ids=lambda value: getattr(value, "__name__", None)
)
def test_a_rule_catches_its_bad_example(rule, path, bad):
    assert list(rule(ast.parse(bad), path))


GOOD = '''"""A verb. It is no door."""
from datetime import date
from integrations import registry
from integrations.messaging.port import Mail
from receivables.models import Entry


def close(*, today: date, on: date) -> None:
    """What it does."""
    Entry.objects.update(allocated=1)
'''


def test_good_code_offends_no_rule():
    assert [p for rule in code.RULES for p in rule(ast.parse(GOOD), "receivables/services/closing.py")] == []


@pytest.mark.parametrize(
    "bad",
    [
        "see /wo" + "rk/main",
        "in /ro" + "ot/x",
        "https://pypi.o" + "rg/simple",
        "by Cla" + "ude",
        "a sub" + "agent did it",
    ],
)
def test_forbidden_words_are_caught(bad):
    assert list(words.says_nothing_forbidden(bad))


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        "<p style='color:red'></p>",
        "<style>p{}</style>",
        "<a onclick='x()'></a>",
        "<div hx-on::after-request='x()'></div>",
        "<script src='https://cdn.example/x.js'></script>",
        "<link href='//cdn.example/x.css'>",
    ],
)
def test_inline_and_foreign_things_are_caught(bad):
    assert list(words.has_nothing_inline(bad))


@pytest.mark.parametrize(
    "bad",
    [
        "<p>Overdue</p>",
        "{% if a %}Paid{% endif %}",
        "<input placeholder='Search'>",
        "<button>{{ n }} open</button>",
    ],
)
def test_an_untranslated_string_is_caught(bad):
    assert list(words.is_translated(bad))


def test_a_good_template_passes():
    good = (
        '{% load i18n static %}<script src="{% static "x.js" %}" defer></script><p title="{% translate "Due" %}">'
        "{% blocktranslate %}Paid on {{ day }}{% endblocktranslate %} · {{ n }} – <kbd>Esc</kbd> Duebook {# a note #}</p>"
    )
    assert list(words.has_nothing_inline(good)) == list(words.is_translated(good)) == []


def test_a_stray_test_file_is_caught():
    assert not mirrors("tests/receivables/rules/test_no_such_room_at_all.py")
    assert mirrors("tests/receivables/conf/test_settings.py")
