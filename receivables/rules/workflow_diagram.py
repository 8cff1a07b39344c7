"""A flow as a picture: the nodes a page draws, and the same as Mermaid and DOT text. It only draws; which
step is
current is the caller's knowledge.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from receivables.rules.workflow import Flow

_CLASSES = {"done": "#dcefe0", "current": "#fff1cc", "todo": "#ffffff", "skipped": "#eeeeee"}


@dataclass(frozen=True, slots=True)
class Node:
    """One box. `sla` is working hours; state: done | current | todo | skipped."""

    code: str
    label: str
    owner_role: str
    sla: int
    state: str


def diagram(
    flow: Flow,
    current: str | None,
    *,
    done: Collection[str] | None = None,
    skipped: Collection[str] = (),
) -> list[Node]:
    """The nodes to draw, in order. Without `done`, everything before `current` counts as done.

    `current` None draws a case that has not begun (or, with all in `done`, one that is through). Refused:
    unknown_step.
    """
    before: Collection[str] = ()
    if current is not None:
        codes = [step.code for step in flow.steps]
        before = codes[: codes.index(flow.step(current).code)]
    passed = before if done is None else done
    nodes = []
    for step in flow.steps:
        state = "todo"
        if step.code == current:
            state = "current"
        elif step.code in skipped:
            state = "skipped"
        elif step.code in passed:
            state = "done"
        nodes.append(Node(step.code, step.label, step.owner_role, step.sla_hours, state))
    return nodes


def mermaid(nodes: Sequence[Node]) -> str:
    """Mermaid flowchart text; labels are quoted with entities, so that no label can break out."""
    lines = ["flowchart LR"]
    for node in nodes:
        text = f"{_entities(node.label)}<br/>{_entities(node.owner_role)} · {node.sla} h"
        lines.append(f'  {node.code}["{text}"]:::{node.state}')
    lines += [f"  {a.code} --> {b.code}" for a, b in pairwise(nodes)]
    lines += [f"  classDef {state} fill:{colour}" for state, colour in _CLASSES.items()]
    return "\n".join(lines) + "\n"


def dot(nodes: Sequence[Node]) -> str:
    """Graphviz DOT text of the same picture."""
    lines = ["digraph flow {", "  rankdir=LR;", '  node [shape=box, style="rounded,filled"];']
    for node in nodes:
        text = f"{_escaped(node.label)}\\n{_escaped(node.owner_role)} · {node.sla} h"
        lines.append(f'  "{node.code}" [label="{text}", fillcolor="{_CLASSES[node.state]}"];')
    lines += [f'  "{a.code}" -> "{b.code}";' for a, b in pairwise(nodes)]
    return "\n".join([*lines, "}"]) + "\n"


def _entities(text: str) -> str:
    return "".join(c if c.isalnum() or c in " .,-_/" else f"#{ord(c)};" for c in text)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
