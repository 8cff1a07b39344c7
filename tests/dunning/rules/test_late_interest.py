"""The page docs/late-interest.md: its packs, periods and worked examples are what the code does."""

from datetime import date
from pathlib import Path

import pytest

from dunning.rules.interest import Debt, derive
from dunning.rules.interest_packs import Reference, shipped
from dunning.rules.interest_terms import Facts
from receivables.rules.money import Money

PAGE = Path(__file__).resolve().parents[3].joinpath("docs", "late-interest.md").read_text("utf-8")
PACKS = shipped()


def rows(heading):
    """The cells of the first table under a heading."""
    part = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.parametrize("cells", rows("The packs"), ids=lambda cells: cells[0])
def test_the_page_tells_each_packs_rate_and_law(cells):
    pack = PACKS[cells[0].strip("`")]
    assert cells[5] == pack.citation
    assert pack.day_count in cells[3]
    if isinstance(pack.rate, Reference):
        assert cells[1].endswith(f"+ {pack.rate.margin}") or pack.rate.margin == "0"
        assert cells[2] == {"at_start": "of the first day", "by_period": "of each half-year"}[pack.rate.holds]
    for step in pack.compensation:
        assert step.amount.plain().removesuffix(".00") in cells[4]


def test_the_page_leaves_no_pack_out():
    assert {cells[0].strip("`") for cells in rows("The packs")} == set(PACKS)


@pytest.mark.parametrize("cells", rows("Rates we know, and those we do not"), ids=lambda cells: cells[0])
def test_the_page_tells_how_far_each_rate_is_known(cells):
    series = next(p.series for p in PACKS.values() if p.series and p.series.code == cells[0].strip("`"))
    first, last = series.rows[0].from_on, series.rows[-1].to_on
    assert str(first.year) in cells[1]
    assert f"{last:%B} {last.year}" in cells[1]


@pytest.mark.parametrize("cells", rows("Worked examples"), ids=lambda cells: f"{cells[0]} {cells[1]}")
def test_the_worked_examples_of_the_page_come_out(cells):
    code, owed, due, paid, *expected = cells
    currency, amount = owed.split()
    pack = PACKS[code.strip("`")]
    money = Money.of(amount, currency)
    debt = Debt(money.minor, currency, date.fromisoformat(due), ((date.fromisoformat(paid), money.minor),))
    facts = Facts(answers={question.fact: question.one_of[0] for question in pack.applies_when})
    got = derive(debt, pack, facts, up_to=date(2027, 1, 1))
    assert [str(got.days), got.interest.plain(), got.compensation.plain()] == expected
