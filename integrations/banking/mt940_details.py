"""The :86: field in the dialects banks speak: ?NN subfields, /CODE/ words, SEPA words, or free text."""

import re
from dataclasses import replace

from integrations.banking.port import StatementLine

_SUBFIELD = re.compile(r"\s*(\d{3})([^\w\s])(?=\d{2})")
_SEPA = re.compile(
    r"(EREF|KREF|MREF|BREF|RREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|RTRN|MDAT|ANAM|MTLG)[+:]\s?"
)
_SLASH = re.compile(
    r"/(TRTP|TRCD|IBAN|BIC|NAME|REMI|EREF|ORDP|BENM|CNTP|MARF|CSID|PREF|SVCL|RTRN|ULTC|ULTD|ULTB|PURP|ISDT|BUSP|ADDR|ACCW|EXCH|"
    r"CHGS|OCMT|ID|INIT|PY|NRTX|CDTRREF|CDTRREFTP|CD|USTD|STRD|SDEN|OPRP|DACC|DCID)/"
)
_NONE = ("NOTPROVIDED", "NOT PROVIDED", "NONREF", "NOREF")


def describe(line: StatementLine, body: str) -> StatementLine:
    """`line` with what the :86: adds: other side, references, text. Nothing of the text is lost."""
    found = _SUBFIELD.match(body)
    if found:
        return _subfields(line, body, found[1], found[2])
    flat = _unwrapped(body)
    if len(_SLASH.findall(flat)) > 1 or (flat.startswith("/") and _SLASH.match(flat)):
        return _slashes(line, flat)
    if _SEPA.match(flat):
        return _words(line, flat, flat)
    return replace(line, text=_joined(line.text, " ".join(body.split())))


def _unwrapped(body: str) -> str:
    """Lines are cut at 65 characters in the midst of words; shorter lines end where a word ends."""
    whole = ""
    for part in body.split("\n"):
        whole += part if len(part) >= 65 or not whole.strip() else part + " "
    return " ".join(whole.split()) if " " in whole else whole.strip()


def _subfields(line: StatementLine, body: str, code: str, mark: str) -> StatementLine:
    parts: dict[str, str] = {}
    for piece in re.split(re.escape(mark) + r"(?=\d{2})", body.replace("\n", ""))[1:]:
        parts[piece[:2]] = parts.get(piece[:2], "") + piece[2:]
    purpose = "".join(parts.get(f"{n:02d}", "") for n in (*range(20, 30), *range(60, 64)))
    name = (parts.get("32", "") + parts.get("33", "")).strip()
    account = parts.get("38", "").strip() or parts.get("31", "").strip()
    told = replace(
        line,
        payer_name=name or line.payer_name,
        payer_account="".join(account.split()) or line.payer_account,
        code=line.code or code,
        is_reversal=line.is_reversal,
    )
    return _words(told, purpose, parts.get("00", ""))


def _words(line: StatementLine, purpose: str, title: str) -> StatementLine:
    """SEPA words inside the purpose (EREF+, SVWZ+ ...); without any it is plain text."""
    pieces = _SEPA.split(purpose)
    words = {key: value.strip() for key, value in zip(pieces[1::2], pieces[2::2], strict=True)}
    plain = " ".join((words.get("SVWZ", "") if words else purpose).split())
    rest = " ".join(f"{key} {value}" for key, value in words.items() if key not in ("SVWZ", "EREF", "KREF"))
    lead = " ".join(pieces[0].split()) if words else ""
    return replace(
        line,
        end_to_end_id=_given(words.get("EREF", "")) or line.end_to_end_id,
        reference=line.reference or _given(words.get("KREF", "")),
        payer_name=line.payer_name or words.get("ANAM", ""),
        payer_account=line.payer_account or words.get("IBAN", ""),
        text=_joined(line.text, lead, plain, rest, title if title != purpose else ""),
    )


def _slashes(line: StatementLine, flat: str) -> StatementLine:
    pieces = _SLASH.split(flat)
    words: dict[str, str] = {}
    for key, value in zip(pieces[1::2], pieces[2::2], strict=True):
        words.setdefault(key, value.strip(" /"))
    party = (words.get("CNTP", "") + "///").split("/")
    remittance = words.get("REMI", "") or words.get("USTD", "") or words.get("STRD", "")
    return replace(
        line,
        end_to_end_id=_given(words.get("EREF", "")) or line.end_to_end_id,
        reference=line.reference or _given(words.get("CDTRREF", "") or words.get("PREF", "")),
        payer_name=words.get("NAME", "") or party[2].strip() or line.payer_name,
        payer_account="".join((words.get("IBAN", "") or party[0]).split()) or line.payer_account,
        text=_joined(line.text, remittance.removeprefix("USTD//").strip(" /"), "" if remittance else flat),
    )


def _given(reference: str) -> str:
    plain = " ".join(reference.split())
    return "" if plain.upper() in _NONE else plain


def _joined(*parts: str) -> str:
    return " ".join(dict.fromkeys(p.strip() for p in parts if p.strip()))
