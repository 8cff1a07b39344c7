"""The house rules of Python files. Each takes a parsed file and its path and yields sentences about what is wrong."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.house import files

LINES_MOST, FUNCTION_MOST = 300, 70
TIME_NAMES = frozenset({"today", "on", "as_of", "now"})
CLOCK_CALLS = frozenset({"now", "today", "utcnow", "localdate", "localtime", "time_ns"})
CONVERSIONS = frozenset({"localdate", "localtime"})
CLOCK_OWNERS = frozenset({"date", "datetime", "timezone", "time", "dt"})
VENDORS = frozenset({"sendgrid", "twilio", "python_http_client", "mt940", "ofxtools"})
STATISTICS = frozenset({"sklearn", "scipy", "joblib"})
FLOATS_ALLOWED = re.compile(
    r"credit/(features|scoring|scoring_\w+|model_card|learning)|reports/(forecast|charts|sandbox/)|receivables/conf/|integrations/"
)
SHADOWS = sys.stdlib_module_names | {
    "twilio",
    "sendgrid",
    "requests",
    "pandas",
    "django",
    "redis",
    "numpy",
    "holidays",
}
FRAME_OF_ACTS = frozenset({"receivables/pages/acting.py", "receivables/pages/form_base.py"})
"""What the pages of every floor share: showing a form, doing it once, and a refusal at its field."""
HOMELESS = frozenset({"utils", "helpers", "manager", "managers", "misc", "common"})
Tree, Found = ast.Module, Iterator[str]


def has_docstring(tree: Tree, path: str) -> Found:
    """Each module opens with what it is and what it is not."""
    if tree.body and not files.is_migration(path) and not ast.get_docstring(tree):
        yield "1: no docstring"


def is_short(tree: Tree, path: str) -> Found:
    """Files of 300 lines and functions of 70 are the walls."""
    if files.is_migration(path):
        return
    length = max((getattr(node, "end_lineno", 0) or 0 for node in tree.body), default=0)
    if length > LINES_MOST:
        yield f"{length}: longer than {LINES_MOST} lines"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_MOST:
                yield f"{node.lineno}: {node.name} has {lines} lines"


def uses_no_signals(tree: Tree, path: str) -> Found:
    """An upper floor looks; nobody is told behind the reader's back."""
    for line, name in files.imports(tree, path):
        if name.startswith(("django.dispatch", "django.db.models.signals", "django.core.signals")):
            yield f"{line}: imports {name}"


def leaves_the_clock_to_doors(tree: Tree, path: str) -> Found:
    """Only doors import receivables.clock, and nobody else reads the time."""
    if path == "receivables/clock.py":
        return
    if files.kind(path) != "door":
        for line, name in files.imports(tree, path):
            if name == "receivables.clock" or name.startswith("receivables.clock."):
                yield f"{line}: imports the clock"
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in CLOCK_CALLS
        ):
            owner = node.func.value
            word = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
            converts = node.func.attr in CONVERSIONS and node.args  # a moment that it was given
            if word in CLOCK_OWNERS and not converts:
                yield f"{node.lineno}: reads the clock by {word}.{node.func.attr}()"


def is_told_the_date(tree: Tree, path: str) -> Found:
    """A default for today, on, as_of or now would read the clock behind the caller's back."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        plain = [*node.args.posonlyargs, *node.args.args]
        defaulted = plain[len(plain) - len(node.args.defaults) :]
        defaulted += [
            a for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d is not None
        ]
        for argument in defaulted:
            if argument.arg in TIME_NAMES:
                yield f"{node.lineno}: {node.name} has a default for {argument.arg}"


def goes_through_transitions(tree: Tree, path: str) -> Found:
    """`update(state=…)` walks round the state machine."""
    for node in ast.walk(tree):
        called = (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update"
        )
        if called and any(keyword.arg == "state" for keyword in node.keywords):
            yield f"{node.lineno}: update(state=…)"


def counts_money_in_integers(tree: Tree, path: str) -> Found:
    """No float and no decimal column: SQLite keeps a decimal as a float."""
    for node in ast.walk(tree):
        name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
        if name in ("FloatField", "DecimalField") and files.kind(path) in ("models", "migrations"):
            yield f"{node.lineno}: {name}"
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
        if called and not FLOATS_ALLOWED.match(path):
            yield f"{node.lineno}: float()"


def imports_by_kind(tree: Tree, path: str) -> Found:
    """Rules know only rules; models no verbs; verbs no doors; nobody imports a door; vendors stay in their sockets."""
    kind, (floor, *_) = files.kind(path), path.split("/")
    for line, name in files.imports(tree, path):
        top, target = name.split(".")[0], files.module_path(name)
        ours = top in files.FLOORS
        there = files.kind(target) if ours else ""
        if kind == "rules" and ((ours and there != "rules") or top in ("django", "celery")):
            yield f"{line}: a rule imports {name}"
        if kind == "models" and there in ("services", "door"):
            yield f"{line}: a model imports {name}"
        if there == "door" and kind not in ("door", "conf"):
            yield f"{line}: a {kind} imports the door {name}"
        elsewhere = target.split("/")[:2] != path.split("/")[:2] and target not in FRAME_OF_ACTS
        if kind == "door" and there == "door" and elsewhere:
            yield f"{line}: a door imports another room's door {name}"
        if top in VENDORS and floor != "integrations":
            yield f"{line}: a vendor outside its socket: {name}"
        if top in STATISTICS and floor != "credit":
            yield f"{line}: {top} outside credit"
        if floor == "receivables" and top == "integrations" and not is_socket_face(target):
            yield f"{line}: {name} is not a port, the registry or its errors"


def is_socket_face(target: str) -> bool:
    """What of integrations the floor above may see: ports, the registry, errors, plain values and the intake of files."""
    parts = PurePosixPath(target).parts
    return parts[-1] in ("port.py", "registry.py", "errors.py", "values.py") or parts[1:2] == ("files",)


def is_well_named(tree: Tree, path: str) -> Found:
    """No room without a name of its own, none that hides a package."""
    stem = PurePosixPath(path).stem
    if stem in HOMELESS:
        yield f"1: {stem}.py is no name for a room"
    if stem in SHADOWS and stem != "selectors" and path != "receivables/conf/celery.py":
        yield f"1: {stem}.py hides the package of that name"


RULES = (
    has_docstring,
    is_short,
    uses_no_signals,
    leaves_the_clock_to_doors,
    is_told_the_date,
    goes_through_transitions,
    counts_money_in_integers,
    imports_by_kind,
    is_well_named,
)
"""Every rule of the product's files; those of test files are `has_docstring` and `is_short`."""
