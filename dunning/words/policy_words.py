"""Dunning policies in words: audiences, channels, effects, days, whom an assignment means, and what is wrong with a ladder."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from dunning.rules.ladder_shapes import Problem
from dunning.rules.precedence import Assigned

Words = dict[str, "str | Promise"]

AUDIENCES: Words = {
    "billing": gettext_lazy("Customer: billing"),
    "management": gettext_lazy("Customer: management"),
    "disputes": gettext_lazy("Customer: disputes"),
    "legal": gettext_lazy("Customer: legal"),
    "rep": gettext_lazy("Sales rep"),
    "collector": gettext_lazy("Collector"),
    "sales_manager": gettext_lazy("Sales manager"),
    "finance_manager": gettext_lazy("Finance manager"),
    "cfo": gettext_lazy("Management (CFO)"),
}
CHANNELS: Words = {
    "email": gettext_lazy("E-mail"),
    "sms": gettext_lazy("Text message"),
    "letter": gettext_lazy("Letter"),
    "call": gettext_lazy("Call task"),
    "work": gettext_lazy("To-do"),
    "app": gettext_lazy("Notification"),
}
EFFECTS: Words = {
    "hold": gettext_lazy("New orders are held"),
    "lower_class": gettext_lazy("The credit class goes down one step"),
    "hand_over": gettext_lazy("Hand-over is proposed"),
}
TRACKS: Words = {
    "chase": gettext_lazy("Customer and calls"),
    "alert": gettext_lazy("Our own people"),
}
LEVELS: Words = {
    "customer": gettext_lazy("One customer"),
    "entity_segment": gettext_lazy("Segment at an entity"),
    "segment": gettext_lazy("Segment"),
    "entity_class": gettext_lazy("Class at an entity"),
    "class": gettext_lazy("Class"),
    "entity": gettext_lazy("Entity"),
    "default": gettext_lazy("Everybody else"),
}
IMPORTANCE: Words = {
    "1": pgettext_lazy("importance", "Small"),
    "2": pgettext_lazy("importance", "Ordinary"),
    "3": pgettext_lazy("importance", "Important"),
}
SHIPPED: Words = {
    "Standard": gettext_lazy("Standard"),
    "Gentle: key accounts": gettext_lazy("Gentle: key accounts"),
    "Strict: class C": gettext_lazy("Strict: class C"),
    "Alerts to our people": gettext_lazy("Alerts to our people"),
    "Friendly note": gettext_lazy("Friendly note"),
    "Call by the sales rep": gettext_lazy("Call by the sales rep"),
    "Firm reminder": gettext_lazy("Firm reminder"),
    "Demand letter": gettext_lazy("Demand letter"),
    "Propose the hand-over": gettext_lazy("Propose the hand-over"),
    "Talk between managers": gettext_lazy("Talk between managers"),
    "Due in a week": gettext_lazy("Due in a week"),
    "Due in three days": gettext_lazy("Due in three days"),
    "Sales manager steps in": gettext_lazy("Sales manager steps in"),
    "Management is told": gettext_lazy("Management is told"),
}
"""Names we ship; names that people give are shown as they wrote them."""
PROBLEMS: Words = {
    "shape": gettext_lazy("A ladder is an object with a track and a list of stages."),
    "unknown_key": gettext_lazy("%(key)s is no setting here."),
    "format_unknown": gettext_lazy("This is not a ladder this version can read."),
    "track": gettext_lazy("The track is chase (the customer and calls) or alert (our own people)."),
    "stages_count": gettext_lazy("A ladder has 1 to %(most)s stages."),
    "rungs_count": gettext_lazy("With its repetitions the ladder has more than %(most)s rungs."),
    "stage_shape": gettext_lazy("A stage is an object."),
    "missing": gettext_lazy("This is needed."),
    "code": gettext_lazy("A code is lower case letters, digits and _, beginning with a letter, at most 30."),
    "code_twice": gettext_lazy("There is a stage with this code already."),
    "text": gettext_lazy("At most %(most)s characters in one line."),
    "whole": gettext_lazy("A whole number from %(low)s to %(high)s."),
    "yes_or_no": gettext_lazy("Either true or false."),
    "offsets_rise": gettext_lazy("Stages stand in the order of their days, and no two on the same day."),
    "audience": gettext_lazy("Nobody is called %(value)s."),
    "alert_outside": gettext_lazy("Alerts go to our own people, never to the customer."),
    "channels": gettext_lazy("Choose one or more different channels."),
    "channel_unfit": gettext_lazy("%(channel)s does not reach this audience."),
    "template_missing": gettext_lazy("A stage that writes needs a template."),
    "until_missing": gettext_lazy("A note before the due date says until when it makes sense."),
    "until_early": gettext_lazy("The last day lies before the first one."),
    "until_overdue": gettext_lazy(
        "Overdue stages do not expire; only notes before the due date have a last day."
    ),
    "amounts": gettext_lazy("Amounts are decimal texts by currency."),
    "currency": gettext_lazy("%(value)s is not a currency."),
    "amount": gettext_lazy("%(value)s is not an amount of %(currency)s."),
    "any_amount": gettext_lazy("For any currency only 0 can be said."),
    "importance": gettext_lazy("Importance is 1, 2 or 3."),
    "person_inside": gettext_lazy("Only what goes to the customer is released by a person."),
    "fee": gettext_lazy("A fee is fixed amounts, or a percentage of the open or the original amount."),
    "percent": gettext_lazy("A percentage above 0 and up to 100, with at most four decimals."),
    "cost_inside": gettext_lazy(
        "Only what goes to the customer can cost a fee, claim interest or set a deadline."
    ),
    "cost_early": gettext_lazy(
        "Before the due date there is no fee, no interest, no effect and no deadline."
    ),
    "effects": gettext_lazy("An effect is one of: %(known)s."),
    "repeat": gettext_lazy("A repetition says every how many days and how many times."),
    "repeat_terminal": gettext_lazy("A stage that ends the ladder does not repeat."),
    "repeat_early": gettext_lazy("Only an overdue stage repeats."),
    "repeat_short": gettext_lazy("It repeats sooner than its own gap or deadline allows."),
    "terminal_last": gettext_lazy("Only the last stage ends the ladder."),
}


def problem(found: Problem) -> str:
    """What is wrong at one place of a ladder."""
    return _told(found.code, found.figures)


def told(found: Mapping[str, Any]) -> str:
    """The same of a problem that a refusal carries."""
    return _told(found["code"], found["figures"])


def _told(code: str, figures: Mapping[str, Any]) -> str:
    channel = figures.get("channel")
    return str(PROBLEMS[code]) % {**figures, "channel": CHANNELS.get(str(channel), channel)}


def name(text: str) -> str:
    """A name, translated where it is one of ours."""
    return str(SHIPPED.get(text, text))


def stage_name(stage: Mapping[str, Any]) -> str:
    """How a stage is called: its name, else its code."""
    return name(stage.get("name", "")) or str(stage.get("code", ""))


def day(offset: int) -> str:
    """When a stage begins, seen from the due date."""
    if offset == 0:
        return _("On the due date")
    if offset < 0:
        return ngettext("%(n)s day before", "%(n)s days before", -offset) % {"n": -offset}
    return ngettext("%(n)s day after", "%(n)s days after", offset) % {"n": offset}


def days(count: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": count}


def channels(codes: Any) -> str:
    """Channels in the order in which they are tried."""
    return str(_(", else ").join(str(CHANNELS.get(code, code)) for code in codes))


def whom(assigned: Assigned, entity: str, customer: str) -> str:
    """Whom an assignment means, in words."""
    if assigned.customer is not None:
        who = customer
    elif assigned.segment:
        who = _("Segment %(name)s") % {"name": assigned.segment}
    elif assigned.risk_class:
        who = _("Class %(name)s") % {"name": assigned.risk_class}
    else:
        who = "" if assigned.entity is not None else _("Everybody else")
    if assigned.entity is None:
        return who
    return _("%(who)s at %(entity)s") % {"who": who, "entity": entity} if who else entity
