"""Of all assignments that mean a customer, the narrowest speaks."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from dunning.rules.precedence import ORDER, Assigned, fitting

WHO = {"customer": 1, "entity": 2, "segment": "key account", "risk_class": "C"}
ALL = [
    Assigned(1, "chase", 10),
    Assigned(2, "chase", 11, entity=2),
    Assigned(3, "chase", 12, risk_class="C"),
    Assigned(4, "chase", 13, risk_class="C", entity=2),
    Assigned(5, "chase", 14, segment="Key Account"),
    Assigned(6, "chase", 15, segment="key account", entity=2),
    Assigned(7, "chase", None, customer=1, reason="by hand"),
]


@given(st.permutations(ALL))
def test_003_20_the_narrowest_assignment_speaks_whatever_the_order(rows):
    found = fitting(rows, track="chase", **WHO)
    assert [each.level for each in found] == list(ORDER)
    assert (found[0].policy, found[0].reason) == (None, "by hand")


def test_what_does_not_mean_the_customer_is_left_out():
    others = [
        Assigned(11, "chase", 1, customer=9),
        Assigned(12, "chase", 1, entity=9),
        Assigned(13, "chase", 1, segment="small"),
        Assigned(14, "chase", 1, risk_class="A"),
        Assigned(15, "alert", 1),
        Assigned(16, "chase", 1, segment="key account", entity=9),
    ]
    assert fitting(others, track="chase", **WHO) == []


def test_of_two_of_one_level_the_latest_speaks_and_one_that_names_the_entity_before_it():
    rows = [
        Assigned(1, "chase", 10, customer=1),
        Assigned(2, "chase", 11, customer=1),
        Assigned(3, "chase", 12, customer=1, entity=2),
    ]
    for order in itertools.permutations(rows):
        assert [each.id for each in fitting(order, track="chase", **WHO)] == [3, 2, 1]
