"""OFX text as a small tree: end tags of values may be missing, as SGML allows. No entities but the five of XML; no recursion."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(r"<(/?)([A-Za-z0-9_.]+)\s*(/?)>([^<]*)")
_ENTITY = re.compile(r"&(amp|lt|gt|quot|apos|nbsp|#\d{1,6}|#x[0-9A-Fa-f]{1,5});")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}
_REPEATED = frozenset(("STMTTRN", "STMTTRNP", "STMTTRNRS", "CCSTMTTRNRS"))
_DEPTH = 60


@dataclass
class Node:
    tag: str
    line: int
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def walk(self) -> Iterator["Node"]:
        """Everything below, in order."""
        stack = list(reversed(self.children))
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    def every(self, *tags: str) -> Iterator["Node"]:
        return (node for node in self.walk() if node.tag in tags)

    def first(self, tag: str) -> "Node | None":
        return next(self.every(tag), None)

    def value(self, tag: str) -> str:
        """Text of the first `tag` below; "" when there is none."""
        found = self.first(tag)
        return found.text if found else ""

    def flat(self) -> str:
        return " ".join(f"{node.tag}={node.text}" for node in self.walk() if node.text)


def tree(text: str) -> Node | None:
    """The OFX element, or None. A value ends at the next tag; an end tag closes the nearest open element of its name."""
    start = re.search(r"<OFX[\s>]", text, re.IGNORECASE)
    if start is None:
        return None
    root = Node("", 1)
    open_nodes = [root]
    line, seen = 1, 0
    for found in _TOKEN.finditer(text, start.start()):
        line += text.count("\n", seen, found.start())
        seen = found.start()
        closing, tag, empty, value = found[1], found[2].upper(), found[3], found[4].strip()
        if closing:
            _close(open_nodes, tag)
            continue
        if tag in _REPEATED:
            _close(open_nodes, tag)
        node = Node(tag, line, _plain(value))
        open_nodes[-1].children.append(node)
        if not value and not empty and len(open_nodes) < _DEPTH:
            open_nodes.append(node)
    return root


def _close(open_nodes: list[Node], tag: str) -> None:
    for index in range(len(open_nodes) - 1, 0, -1):
        if open_nodes[index].tag == tag:
            del open_nodes[index:]
            return


def _plain(value: str) -> str:
    flat = " ".join(value.split())
    return _ENTITY.sub(lambda m: _NAMED.get(m[1]) or _numbered(m[1]), flat)


def _numbered(reference: str) -> str:
    code = int(reference[2:], 16) if reference[1:2] in "xX" else int(reference[1:])
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"
