"""The shipped packs and the check of any pack."""

import copy
import json

import pytest

from dunning.rules.interest_packs import FOLDER, RATES, by_code, read_pack, read_series, shipped
from dunning.rules.reference_rates import RateRow, day, percent
from receivables.rules.refusals import Refused

SERIES = read_series(json.loads((FOLDER / f"{RATES}.json").read_text("utf-8")))
GERMAN = json.loads((FOLDER / "de_b2b.json").read_text("utf-8"))


def test_every_law_of_the_house_is_there_with_its_citation_in_two_languages():
    assert set(shipped()) == {
        *("eu_2011_7", "de_b2b", "de_consumer", "uk_1998", "fr_l441_10"),
        *("ie_580_2012", "us_prompt_payment", "cn_802", "contract"),
    }
    for pack in shipped().values():
        assert pack.citation and pack.applies_when and all(pack.name[lang] for lang in ("en", "zh"))


def test_the_margins_are_those_of_the_laws():
    margins = {code: pack.rate.margin for code, pack in shipped().items() if hasattr(pack.rate, "margin")}
    assert margins == {
        "eu_2011_7": "8",
        "de_b2b": "9",
        "de_consumer": "5",
        "uk_1998": "8",
        "fr_l441_10": "10",
        "ie_580_2012": "8",
        "us_prompt_payment": "0",
    }


@pytest.mark.parametrize(
    ("series", "rates"),
    [
        ("boe_bank_rate", {"2022-02-01": "0.25", "2022-08-01": "1.25", "2023-02-01": "3.50"}),
        ("boe_bank_rate", {"2023-07-01": "5.00", "2024-01-01": "5.25", "2025-07-01": "4.25"}),
        ("ecb_mro", {"2022-12-31": "0.00", "2023-01-01": "2.50", "2023-07-01": "4.00", "2024-01-01": "4.50"}),
        ("ecb_mro", {"2024-07-01": "4.25", "2025-01-01": "3.15", "2025-07-01": "2.15"}),
        ("de_basiszins", {"2023-01-01": "1.62", "2025-12-31": "1.27", "2026-06-30": "1.27"}),
    ],
)
def test_the_published_rates_of_vectors_r3_to_r6(series, rates):
    assert {on: SERIES[series].at(day(on, field="on")).rate for on in rates} == rates


def test_the_german_base_rate_follows_the_central_banks_step_by_step():
    """§ 247 BGB moves it by the change of the main refinancing rate; −0.88 apart since 2011."""
    pairs = zip(SERIES["ecb_mro"].rows, SERIES["de_basiszins"].rows, strict=True)
    for ecb, german in pairs:
        assert (ecb.from_on, ecb.to_on) == (german.from_on, german.to_on)
        assert percent(ecb.rate) - percent(german.rate) == percent("0.88")


def test_an_unknown_pack_is_refused():
    with pytest.raises(Refused) as no:
        by_code("atlantis")
    assert no.value.code == "pack_unknown"


def test_people_cannot_add_rates_to_a_contract():
    with pytest.raises(Refused) as no:
        by_code("contract").with_rows([])
    assert no.value.code == "pack_without_series"


def test_added_rows_leave_the_shipped_pack_alone():
    row = RateRow.of({"from": "2026-07-01", "to": "2026-12-31", "rate": "2.40", "source": "ECB"})
    mine = by_code("eu_2011_7").with_rows([row])
    assert mine.series.at(row.from_on) == row
    with pytest.raises(Refused):
        by_code("eu_2011_7").series.at(row.from_on)
    assert by_code("cn_802").with_rows([row]).series.at(row.from_on) == row


def test_what_is_checked_is_read():
    assert read_pack(GERMAN, SERIES) == by_code("de_b2b")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("day_count",), "366"),
        (("day_count",), 365),
        (("rounding",), "down"),
        (("base",), "net"),
        (("first_day",), 0),
        (("first_day",), None),
        (("first_day",), True),
        (("longest_days",), -1),
        (("citation",), ""),
        (("currency",), None),
        (("currency",), "EURO"),
        (("in_force_from",), "29.7.2014"),
        (("name",), {"en": "only English"}),
        (("rate", "series"), "libor"),
        (("rate", "holds"), "sometimes"),
        (("rate", "margin"), 9),
        (("rate",), {"from": "agreed"}),
        (("rate",), {"from": "agreed", "floor_series": None, "otherwise": {"rate": "-1", "per": "day"}}),
        (("rate",), None),
        (("capitalises",), {"every_days": 30, "simple_days": 10}),
        (("compensation", 0, "from"), "1"),
        (("compensation", 0, "amount"), "0"),
        (("compensation",), {}),
        (("compensation",), []),
        (("compensation_citation",), None),
        (("applies_when", 0, "one_of"), []),
        (("applies_when", 0, "one_of"), [1]),
        (("more",), 1),
    ],
)
def test_a_wrong_pack_is_refused(path, value):
    bad = copy.deepcopy(GERMAN)
    place = bad
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(Refused):
        read_pack(bad, SERIES)


def test_a_pack_that_misses_a_key_or_is_no_object_is_refused():
    for bad in ({k: v for k, v in GERMAN.items() if k != "citation"}, [], None, "pack"):
        with pytest.raises(Refused) as no:
            read_pack(bad, SERIES)
        assert no.value.code == "pack_invalid"
