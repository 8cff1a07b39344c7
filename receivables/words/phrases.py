"""Phrases that fill placeholders of messages to customers, in the recipient's language (`notice_words` holds the printed words).

A table and no catalogue: the recipient's language is not the reader's.
"""

from receivables.words import notice_words

PHRASES: dict[str, tuple[str, str, str, str]] = {
    "clause_contract": (
        "the payment terms of contract {ref}",
        "合同{ref}约定的付款条款",
        "den Zahlungsbedingungen des Vertrags {ref}",
        "les conditions de paiement du contrat {ref}",
    ),
    "clause": (
        "the payment terms agreed with you",
        "双方约定的付款条款",
        "den mit Ihnen vereinbarten Zahlungsbedingungen",
        "les conditions de paiement convenues avec vous",
    ),
    "opt_out": (
        "Reply STOP to end",
        "回复“停止”退订",
        "STOP antworten zum Beenden",
        "STOP pour ne plus recevoir",
    ),
    "department": ("Accounts receivable", "应收账款部", "Debitorenbuchhaltung", "Comptabilité clients"),
    "on_account": ("Not yet matched", "未核销款项", "Noch nicht zugeordnet", "Non encore affecté"),
}


def say(phrase: str, language: str, **figures: object) -> str:
    """One phrase in the language, English where it is not known."""
    text = PHRASES[phrase][notice_words.place(language)]
    for name, value in figures.items():
        text = text.replace("{" + name + "}", str(value))
    return text
