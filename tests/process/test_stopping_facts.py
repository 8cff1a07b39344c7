"""Facts in one process against the claim in another: what was committed before the attempt stops the message (P3)."""

import pytest

from tests.fixtures.chaos_account import books_hold

pytestmark = [pytest.mark.process, pytest.mark.django_db]


def test_p3_races_of_payment_dispute_promise_opt_out_and_block_against_the_claim_have_no_violation(
    chaos, ask, scale
):
    count = scale(500)
    chaos.do("seed_races", count, seconds=900)
    chaos.role("rush", "rush", chaos.folder)
    chaos.role("rush too", "rush", chaos.folder)
    chaos.do("facts", 3, seconds=1800)
    (chaos.folder / "enough").touch()
    for name in ("rush", "rush too"):
        chaos.roles.pop(name)
        assert chaos.running[name].wait(300) == 0, chaos.log("rush")
    facts = {
        actor.removeprefix("fact "): seq
        for actor, seq in ask(
            "SELECT actor, MIN(seq) FROM receivables_audit WHERE actor LIKE 'fact %' GROUP BY actor"
        )
    }
    attempts = dict(
        ask(
            "SELECT m.key, MAX(a.seq) FROM receivables_audit a JOIN receivables_message m"
            " ON a.subject = 'message:' || m.id WHERE a.action = 'message.claimed' GROUP BY m.key"
        )
    )
    assert len(facts) == count
    late = {key: (facts[key], seq) for key, seq in attempts.items() if seq > facts[key]}
    assert late == {}, "left after it was stopped"
    assert len(chaos.house.accepted) == len(attempts)
    assert count / 10 < len(attempts) < count * 9 / 10, "one side always won: the test shows nothing"
    waiting = ask("SELECT key FROM receivables_message WHERE state = 'PLANNED' AND stale_at IS NOT NULL")
    given_up = ask("SELECT key FROM receivables_message WHERE state = 'SUPPRESSED'")
    assert len(attempts) + len(waiting) + len(given_up) == count
    books_hold(chaos)
