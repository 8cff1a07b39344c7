"""What speaks for an item or a customer: quoted references by strength, learned aliases, names. It gathers;
ranking and
amounts belong to `matching`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from receivables.rules.matching_pictures import Alias, BankLine, MatchPolicy, OpenItem, Reason
from receivables.rules.references import core, lookalike, normalise_reference, reference_tokens, shape, words
from receivables.rules.refusals import Refused

NUMBER, OTHER, CORE, LOOKS_LIKE = 4, 3, 2, 1
"""Strength of a quotation: the number itself · another reference · the number without its label · a
look-alike."""

FREE_TEXT_MIN = 4
"""A shorter number counts only when it is the whole of a field: 712 in a text may be a house."""

BARE_NUMBER_MIN = 6

# fmt: off
_LEGAL_FORMS = frozenset({
    "GMBH", "AG", "KG", "OHG", "UG", "SE", "LTD", "LIMITED", "LLC", "LLP", "PLC", "INC",
    "CORP", "CO", "COMPANY", "SA", "SAS", "SARL", "SRL", "SPA", "BV", "NV", "OY", "AB",
    "AS", "APS", "KK", "PTE", "PTY",
})
# fmt: on


@dataclass(frozen=True, slots=True)
class Quotation:
    """One item quoted by the line: how strongly, and by which token."""

    item: OpenItem
    strength: int
    token: str


@dataclass(frozen=True, slots=True)
class Trace:
    """One customer the line points to without quoting an item. `learned`: by an account or IBAN often enough
    confirmed."""

    customer_id: int
    score: int
    reason: Reason
    learned: bool = False


@dataclass
class Pool:
    """Open items and aliases, indexed once for many lines."""

    items: tuple[OpenItem, ...]
    aliases: tuple[Alias, ...] = ()
    by_token: dict[str, list[tuple[OpenItem, int]]] = field(default_factory=dict)
    by_lookalike: dict[str, list[OpenItem]] = field(default_factory=dict)
    by_customer: dict[int, list[OpenItem]] = field(default_factory=dict)
    by_amount: dict[tuple[str, int], list[OpenItem]] = field(default_factory=dict)
    entities: frozenset[int | None] = frozenset()
    names: dict[int, str] = field(default_factory=dict)
    by_alias: dict[tuple[str, str], list[Alias]] = field(default_factory=dict)

    @classmethod
    def of(cls, items: Iterable[OpenItem], aliases: Iterable[Alias]) -> "Pool":
        """Index them. Credits and settled items are left out; they are not what a payment pays."""
        pool = cls(tuple(item for item in items if item.amount_open > 0), tuple(aliases))
        tokens: dict[str, dict[int, tuple[OpenItem, int]]] = defaultdict(dict)
        for item in pool.items:
            pool.by_customer.setdefault(item.customer_id, []).append(item)
            pool.by_amount.setdefault((item.currency, item.amount_open), []).append(item)
            pool.names.setdefault(item.customer_id, name_form(item.customer_name))
            for token, strength in _own_tokens(item):
                old = tokens[token].get(item.entry_id)
                if old is None or old[1] < strength:
                    tokens[token][item.entry_id] = (item, strength)
            alike = lookalike(normalise_reference(item.number))
            if len(alike) >= FREE_TEXT_MIN:
                pool.by_lookalike.setdefault(alike, []).append(item)
        pool.entities = frozenset(item.entity_id for item in pool.items)
        pool.by_token = {token: list(found.values()) for token, found in tokens.items()}
        for alias in pool.aliases:
            pool.by_alias.setdefault((alias.kind, _alias_form(alias.kind, alias.value)), []).append(alias)
        return pool


def quotations(line: BankLine, pool: Pool, policy: MatchPolicy) -> list[Quotation]:
    """The items of the line's currency that it quotes, each once with its strongest quotation."""
    best: dict[int, Quotation] = {}
    for name in sorted(policy.search_in):
        text: str = getattr(line, name)
        whole = normalise_reference(text)
        for token in dict.fromkeys((*reference_tokens(text), whole)):
            for item, strength in _meant(token, pool, line.currency, whole=token == whole):
                old = best.get(item.entry_id)
                if policy.covers(item) and (old is None or old.strength < strength):
                    best[item.entry_id] = Quotation(item, strength, token)
    return list(best.values())


def _meant(token: str, pool: "Pool", currency: str, *, whole: bool) -> list[tuple[OpenItem, int]]:
    """The items a token means, only those it means most strongly; a look-alike only when it means nothing
    else."""
    if len(token) < FREE_TEXT_MIN and not whole:
        return []
    found = [(item, strength) for item, strength in pool.by_token.get(token, ()) if item.currency == currency]
    top = max((strength for _, strength in found), default=0)
    if not found:
        alike = pool.by_lookalike.get(lookalike(token), ())
        return [(item, LOOKS_LIKE) for item in alike if item.currency == currency]
    # A short bare number inside a text may be a date or a house: good for a suggestion, not for more.
    weak = not whole and token.isdigit() and len(token) < BARE_NUMBER_MIN
    return [(item, min(top, CORE) if weak else top) for item, strength in found if strength == top]


def traces(line: BankLine, pool: Pool, policy: MatchPolicy) -> list[Trace]:
    """The customers the line points to by account, by learned name or by similar name; each once, best
    first."""
    found: list[Trace] = []
    for kind, value in (
        ("iban", line.payer_account),
        ("account", line.payer_account),
        ("name", line.payer_name),
    ):
        form = _alias_form(kind, value)
        for alias in pool.by_alias.get((kind, form), ()) if form else ():
            learned = kind != "name" and alias.hits >= policy.alias_hits_min
            reason = Reason.of("alias", kind=kind, value=alias.value, hits=alias.hits)
            found.append(Trace(alias.customer_id, 100 if kind != "name" else 97, reason, learned))
    payer = name_form(line.payer_name)
    if payer:
        similar = process.extract(
            payer, pool.names, scorer=fuzz.token_sort_ratio, score_cutoff=policy.name_score_min, limit=5
        )
        found += [
            Trace(customer_id, int(score), Reason.of("name_similar", name=line.payer_name, score=int(score)))
            for _, score, customer_id in similar
        ]
    found += _names_in_text(line, pool)
    best: dict[int, Trace] = {}
    for trace in sorted(found, key=lambda t: (-t.learned, -t.score, t.customer_id)):
        best.setdefault(trace.customer_id, trace)
    return list(best.values())


def quotes_another(line: BankLine, item: OpenItem, pool: Pool) -> bool:
    """Whether the line names a document of the same kind that is not this item: then the amount alone proves
    nothing.

    A token of the same shape as the item's own number (712219 beside 900619) is such a name, known to us or
    not.
    """
    own = {token for token, _ in _own_tokens(item)}
    wanted = shape(item.number)
    if not any(c.isdigit() for c in wanted):
        return False
    for text in (line.reference, line.text):
        for token in re.findall(r"[\w/.\-]+", text):
            if shape(token) == wanted and normalise_reference(token) not in own:
                return True
    return False


def check_entity(line: BankLine, pool: Pool) -> None:
    """Refused (other_entity) when a document of another legal entity is offered for the line."""
    others = pool.entities - {line.entity_id, None}
    if line.entity_id is not None and others:
        message = "Documents of another legal entity than the bank line's cannot be matched with it."
        raise Refused("other_entity", message, field="items", entities=sorted(others, key=str))


def name_form(name: str) -> str:
    """A company's name for comparing: words only, without legal forms (unless nothing else is left)."""
    parts = words(name)
    return " ".join(part for part in parts if part not in _LEGAL_FORMS) or " ".join(parts)


def _names_in_text(line: BankLine, pool: Pool) -> list[Trace]:
    """Customers all of whose name's words stand in the line's texts, in any order
    (`1234//HADDOCK-Archibald`)."""
    said = frozenset(words(f"{line.reference} {line.text} {line.payer_name}"))
    found = []
    for customer_id, name in pool.names.items():
        parts = name.split()
        if parts and max(map(len, parts)) >= FREE_TEXT_MIN and said.issuperset(parts):
            found.append(Trace(customer_id, 90, Reason.of("name_in_text", name=name)))
    return found


def _own_tokens(item: OpenItem) -> list[tuple[str, int]]:
    own = [(normalise_reference(item.number), NUMBER), (core(item.number), CORE)]
    own += [(normalise_reference(text), OTHER) for text in (item.po_number, *item.references)]
    own += [(token, OTHER) for text in item.references for token in _inside(text)]
    return [(token, strength) for token, strength in own if token]


def _inside(text: str) -> tuple[str, ...]:
    """A structured reference's number, quoted by payers who strip prefix and check digits."""
    whole = normalise_reference(text)
    return tuple(token for token in reference_tokens(whole) if len(token) >= 6)


def _alias_form(kind: str, value: str) -> str:
    return name_form(value) if kind == "name" else "".join(words(value))
