"""The one bridge from QuerySets to DataFrames. Currency and as_of are always columns; amounts are integers of minor units
or exact Decimals, never floats. It groups and adds nothing: totals across currencies cannot come out of here by accident.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
from django.db.models import QuerySet

from receivables.rules.money import format_plain


def frame(
    rows: "QuerySet[Any]",
    columns: Mapping[str, str] | Sequence[str],
    *,
    as_of: date,
    amounts: Sequence[str] = ("amount",),
    currency: str = "currency",
    major: bool = False,
) -> pd.DataFrame:
    """The rows of a QuerySet as a table.

    `columns`: look-up path → column name, or paths alone. `amounts` names those (of the result) that hold minor units: they
    come as int64 ("Int64" with gaps), or with `major` as Decimals in the row's own currency. `currency` is the path of the
    currency; it comes as `currency`, the date asked for as `as_of`.
    """
    named = dict(columns) if isinstance(columns, Mapping) else {path: path for path in columns}
    named.setdefault(currency, "currency")
    # Objects first: pandas would turn integers with gaps into floats.
    made = pd.DataFrame(list(rows.values_list(*named)), columns=list(named.values()), dtype=object)
    for name in made.columns:
        if name not in amounts:
            made[name] = made[name].infer_objects()
    for name in amounts:
        if name not in made.columns:
            raise KeyError(f"{name} is no column of this frame: {', '.join(map(str, made.columns))}")
        made[name] = (
            _major(made, name)
            if major
            else made[name].astype("Int64" if made[name].isna().any() else "int64")
        )
    made["as_of"] = as_of
    return made


def _major(made: pd.DataFrame, name: str) -> "pd.Series[Any]":
    values = [
        None if pd.isna(minor) else Decimal(format_plain(int(minor), code))
        for minor, code in zip(made[name], made["currency"], strict=True)
    ]
    return pd.Series(values, index=made.index, dtype="object")
