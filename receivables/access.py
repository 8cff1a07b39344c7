"""Asks the one access matrix about a person: shipped roles from code, composed roles from rows. It decides nothing itself.

Each floor brings its own table; settings.ACCESS_TABLES names them by dotted string.
"""

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from receivables.models import User
from receivables.rules import access as engine
from receivables.rules.refusals import Refused


@cache
def table() -> engine.Table:
    """The merged matrix of all floors, named by dotted string in settings.ACCESS_TABLES."""
    return engine.merge(import_string(name) for name in settings.ACCESS_TABLES)


def may(user: Any, verb: str) -> bool:
    """True when the user is active and one of their roles grants the verb."""
    if not (user and user.is_authenticated and user.is_active):
        return False
    if engine.may(table(), user.role_codes, verb):
        return True
    composed = [role.verbs for role in user.roles.all() if not role.shipped]
    return any(engine.grants(frozenset(verbs), verb) is not None for verbs in composed)


def require(user: Any, verb: str) -> None:
    """Refuses `forbidden` when the user may not."""
    if not may(user, verb):
        raise Refused(
            "forbidden",
            _("Your roles do not allow this. Ask an administrator for %(verb)s.") % {"verb": verb},
        )


def fields(user: User, noun: str) -> engine.FieldAccess:
    """Which fields of a noun the user may read and write: the same answer for pages, API and exports.

    A composed role carries verbs and no field rules: where it may do more with the noun than view it, it opens its fields.
    """
    composed = {
        role.code: frozenset(verb for verb in role.verbs if not verb.endswith(".view"))
        for role in user.roles.all()
        if not role.shipped
    }
    known = engine.merge([table(), engine.Table(composed)]) if composed else table()
    return engine.fields(known, user.role_codes, noun)
