"""Tags for stretches of working time: "1 h 20 min left", "35 min over". They count nothing themselves."""

from datetime import timedelta

from django import template
from django.utils.translation import gettext as _

register = template.Library()


def words(length: timedelta | None) -> str:
    """ "1 h 20 min", "35 min", "3 h": whole minutes of working time, without sign; "" for None."""
    if length is None:
        return ""
    minutes = round(abs(length) / timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    if not rest or hours >= 10:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


@register.simple_tag
def span(length: timedelta | None) -> str:
    """`{% span row.spent %}` → 1 h 20 min."""
    return words(length)


@register.simple_tag
def time_left(left: timedelta | None) -> str:
    """`{% time_left row.left %}` → "1 h 20 min left" or "35 min over"."""
    if left is None:
        return ""
    said = {"time": words(left)}
    return _("%(time)s over") % said if left < timedelta() else _("%(time)s left") % said
