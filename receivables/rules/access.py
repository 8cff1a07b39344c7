"""Who may do what: the engine of the one access matrix (role × verb × field). It holds no table of its own;
each
floor brings one (this floor's is `receivables/access_table.py`), and scope is applied by the QuerySets.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

OWN, ENTITY = "own", "entity"
SCOPES_ALLOWED = (OWN, ENTITY)
EVERY_NOUN = "*"
_PATTERN = re.compile(r"\*|[a-z_]+(\.([a-z_]+|\*))?")


@dataclass(frozen=True, slots=True)
class FieldRules:
    """Fields of one noun that a role may not see, and those it may see but not write."""

    hidden: frozenset[str] = frozenset()
    readonly: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """One floor's rows: role → verbs (`noun.verb`, `noun.*`, or a bare verb), role → noun → field rules, role
    → scope."""

    verbs: Mapping[str, frozenset[str]]
    fields: Mapping[str, Mapping[str, FieldRules]] = field(default_factory=dict)
    scopes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for role, patterns in self.verbs.items():
            wrong = sorted(p for p in patterns if not _PATTERN.fullmatch(p))
            if wrong:
                raise ValueError(f"role {role}: not a verb: {', '.join(wrong)}")
        for role, scope in self.scopes.items():
            if scope not in SCOPES_ALLOWED:
                raise ValueError(f"role {role}: scope must be one of {SCOPES_ALLOWED}, not {scope!r}")


@dataclass(frozen=True, slots=True)
class FieldAccess:
    """What a person may do with the fields of a noun. A field in neither set is free."""

    hidden: frozenset[str]
    readonly: frozenset[str]

    def readable(self, name: str) -> bool:
        """May the field be shown, in a page, an answer or an export?"""
        return name not in self.hidden

    def writable(self, name: str) -> bool:
        """May the field be set? What cannot be seen cannot be written."""
        return name not in self.hidden and name not in self.readonly

    def visible(self, names: Iterable[str]) -> list[str]:
        """The readable ones of these names, in their order."""
        return [name for name in names if self.readable(name)]


def grants(patterns: Iterable[str], verb: str) -> str | None:
    """The pattern that grants the verb, or None. `customer.*` grants `customer.edit`; a bare `export` only
    itself."""
    noun = verb.partition(".")[0]
    for pattern in sorted(patterns):
        if pattern in (verb, EVERY_NOUN) or ("." in verb and pattern == f"{noun}.*"):
            return pattern
    return None


def may(table: Table, roles: Iterable[str], verb: str) -> bool:
    """True when one of the roles grants the verb. Unknown roles grant nothing."""
    return any(grants(table.verbs.get(role, frozenset()), verb) is not None for role in roles)


def fields(table: Table, roles: Iterable[str], noun: str) -> FieldAccess:
    """Field access for a noun: a field is hidden (or read-only) only if it is so in *every* role the person
    holds.

    A role that may not do anything with the noun opens no field. Nobody's roles: nothing is known to be free,
    so
    every field named by any role's rules is hidden.
    """
    rules = [_rules(table, role, noun) for role in roles if _touches(table, role, noun)]
    if not rules:
        every = [_rules(table, role, noun) for role in table.fields]
        named = frozenset().union(*(rule.hidden | rule.readonly for rule in every))
        return FieldAccess(hidden=named, readonly=frozenset())
    hidden = frozenset.intersection(*(rule.hidden for rule in rules))
    locked = frozenset.intersection(*(rule.hidden | rule.readonly for rule in rules))
    return FieldAccess(hidden=hidden, readonly=locked - hidden)


def scope(table: Table, roles: Iterable[str]) -> str:
    """The widest scope among the roles; a role without a scope row, or no role at all, sees only its own
    customers."""
    return ENTITY if any(table.scopes.get(role) == ENTITY for role in roles) else OWN


def merge(tables: Iterable[Table]) -> Table:
    """One table from several floors' (and composed roles'): verbs and field rules add up, scopes take the
    widest."""
    verbs: dict[str, frozenset[str]] = {}
    rules: dict[str, dict[str, FieldRules]] = {}
    scopes: dict[str, str] = {}
    for table in tables:
        for role, patterns in table.verbs.items():
            verbs[role] = verbs.get(role, frozenset()) | patterns
        for role, nouns in table.fields.items():
            mine = rules.setdefault(role, {})
            for noun, rule in nouns.items():
                old = mine.get(noun, FieldRules())
                mine[noun] = FieldRules(old.hidden | rule.hidden, old.readonly | rule.readonly)
        for role, value in table.scopes.items():
            scopes[role] = ENTITY if ENTITY in (value, scopes.get(role)) else OWN
    return Table(verbs, rules, scopes)


def compose(table: Table, role: str, *, parts: Iterable[str]) -> Table:
    """The table with one more role that holds everything its parts hold (rows compose roles; code owns
    verbs)."""
    held = tuple(parts)
    unknown = sorted(part for part in held if part not in table.verbs)
    if unknown:
        raise ValueError(f"role {role}: unknown parts {', '.join(unknown)}")
    verbs = frozenset[str]().union(*(table.verbs[part] for part in held))
    nouns = {noun for part in held for noun in table.fields.get(part, {})}
    rules = {}
    for noun in nouns:
        found = fields(table, held, noun)
        rules[noun] = FieldRules(found.hidden, found.readonly)
    extra = Table({role: verbs}, {role: rules}, {role: scope(table, held)})
    return merge([table, extra])


def explain(table: Table, roles: Iterable[str], verb: str) -> str:
    """One English sentence for the access page and the log: which role grants the verb, or who would."""
    held = tuple(roles)
    for role in held:
        pattern = grants(table.verbs.get(role, frozenset()), verb)
        if pattern is not None:
            return f"{verb} is granted to {role} by {pattern}."
    others = sorted(role for role, patterns in table.verbs.items() if grants(patterns, verb) is not None)
    mine = ", ".join(held) or "no role"
    return f"{verb} is not granted to {mine}; it is granted to {', '.join(others) or 'nobody'}."


def _rules(table: Table, role: str, noun: str) -> FieldRules:
    return table.fields.get(role, {}).get(noun, FieldRules())


def _touches(table: Table, role: str, noun: str) -> bool:
    patterns = table.verbs.get(role, frozenset())
    return any(p == EVERY_NOUN or p.partition(".")[0] == noun for p in patterns)
