"""A ladder's document: read, written, brought to one form, hashed; and every problem of it named with its place."""

import json
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dunning.rules import ladder_checks, ladder_json
from dunning.rules.default_ladders import DEFAULTS, STANDARD
from dunning.rules.ladder import EFFECTS, OUTSIDE, Fee, Ladder, Stage
from dunning.rules.ladder_shapes import SENTENCES
from receivables.rules.refusals import Refused


def stage(code="firm", offset=16, **more):
    given = {"code": code, "offset": offset, "audience": "billing", "channels": ["email"], "template": "firm"}
    return {name: value for name, value in {**given, **more}.items() if value is not None}


def ladder(*stages, **more):
    return {"format": ladder_json.FORMAT, "track": "chase", "stages": list(stages) or [stage()], **more}


def only(document):
    """(path, code) of the one problem."""
    (found,) = ladder_checks.problems(document)
    assert found.message
    return found.path, found.code


currencies = st.sampled_from(["EUR", "USD", "JPY", "KWD", "CNY"])
amounts = st.dictionaries(currencies, st.integers(0, 10**12), max_size=3)
fees = st.one_of(
    st.just(Fee()),
    st.dictionaries(currencies, st.integers(1, 10**9), min_size=1, max_size=2).map(
        lambda found: Fee(kind="fixed", amounts=found)
    ),
    st.sampled_from(["0.5", "1", "9.95", "100"]).map(
        lambda p: Fee(kind="percent", percent=p, base="original")
    ),
)


@st.composite
def ladders(draw):
    offsets = sorted(draw(st.sets(st.integers(-60, 900), min_size=1, max_size=8)))
    stages = []
    for n, offset in enumerate(offsets):
        outward, early = draw(st.booleans()), offset < 0
        costs = outward and not early
        channels = ("email", "letter", "sms") if outward else ("email", "call", "work", "app")
        stages.append(
            Stage(
                code=f"s{n}",
                offset=offset,
                audience=draw(st.sampled_from(OUTSIDE if outward else ("rep", "cfo", "collector"))),
                channels=tuple(draw(st.permutations(channels))[: draw(st.integers(1, 3))]),
                template=f"t{n}",
                name=draw(st.sampled_from(["", "Mahnung", "催款函"])),
                until=draw(st.integers(offset, 0)) if early else None,
                min_gap=draw(st.integers(0, 30)),
                minimum=draw(amounts),
                person_from={3: {"*": 0}, 1: draw(amounts)} if outward and draw(st.booleans()) else {},
                fee=draw(fees) if costs else Fee(),
                interest=costs and draw(st.booleans()),
                effects=() if early else tuple(draw(st.sets(st.sampled_from(EFFECTS)))),
                deadline_days=draw(st.integers(0, 60)) if costs else 0,
                terminal=n + 1 == len(offsets) and draw(st.booleans()),
            )
        )
    return Ladder(
        policy="x",
        version=3,
        version_id=7,
        track="chase",
        stages=tuple(stages),
        grace_days=draw(st.integers(0, 30)),
        min_gap=draw(st.integers(0, 30)),
        minimum=draw(amounts),
        stale_bank_hours=draw(st.one_of(st.none(), st.integers(1, 720))),
        hold_for_receipts=draw(st.booleans()),
    )


@settings(max_examples=200)
@given(ladders())
def test_what_is_written_reads_as_the_same_ladder(value):
    document = json.loads(ladder_json.text(ladder_json.write(value)))
    read = ladder_json.parse(document, policy="x", version=3, version_id=7)
    trimmed = ladder_json.write(read)
    assert trimmed == ladder_json.normal(document)
    assert ladder_json.parse(trimmed, policy="x", version=3, version_id=7) == read
    assert [s.person_from.get(3) for s in read.stages] == [s.person_from.get(3) for s in value.stages]
    assert (read.minimum, read.grace_days, read.stale_bank_hours) == (
        value.minimum,
        value.grace_days,
        value.stale_bank_hours,
    )
    for ours, theirs in zip(read.stages, value.stages, strict=True):
        assert (ours.offset, ours.fee, ours.until, ours.channels) == (
            theirs.offset,
            theirs.fee,
            theirs.until,
            theirs.channels,
        )


@given(ladders())
def test_two_spellings_of_one_ladder_have_one_hash(value):
    document = ladder_json.write(value)
    spelled = {
        **dict(reversed(document.items())),
        "minimum": {c: a.lstrip("0") or "0" for c, a in document["minimum"].items()},
    }
    spelled["minimum"] = {c: a if not a.startswith(".") else f"0{a}" for c, a in spelled["minimum"].items()}
    for each in spelled["stages"]:
        each.setdefault("interest", False)
    assert ladder_json.digest(ladder_json.normal(spelled)) == ladder_json.digest(ladder_json.normal(document))


@settings(max_examples=300)
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.floats(allow_nan=False)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
        ),
    ),
    st.sampled_from([*sorted(ladder_checks.STAGE), "", "track", "minimum", "stages", "grace_days"]),
)
def test_nonsense_is_named_and_never_breaks_the_reader(nonsense, place):
    document = ladder(stage())
    if place in ladder_checks.STAGE:
        document["stages"][0][place] = nonsense
    elif place:
        document[place] = nonsense
    else:
        document = nonsense
    if ladder_checks.problems(document):
        with pytest.raises(Refused, match="ladder_invalid"):
            ladder_json.parse(document)
    else:
        assert ladder_json.parse(document).stages


@pytest.mark.parametrize("default", DEFAULTS, ids=lambda default: default.code)
def test_the_shipped_policies_say_nothing_wrong(default):
    normal = ladder_json.normal(default.ladder)
    assert ladder_json.normal(normal) == normal
    assert ladder_json.parse(normal).stages[0].offset < 0


def test_the_ordinary_ladder_is_the_required_one():
    read = ladder_json.parse(STANDARD)
    assert [(s.code, s.offset, s.audience, s.channels[0]) for s in read.stages] == [
        ("friendly", -7, "billing", "email"),
        ("call", 1, "rep", "call"),
        ("firm", 16, "billing", "email"),
        ("demand", 31, "billing", "letter"),
        ("handover", 61, "finance_manager", "work"),
    ]
    demand = read.stage("demand")
    assert (demand.person_from[3], demand.effects, demand.interest, demand.deadline_days) == (
        {"*": 0},
        ("hold", "lower_class"),
        True,
        10,
    )
    assert read.stages[-1].terminal


def test_a_stage_repeats_itself_as_rungs_with_codes_of_their_own():
    read = ladder_json.parse(ladder(stage("final", 40, repeat={"every": 14, "times": 3})))
    assert [(s.code, s.offset) for s in read.stages] == [
        ("final", 40),
        ("final+1", 54),
        ("final+2", 68),
        ("final+3", 82),
    ]
    assert ladder_json.normal(ladder(stage("final", 40, repeat={"every": 14, "times": 3})))["stages"][0][
        "repeat"
    ] == {
        "every": 14,
        "times": 3,
    }
    assert ladder_json.parse(ladder_json.write(read)) == read


FEE_5 = {"kind": "fixed", "amounts": {"EUR": "5.00"}}
WRONG = [
    ([], "", "shape"),
    ({"track": "chase"}, "", "shape"),
    (ladder(colour="red"), "colour", "unknown_key"),
    (ladder(format="other/2"), "format", "format_unknown"),
    (ladder(track="sideways"), "track", "track"),
    (ladder(grace_days=-1), "grace_days", "whole"),
    (ladder(grace_days=True), "grace_days", "whole"),
    (ladder(stale_bank_hours=0), "stale_bank_hours", "whole"),
    (ladder(hold_for_receipts="yes"), "hold_for_receipts", "yes_or_no"),
    (ladder(minimum={"EUR": 5}), "minimum.EUR", "amount"),
    (ladder(minimum={"EUR": "5.001"}), "minimum.EUR", "amount"),
    (ladder(minimum={"EUR": "-1.00"}), "minimum.EUR", "amount"),
    (ladder(minimum={"XXX": "5.00"}), "minimum.XXX", "currency"),
    (ladder(minimum={"*": "0"}), "minimum.*", "currency"),
    (ladder(minimum=["EUR"]), "minimum", "amounts"),
    ({**ladder(), "stages": []}, "stages", "stages_count"),
    (ladder(*[stage(f"s{n}", n) for n in range(21)]), "stages", "stages_count"),
    (ladder("firm"), "stages[0]", "stage_shape"),
    (ladder(stage(colour="red")), "stages[0].colour", "unknown_key"),
    (ladder(stage(channels=None)), "stages[0].channels", "missing"),
    (ladder(stage("Firm")), "stages[0].code", "code"),
    (ladder(stage("firm"), stage("firm", 20)), "stages[1].code", "code_twice"),
    (ladder(stage("final", 9, repeat={"every": 5, "times": 1}), stage("final+1", 40)), "stages[1].code", "code_twice"),
    (ladder(stage("a", 16), stage("b", 16)), "stages[1].offset", "offsets_rise"),
    (ladder(stage("a", 16), stage("b", 10)), "stages[1].offset", "offsets_rise"),
    (ladder(stage("a", 9, repeat={"every": 5, "times": 2}), stage("b", 19)), "stages[1].offset", "offsets_rise"),
    (ladder(stage(offset=1001)), "stages[0].offset", "whole"),
    (ladder(stage(offset="16")), "stages[0].offset", "whole"),
    (ladder(stage(name="a\nb")), "stages[0].name", "text"),
    (ladder(stage(audience="everybody")), "stages[0].audience", "audience"),
    (ladder(stage(channels=["pigeon"])), "stages[0].channels", "channels"),
    (ladder(stage(channels=["email", "email"])), "stages[0].channels", "channels"),
    (ladder(stage(channels=["call"])), "stages[0].channels", "channel_unfit"),
    (ladder(stage(channels=["email", "work"])), "stages[0].channels", "channel_unfit"),
    (ladder(stage(audience="rep", channels=["letter"])), "stages[0].channels", "channel_unfit"),
    (ladder(stage(template=None)), "stages[0].template", "template_missing"),
    (ladder(stage(audience="cfo", template=None)), "stages[0].template", "template_missing"),
    (ladder(track="alert"), "stages[0].audience", "alert_outside"),
    (ladder(stage(offset=-7)), "stages[0].until", "until_missing"),
    (ladder(stage(offset=-7, until=-8)), "stages[0].until", "until_early"),
    (ladder(stage(offset=-7, until=1)), "stages[0].until", "whole"),
    (ladder(stage(until=0)), "stages[0].until", "until_overdue"),
    (ladder(stage(person_from={"4": {"*": "0"}})), "stages[0].person_from", "importance"),
    (ladder(stage(person_from={"3": {"*": "10"}})), "stages[0].person_from.3.*", "any_amount"),
    (ladder(stage(audience="rep", person_from={"3": {"*": "0"}})), "stages[0].person_from", "person_inside"),
    (ladder(stage(fee={"kind": "gift"})), "stages[0].fee", "fee"),
    (ladder(stage(fee={"kind": "fixed"})), "stages[0].fee.amounts", "amounts"),
    (ladder(stage(fee={"kind": "fixed", "amounts": {"EUR": "0.00"}})), "stages[0].fee.amounts.EUR", "amount"),
    (ladder(stage(fee={"kind": "percent", "percent": "0"})), "stages[0].fee.percent", "percent"),
    (ladder(stage(fee={"kind": "percent", "percent": "100.1"})), "stages[0].fee.percent", "percent"),
    (ladder(stage(fee={"kind": "percent", "percent": 5})), "stages[0].fee.percent", "percent"),
    (ladder(stage(fee={"kind": "percent", "percent": "5", "base": "moon"})), "stages[0].fee.base", "fee"),
    (ladder(stage(audience="rep", fee=FEE_5)), "stages[0]", "cost_inside"),
    (ladder(stage(audience="rep", deadline_days=7)), "stages[0]", "cost_inside"),
    (ladder(stage(offset=-7, until=-1, interest=True)), "stages[0]", "cost_early"),
    (ladder(stage(offset=-7, until=-1, effects=["hold"])), "stages[0]", "cost_early"),
    (ladder(stage(effects=["explode"])), "stages[0].effects", "effects"),
    (ladder(stage(repeat={"every": 5})), "stages[0].repeat", "repeat"),
    (ladder(stage(repeat={"every": 0, "times": 1})), "stages[0].repeat.every", "whole"),
    (ladder(stage(repeat={"every": 5, "times": 13})), "stages[0].repeat.times", "whole"),
    (ladder(stage(offset=-7, until=-1, repeat={"every": 5, "times": 1})), "stages[0].repeat", "repeat_early"),
    (ladder(stage(terminal=True, repeat={"every": 5, "times": 1})), "stages[0].repeat", "repeat_terminal"),
    (ladder(stage(deadline_days=10, repeat={"every": 5, "times": 1})), "stages[0].repeat.every", "repeat_short"),
    (ladder(stage("a", 1, terminal=True), stage("b", 9)), "stages[0].terminal", "terminal_last"),
    (
        ladder(*[stage(f"s{n}", 1 + 14 * n, repeat={"every": 1, "times": 12}) for n in range(4)]),
        "stages",
        "rungs_count",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("document", "path", "code"), WRONG, ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_mistake_is_named_at_its_place(document, path, code):
    assert only(deepcopy(document)) == (path, code)


def test_every_problem_has_a_test():
    assert {code for _document, _path, code in WRONG} == set(SENTENCES)


def test_all_problems_of_all_stages_are_told_at_once():
    with pytest.raises(Refused) as no:
        ladder_json.parse(ladder(stage("A"), stage(audience="who")))
    assert [p["path"] for p in no.value.figures["problems"]] == ["stages[0].code", "stages[1].audience"]
    assert no.value.field == "stages[0].code"
