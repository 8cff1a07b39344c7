"""Late interest in words: why nothing can be claimed, questions and answers of the laws, names of laws and rates."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from dunning.rules.interest_packs import Pack, Question, shipped
from receivables import localised
from receivables.rules.notice_facts import InterestFacts

ANSWERS: dict[str, str | Promise] = {
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
    "business": gettext_lazy("a small or medium business"),
    "large_business": gettext_lazy("a large enterprise"),
    "consumer": gettext_lazy("a consumer"),
    "public_body": gettext_lazy("a government body"),
    "public_institution": gettext_lazy("a public institution"),
    "us_federal_agency": gettext_lazy("a US federal agency"),
    "other": gettext_lazy("somebody else"),
}
AGREED = "agreed"


def in_language(said: Mapping[str, str]) -> str:
    """The text of a pack in the reader's language, else in English."""
    return said["zh" if (get_language() or "en").startswith("zh") else "en"]


def pack_name(code: str) -> str:
    """The name of a law; "nothing is claimed" for none."""
    if not code:
        return _("Nothing is claimed")
    return in_language(shipped()[code].name) if code in shipped() else code


def choices_of(question: Question) -> list[tuple[str, str]]:
    """What may be answered: what any pack accepts to that question, and the opposite."""
    known = {
        answer
        for pack in shipped().values()
        for q in pack.applies_when
        if q.fact == question.fact
        for answer in q.one_of
    }
    known |= {"yes", "no"} if known <= {"yes", "no"} else {"other"}
    return [(code, str(words)) for code, words in ANSWERS.items() if code in known]


def why(reason: str, pack: Pack | None) -> str:
    """Why nothing is claimed, or why an item is left out."""
    code, _colon, fact = reason.partition(":")
    asked = next((in_language(q.ask) for q in (pack.applies_when if pack else ()) if q.fact == fact), "")
    if code == "fact_missing":
        if fact == AGREED:
            return _("The agreed rate is not known yet.")
        return _("A question of the law is not answered yet: %(question)s") % {"question": asked}
    if code == "not_applicable":
        return _("The law does not apply, because of the answer to: %(question)s") % {"question": asked}
    return str(REASONS.get(code, code))


REASONS: dict[str, str | Promise] = {
    "no_pack": gettext_lazy(
        "No law or agreement was chosen for this customer or entity: nothing is claimed."
    ),
    "nothing_late": gettext_lazy("Nothing was paid late, or all of it was claimed before."),
    "not_in_force": gettext_lazy("The law was not in force yet when the item fell due."),
    "in_dispute": gettext_lazy("In dispute: it is claimed when the dispute is settled, or never."),
    "charged_before": gettext_lazy("Claimed before, up to the last day."),
}

SAID_BY: dict[str, str | Promise] = {
    "customer": gettext_lazy("chosen for this customer"),
    "entity": gettext_lazy("the entity's default"),
    "nobody": gettext_lazy("nobody chose one"),
}


def cover(facts: InterestFacts, *, reference: str) -> tuple[str, str]:
    """Subject and text of the message that carries a note, in its reader's language."""
    with override("zh-hans" if facts.language.startswith("zh") else facts.language):
        total = localised.money(facts.total.minor, facts.currency, language=facts.language)
        subject = _("Interest note %(number)s") % {"number": facts.number}
        lines = [
            _("Dear %(name)s,") % {"name": facts.customer.contact or facts.customer.name},
            _("some of our invoices were paid late or are still open. For the delay we claim %(total)s.")
            % {"total": total},
            _("The attached note %(number)s shows how each amount was reached, and where to pay.")
            % {"number": facts.number},
            facts.rule,
            facts.entity.name,
        ]
    return f"{subject} · {reference}", "\n\n".join(lines) + "\n"
