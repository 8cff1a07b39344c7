"""Tags for the parts a page is built of: panels, tiles, tabs, headers of columns, empty states, confirmation, lists, pager."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from receivables.questions import staffing
from receivables.words import refusal_words

register = template.Library()


@register.filter
def spoken(sentence: str) -> str:
    """`{{ problem.message|spoken }}`: an English sentence of the rules or of a reader of files, in the reader's language."""
    return refusal_words.said(sentence)


@register.simple_block_tag
def panel(content: str, title: str = "", note: str = "", id: str = "", padded: bool = True) -> SafeString:
    """`{% panel "Open items" note="5 of 11" %}…{% endpanel %}`; `padded=False` for a table that touches the edges."""
    head = format_html(
        '<header class="panel-h"><h2>{}</h2>{}</header>',
        title,
        format_html('<span class="mut">{}</span>', note) if note else "",
    )
    body = format_html('<div class="panel-b">{}</div>', content) if padded else content
    mark = format_html(' id="{}"', id) if id else ""
    return format_html('<section class="panel"{}>{}{}</section>', mark, head if title else "", body)


@register.simple_tag
def button(
    label: str, url: str = "", *, key: str = "", tone: str = "", name: str = "", value: str = ""
) -> SafeString:
    """A link when it has a `url`, else a submit button. `tone`: go (one per view), bad, quiet, small; `key` prints its key."""
    looks = format_html("btn{}", f" {tone}" if tone else "")
    keyed = format_html(' data-key="{}" aria-keyshortcuts="{}"', key, key) if key else ""
    hint = format_html(" <kbd>{}</kbd>", key) if key else ""
    if url:
        return format_html('<a class="{}" href="{}"{}>{}{}</a>', looks, url, keyed, label, hint)
    named = format_html(' name="{}" value="{}"', name, value) if name else ""
    return format_html('<button type="submit" class="{}"{}{}>{}{}</button>', looks, named, keyed, label, hint)


@register.simple_block_tag(takes_context=True)
def confirm(
    context: Context,
    content: str,
    label: str,
    *,
    action: str = "",
    yes: str = "",
    key: str = "",
    tone: str = "",
) -> SafeString:
    """A button that opens into a question where it stands: `{% confirm "Cancel" action=url yes="Cancel it" key="x" %}`.

    The block holds the sentence that says what will happen, and any fields. It is posted to `action` with the CSRF token.
    """
    return mark_safe(  # noqa: S308 - rendered by a template, which escaped its parts
        render_to_string(
            "components/confirm.html",
            {
                "content": content,
                "label": label,
                "action": action,
                "yes": yes or label,
                "key": key,
                "tone": tone,
            },
            request=context.get("request"),
        )
    )


@register.inclusion_tag("components/kpi.html")
def kpi(
    label: str,
    value: Any,
    *,
    note: str = "",
    tone: str = "",
    url: str = "",
    trend: Iterable[int] | None = None,
) -> dict[str, Any]:
    """One tile inside `<div class="kpis">`. `value` is text or the result of a tag (`{% money m c as v %}`); tone up or down."""
    return {
        "label": label,
        "value": value,
        "note": note,
        "tone": tone,
        "url": url,
        "trend": list(trend or ()),
    }


@register.inclusion_tag("components/tabs.html")
def tabs(entries: Iterable[Mapping[str, Any]], label: str = "") -> dict[str, Any]:
    """Tabs that are links: entries {"label", "url", "on": bool, "count": int or None}."""
    return {"entries": list(entries), "label": label}


@register.simple_tag(takes_context=True)
def sort_th(context: Context, label: str, field: str, num: bool = False) -> SafeString:
    """A column header that sorts through `?sort=field` / `?sort=-field`; goes back to the first page."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    now = query.get("sort", "")
    query["sort"] = f"-{field}" if now == field else field
    for page_key in ("after", "before"):
        query.pop(page_key, None)
    order = {field: "ascending", f"-{field}": "descending"}.get(now, "")
    sorted_by = format_html(' aria-sort="{}"', order) if order else ""
    return format_html(
        '<th scope="col"{}{}><a href="?{}">{}</a></th>',
        mark_safe(' class="num"') if num else "",
        sorted_by,
        query.urlencode(),
        label,
    )


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(
    context: Context,
    next_key: Any = None,
    prev_key: Any = None,
    shown: int | None = None,
    total: int | None = None,
) -> dict[str, Any]:
    """Older and newer by key: links `?after=KEY` / `?before=KEY` that keep the filters."""
    query = context["request"].GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    links = {}
    for name, key in (("after", next_key), ("before", prev_key)):
        with_key = query.copy()
        with_key[name] = str(key)
        links[name] = "" if key is None else "?" + with_key.urlencode()
    return {"next_url": links["after"], "prev_url": links["before"], "shown": shown, "total": total}


@register.inclusion_tag("components/empty.html")
def empty_state(title: str, text: str = "", action: str = "", url: str = "", key: str = "") -> dict[str, Any]:
    """What belongs here, how it comes here, and the one action that begins it."""
    return {"title": title, "text": text, "action": action, "url": url, "key": key}


@register.inclusion_tag("components/details.html")
def detail_list(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Label and value pairs; a value may be the result of a tag. An empty value shows a dash."""
    return {"pairs": list(pairs)}


@register.inclusion_tag("components/timeline.html", takes_context=True)
def timeline(context: Context, events: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Newest first: events {"at": datetime, "who", "text", "detail", "tone", "url"}; only `at` and `text` are needed.

    `who` may be a user name: it is shown as the person's name.
    """
    rows = list(events)
    names = staffing.names_of(who for row in rows if (who := row.get("who")))
    shown = [{**row, "who": names.get(row.get("who", ""), row.get("who", ""))} for row in rows]
    return {"events": shown, "shell": context.get("shell")}


@register.inclusion_tag("components/icon.html")
def icon(name: str) -> dict[str, str]:
    """One of the few line icons (inbox, check, document, coins, people, chart, menu, search, close, more)."""
    return {"name": name}
