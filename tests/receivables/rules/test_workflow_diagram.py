"""The flow's picture: every step with owner and time limit, the current node marked."""

import pytest

from receivables.rules.refusals import Refused
from receivables.rules.workflow import DEFAULT_FLOW, Flow, Step
from receivables.rules.workflow_diagram import Node, diagram, dot, mermaid


def test_003_07_the_diagram_shows_step_owner_and_time_limit_and_where_the_case_is():
    nodes = diagram(DEFAULT_FLOW, "APPROVE")
    assert [(n.code, n.owner_role, n.sla, n.state) for n in nodes] == [
        ("VERIFY", "sales_manager", 2, "done"),
        ("APPROVE", "finance_manager", 4, "current"),
    ]


@pytest.mark.parametrize(
    ("current", "given", "states"),
    [
        (None, {}, ["todo", "todo"]),
        ("VERIFY", {}, ["current", "todo"]),
        ("APPROVE", {"done": [], "skipped": ["VERIFY"]}, ["skipped", "current"]),
        (None, {"done": ["VERIFY", "APPROVE"]}, ["done", "done"]),
    ],
)
def test_003_07_every_node_has_one_state(current, given, states):
    assert [node.state for node in diagram(DEFAULT_FLOW, current, **given)] == states


def test_003_07_an_unknown_node_is_refused():
    with pytest.raises(Refused, match="unknown_step"):
        diagram(DEFAULT_FLOW, "NOWHERE")


def test_003_07_the_text_forms_carry_nodes_edges_and_states():
    nodes = diagram(DEFAULT_FLOW, "APPROVE")
    text = mermaid(nodes)
    assert 'VERIFY["Check the business truth<br/>sales_manager · 2 h"]:::done' in text
    assert "VERIFY --> APPROVE" in text and ":::current" in text
    assert '"VERIFY" -> "APPROVE";' in dot(nodes)


def test_a_label_cannot_break_out_of_the_drawing():
    flow = Flow("f", 1, (Step("A", 'x"]; click A "javascript:alert(1)" <script>', "cfo", 1),))
    drawn = mermaid(diagram(flow, "A"))
    assert "<script>" not in drawn and '"]; click' not in drawn
    assert '\\"]; click' in dot([Node("A", flow.steps[0].label, "cfo", 1, "current")])
