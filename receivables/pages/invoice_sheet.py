"""The invoice as a sheet for paper: what the snapshot of the day of issue says, never today's names."""

from collections.abc import Sequence
from typing import Any

from receivables import access
from receivables.models import Invoice, User
from receivables.services import invoicing


def sheet(invoice: Invoice, user: User) -> dict[str, Any]:
    """The invoice for paper: from the snapshot of the day of issue, or as it would read, for one that is not issued."""
    shown = invoice.snapshot or invoicing.snapshot(invoice)
    return {
        "invoice": invoice,
        "seller": shown["seller"],
        "buyer": shown["buyer"],
        "lines": shown.get("lines", []),
        "taxes": _taxes(shown.get("lines", [])),
        "instalments": list(invoice.instalments.select_related("entry").exclude(entry__kind="reschedule")),
        "hide_tax": not access.fields(user, "customer").readable("tax_id"),
        "preview": not invoice.number,
    }


def _taxes(lines: Sequence[dict[str, Any]]) -> list[dict[str, int]]:
    sums: dict[int, list[int]] = {}
    for line in lines:
        row = sums.setdefault(line["tax_bp"], [0, 0])
        row[0] += line["net"]
        row[1] += line["tax"]
    return [{"bp": bp, "net": net, "tax": tax} for bp, (net, tax) in sorted(sums.items())]
