"""Texts in versions: drafted, edited, put in force by a second person, taken out of use; and which of them speaks."""

import pytest

from receivables.models import MessageTemplate
from receivables.questions.texts import Texts
from receivables.rules.refusals import Refused
from receivables.services import templates
from tests.fixtures.world import DAY_0

GOOD = "Dear {contact},\n\n{items}\n\nReference {reference}."


def drafted(world, body=GOOD, subject="Your items", *, who="accountant", **place):
    values = {
        "code": "firm", "channel": "email", "language": "en", "entity": None, "segment": "", **place,
    }  # fmt: skip
    return templates.draft(subject=subject, body=body, now=world.at(DAY_0), by=world.person(who), **values)


def in_force(world, row, who="cfo"):
    return templates.activate(
        template=row, seen_hash=row.content_hash, now=world.at(DAY_0), by=world.person(who)
    )


def speaks(world, *, entity=None, segment="", language="en", channel="email", code="firm"):
    return (
        Texts()
        .of(code, channel, language, entity=entity.pk if entity else None, segment=segment)
        .text.subject
    )


def test_a_second_person_puts_a_draft_in_force(world):
    row = drafted(world)
    with pytest.raises(Refused, match="four_eyes"):
        in_force(world, row, who="accountant")
    done = in_force(world, row)
    assert (done.active, done.version, done.activated_by.username) == (True, 1, "cfo")
    assert speaks(world) == "Your items"


def test_two_accounts_of_one_human_are_one_person(world):
    world.user("accountant", person="ada")
    row = drafted(world)
    world.user("cfo", person="ada")
    with pytest.raises(Refused, match="four_eyes"):
        in_force(world, row)


def test_the_next_version_takes_the_place_of_the_one_before_and_old_ones_stay(world):
    first = in_force(world, drafted(world))
    second = in_force(world, drafted(world, subject="Second"))
    first.refresh_from_db()
    assert (first.active, second.version, speaks(world)) == (False, 2, "Second")
    with pytest.raises(Refused, match="state"):
        templates.edit(
            template=first, subject="Changed", body=GOOD, seen_hash=first.content_hash, now=world.at(DAY_0),
            by=world.person("accountant"),
        )  # fmt: skip
    assert MessageTemplate.objects.get(pk=first.pk).subject == "Your items"


def test_one_draft_waits_at_a_time_and_is_edited_by_who_saw_it(world):
    row = drafted(world)
    with pytest.raises(Refused, match="draft_waits"):
        drafted(world)
    options = {"now": world.at(DAY_0), "by": world.person("finance_manager")}
    done = templates.edit(template=row, subject="Better", body=GOOD, seen_hash=row.content_hash, **options)
    assert done.content_hash != row.content_hash
    with pytest.raises(Refused, match="stale"):
        templates.edit(template=row, subject="Worse", body=GOOD, seen_hash=row.content_hash, **options)
    with pytest.raises(Refused, match="stale"):
        in_force(world, row)
    with pytest.raises(Refused, match="four_eyes"):
        in_force(world, done, who="finance_manager")


@pytest.mark.parametrize(
    "body",
    [
        "{{ settings.SECRET_KEY }} {items} {reference}",
        "{% include '/etc/passwd' %} {reference}",
        "{unknown} {reference}",
        "No reference at all.",
        "<script>alert(1)</script> {reference}",
    ],
)
def test_bad_input_61_62_a_text_with_a_problem_is_not_put_in_force(world, body):
    row = drafted(world, body=body)
    with pytest.raises(Refused, match="template_problems"):
        in_force(world, row)
    assert speaks(world).startswith("Overdue:")  # the shipped one goes on speaking


def test_bad_input_61_a_text_beyond_its_size_is_not_even_kept(world):
    with pytest.raises(Refused, match="text_too_long"):
        drafted(world, body="x" * 1_000_001)
    with pytest.raises(Refused, match="text_too_long"):
        drafted(world, subject="x" * 201)
    with pytest.raises(Refused, match="channel_unknown"):
        drafted(world, channel="fax")
    with pytest.raises(Refused, match="required"):
        drafted(world, code=" ")


def test_the_narrower_scope_speaks_before_the_wider(world):
    in_force(world, drafted(world, subject="Everybody"))
    in_force(world, drafted(world, subject="Segment", segment="key account"))
    in_force(world, drafted(world, subject="Entity", entity=world.entity))
    in_force(world, drafted(world, subject="Both", entity=world.entity, segment="key account"))
    assert speaks(world, entity=world.entity, segment="key account") == "Both"
    assert speaks(world, entity=world.entity) == "Entity"
    assert speaks(world, segment="key account") == "Segment"
    assert speaks(world) == "Everybody"


def test_the_readers_language_goes_before_our_own_english(world):
    in_force(world, drafted(world, subject="Ours"))
    assert speaks(world, language="de") == "Ours"
    assert "逾期" in speaks(world, language="zh-hans")  # came with the house
    in_force(world, drafted(world, subject="我们的", language="zh-hans"))
    assert speaks(world, language="zh") == "我们的"


def test_a_retired_text_lets_the_wider_one_speak_again(world):
    row = in_force(world, drafted(world))
    with pytest.raises(Refused, match="reason_missing"):
        templates.retire(template=row, reason=" ", now=world.at(DAY_0), by=world.person("cfo"))
    templates.retire(template=row, reason="Too stern", now=world.at(DAY_0), by=world.person("cfo"))
    assert speaks(world).startswith("Overdue:")
    with pytest.raises(Refused, match="state"):
        templates.retire(template=row, reason="Again", now=world.at(DAY_0), by=world.person("cfo"))


def test_a_letter_without_a_text_of_its_own_says_what_the_mail_says(world):
    assert speaks(world, channel="letter").startswith("Overdue:")
    with pytest.raises(Refused, match="no_text"):
        speaks(world, channel="sms", code="management")
