"""Which fault the next sending call gets: a script used up from the front, then a seeded draw, else none."""

import random
import threading

KINDS = {
    "ok": "recorded, answered as documented",
    "400": "refused",
    "401": "credentials refused",
    "429": "refused with Retry-After",
    "500": "not recorded, server error",
    "503": "not recorded, server error",
    "hang": "not recorded, never answered",
    "drop": "not recorded, connection closed without an answer",
    "garbage": "not recorded, the answer is no HTTP",
    "redirect": "not recorded, sent elsewhere",
    "shape": "not recorded, a success of another shape",
    "drip": "recorded, the answer comes a byte a second",
    "truncated": "recorded, the answer is cut in its headers",
    "accept_then_drop": "recorded, connection closed without an answer",
    "accept_then_hang": "recorded, never answered",
    "accept_then_500": "recorded, server error",
    "accept_then_garbage": "recorded, the answer is no HTTP",
    "accept_late": "recorded and answered after a while, whether or not the client is still there",
}
RECORDED = frozenset(kind for kind, words in KINDS.items() if words.startswith("recorded"))
DOUBTFUL = frozenset(KINDS) - {"ok", "400", "401", "429"}
"""Faults after which the caller cannot know."""


class Plan:
    """`Plan("@500,ok,hang")` is a script; `Plan("500:0.05,accept_then_drop:0.06,seed=7")` draws with these shares."""

    def __init__(self, spec: str = "") -> None:
        self._lock = threading.Lock()
        self.used: list[str] = []
        self.set(spec)

    def set(self, spec: str) -> None:
        """Forgets what was planned and plans this."""
        with self._lock:
            self.script: list[str] = []
            self.shares: list[tuple[str, float]] = []
            self._draw = random.Random(0)
            for part in filter(None, spec.removeprefix("@").split(",")):
                if part.startswith("seed="):
                    self._draw = random.Random(int(part.removeprefix("seed=")))
                elif spec.startswith("@"):
                    self.script.append(_known(part))
                else:
                    kind, _, share = part.partition(":")
                    self.shares.append((_known(kind), float(share or 1)))

    def next(self) -> str:
        with self._lock:
            kind = self.script.pop(0) if self.script else self._drawn()
            self.used.append(kind)
            return kind

    def _drawn(self) -> str:
        point = self._draw.random()
        for kind, share in self.shares:
            point -= share
            if point < 0:
                return kind
        return "ok"


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(f"no fault {kind!r}; there are: {', '.join(KINDS)}")
    return kind
