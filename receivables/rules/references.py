"""Finding document references in the messy text of a bank line: one normal form and one set of tokens, used on both
sides of every comparison (also by the set-based fast path). It does not know items, amounts or customers.
"""


def normalise_reference(text: str) -> str:
    """The one normal form: upper case, accents folded, separators and leading zeros dropped. `inv-0012/a` → `INV0012A`."""
    raise NotImplementedError


def reference_tokens(text: str) -> tuple[str, ...]:
    """Every normal form that the text may be quoting, whole words only, in order, without doubles (bounded)."""
    raise NotImplementedError
