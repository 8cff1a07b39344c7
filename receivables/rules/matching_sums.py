"""Which open items add up to an amount: a search with a limit on items and on steps, because the question is
exponential. It finds at most two answers, which is all that is needed to know whether one is the only one.
"""

from collections.abc import Sequence

from receivables.rules.matching_pictures import OpenItem

ANSWERS_MAX = 2


def sums_to(
    items: Sequence[OpenItem], amount: int, *, items_max: int, steps_max: int
) -> tuple[list[tuple[OpenItem, ...]], bool]:
    """Up to two sets of two or more items whose open amounts sum to `amount`, and whether the search was
    complete.

    Incomplete (too many items or steps) means: an answer may have been missed, so none is the only one. The
    items
    are tried in the order given; pass the oldest first.
    """
    usable = [item for item in items if item.amount_open <= amount]
    complete = len(usable) <= items_max
    pool = sorted(usable[:items_max], key=lambda item: -item.amount_open)
    rest = [0] * (len(pool) + 1)
    for i in range(len(pool) - 1, -1, -1):
        rest[i] = rest[i + 1] + pool[i].amount_open
    found: list[tuple[OpenItem, ...]] = []
    stack: list[tuple[int, int, tuple[int, ...]]] = [(0, amount, ())]
    steps = 0
    while stack and len(found) < ANSWERS_MAX:
        steps += 1
        if steps > steps_max:
            return found, False
        at, left, chosen = stack.pop()
        if left == 0:
            if len(chosen) > 1:
                found.append(tuple(pool[i] for i in chosen))
            continue
        if at == len(pool) or rest[at] < left:
            continue
        stack.append((at + 1, left, chosen))
        if pool[at].amount_open <= left:
            stack.append((at + 1, left - pool[at].amount_open, (*chosen, at)))
    return found, complete
