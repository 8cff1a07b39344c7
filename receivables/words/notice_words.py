"""The few words that messages, letters and statements print around a template's text, in the recipient's language.

A table of its own and no catalogue: the recipient's language is not the reader's, and German and French customers are written to
although no page speaks German or French. `say` falls back to English; it decides nothing.
"""

LANGUAGES = ("en", "zh-hans", "de", "fr")

WORDS: dict[str, tuple[str, str, str, str]] = {
    "amount_due": ("Amount due", "应付金额", "Offener Betrag", "Montant dû"),
    "due_since": ("Due since", "到期日", "Fällig seit", "Échu depuis le"),
    "due": ("Due", "到期日", "Fällig", "Échéance"),
    "late_by": ("{days} late", "已逾期{days}", "{days} überfällig", "{days} de retard"),
    "due_on": ("Due on", "到期日", "Fällig am", "Échéance"),
    "invoice": ("Invoice", "发票号", "Rechnung", "Facture"),
    "invoice_date": ("Date", "开票日期", "Datum", "Date"),
    "original": ("Amount", "原金额", "Betrag", "Montant"),
    "open": ("Open", "未付金额", "Offen", "Solde"),
    "late": ("Days late", "逾期天数", "Tage überfällig", "Jours de retard"),
    "total": ("Total", "合计", "Summe", "Total"),
    "grand_total": ("Total including charges", "含附加费用合计", "Summe mit Nebenforderungen", "Total, frais compris"),
    "in_dispute": ("in dispute, not in the total", "争议中，未计入", "in Klärung, nicht in der Summe", "contesté, hors total"),
    "disputed": (
        "in dispute, not part of this request",
        "争议中，不在本次请求之列",
        "in Klärung, hier nicht angemahnt",
        "contesté, hors de cette demande",
    ),
    "and_more": ("and {n} more", "另有 {n} 项", "und {n} weitere", "et {n} autres"),
    "interest": ("Late interest", "逾期利息", "Verzugszinsen", "Intérêts de retard"),
    "fixed_sum": (
        "Fixed sum for recovery costs",
        "追收费用定额补偿",
        "Verzugspauschale",
        "Indemnité forfaitaire de recouvrement",
    ),
    "fee": ("Reminder fee", "催告费", "Mahngebühr", "Frais de relance"),
    "pay": ("Pay now", "立即付款", "Jetzt bezahlen", "Payer maintenant"),
    "open_page": ("Open the page", "打开页面", "Seite öffnen", "Ouvrir la page"),
    "pay_to": ("Please pay to", "收款账户", "Bankverbindung", "Coordonnées bancaires"),
    "holder": ("Account holder", "户名", "Kontoinhaber", "Titulaire"),
    "bank": ("Bank", "开户银行", "Bank", "Banque"),
    "account": ("Account", "账号", "Konto", "Compte"),
    "payment_reference": ("Payment reference", "付款附言", "Verwendungszweck", "Référence de paiement"),
    "of": ("of", "原", "von", "sur"),
    "reference": ("Reference", "编号", "Aktenzeichen", "Référence"),
    "letter_number": ("Letter no.", "函件编号", "Schreiben Nr.", "Courrier n°"),
    "note_number": ("Note no.", "通知单编号", "Abrechnung Nr.", "Note n°"),
    "case_number": ("Case no.", "案件编号", "Fall Nr.", "Dossier n°"),
    "date": ("Date", "日期", "Datum", "Date"),
    "customer_code": ("Customer no.", "客户编号", "Kundennr.", "N° client"),
    "your_contact": ("Your contact", "联系人", "Ihr Kontakt", "Votre contact"),
    "phone": ("Telephone", "电话", "Telefon", "Téléphone"),
    "email": ("E-mail", "电子邮箱", "E-Mail", "E-mail"),
    "tax_id": ("Tax ID", "税号", "USt-IdNr.", "N° TVA"),
    "page": ("Page {page} of {pages}", "第 {page} 页，共 {pages} 页", "Seite {page} von {pages}", "Page {page} sur {pages}"),
    "attention": ("Attn. {name}", "收件人：{name}", "z. Hd. {name}", "À l'attention de {name}"),
    "pay_by": ("Payable by", "付款期限", "Zahlbar bis", "À payer avant le"),
    "signature": ("Signature", "签字", "Unterschrift", "Signature"),
    "opt_out": (
        "You receive this message because of a business relationship with {entity}.",
        "您因与{entity}的业务往来收到此邮件。",
        "Sie erhalten diese Nachricht aufgrund Ihrer Geschäftsbeziehung mit {entity}.",
        "Vous recevez ce message en raison de votre relation commerciale avec {entity}.",
    ),
    "opt_out_link": (
        "Do not send me payment e-mails",
        "不再接收付款邮件",
        "Keine Zahlungsmails mehr senden",
        "Ne plus recevoir ces e-mails",
    ),
    "statement": ("Statement of account", "对账单", "Kontoauszug", "Relevé de compte"),
    "period": ("Period", "期间", "Zeitraum", "Période"),
    "opening": ("Balance brought forward", "期初余额", "Anfangssaldo", "Solde initial"),
    "closing": ("Closing balance", "期末余额", "Endsaldo", "Solde final"),
    "movement": ("Movement", "业务类型", "Vorgang", "Mouvement"),
    "document": ("Document", "单据号", "Beleg", "Pièce"),
    "debit_credit": ("Amount", "发生额", "Betrag", "Montant"),
    "balance": ("Balance", "余额", "Saldo", "Solde"),
    "open_items": ("Open items", "未清项目", "Offene Posten", "Postes ouverts"),
    "no_items": ("Nothing is open.", "没有未清项目。", "Es ist nichts offen.", "Aucun poste ouvert."),
    "no_lines": (
        "No movements in this period.",
        "本期无业务发生。",
        "Keine Vorgänge im Zeitraum.",
        "Aucun mouvement sur la période.",
    ),
    "confirm": (
        "If the balance differs from your books, please tell us within 14 days.",
        "如与贵方账面不符，请于14日内告知我们。",
        "Weicht der Saldo von Ihren Büchern ab, teilen Sie es uns bitte innerhalb von 14 Tagen mit.",
        "Si le solde diffère de vos livres, merci de nous le signaler sous 14 jours.",
    ),
    "interest_note": ("Interest note", "利息通知单", "Zinsabrechnung", "Note d'intérêts"),
    "basis": ("Basis", "计算依据", "Grundlage", "Fondement"),
    "rate_source": ("Source of the rate", "利率来源", "Quelle des Zinssatzes", "Source du taux"),
    "from": ("From", "起", "Von", "Du"),
    "until": ("Until", "止", "Bis", "Au"),
    "days": ("Days", "天数", "Tage", "Jours"),
    "principal": ("Principal", "本金", "Hauptforderung", "Principal"),
    "rate": ("Rate % a year", "年利率 %", "Zins % p. a.", "Taux annuel %"),
    "base": ("Year base", "年基数", "Jahresbasis", "Base annuelle"),
    "derivation": ("How the interest was worked out", "利息计算过程", "Berechnung der Zinsen", "Calcul des intérêts"),
    "formula": (
        "Interest = principal × rate × days ÷ days of the year, rounded once per invoice; the lines add up to it.",
        "利息 = 本金 × 年利率 × 天数 ÷ 年基数，每张发票只四舍五入一次，各行之和与之相等。",
        "Zinsen = Hauptforderung × Zinssatz × Tage ÷ Tage des Jahres, je Rechnung einmal gerundet; die Zeilen ergeben sie.",
        "Intérêts = principal × taux × jours ÷ jours de l'année, arrondis une fois par facture ; les lignes y totalisent.",
    ),
    "hand_over": ("Hand-over of a claim", "债权移交单", "Übergabe einer Forderung", "Transmission d'une créance"),
    "to": ("To", "接收方", "An", "À"),
    "creditor": ("Creditor", "债权人", "Gläubiger", "Créancier"),
    "debtor": ("Debtor", "债务人", "Schuldner", "Débiteur"),
    "claim": ("The claim", "债权明细", "Die Forderung", "La créance"),
    "history": ("What was done so far", "已采取的措施", "Bisherige Schritte", "Démarches effectuées"),
    "step": ("Step", "措施", "Schritt", "Démarche"),
    "paper": ("Paper", "文件", "Unterlage", "Pièce"),
    "papers": ("Papers in this pack", "随附文件", "Beiliegende Unterlagen", "Pièces jointes"),
    "remarks": ("Remarks", "备注", "Anmerkungen", "Remarques"),
    "handed_over": ("Handed over", "移交人", "Übergeben", "Remis par"),
    "received": ("Received", "接收人", "Erhalten", "Reçu par"),
    "copies": ("Copies", "份数", "Anzahl", "Nombre"),
}  # fmt: skip

KINDS: dict[str, tuple[str, str, str, str]] = {
    "invoice": ("Invoice", "发票", "Rechnung", "Facture"),
    "payment": ("Payment", "付款", "Zahlung", "Paiement"),
    "credit_note": ("Credit note", "贷项通知单", "Gutschrift", "Avoir"),
    "refund": ("Refund", "退款", "Erstattung", "Remboursement"),
    "reversal": ("Payment returned", "付款冲销", "Rückbuchung", "Paiement annulé"),
    "write_off": ("Adjustment", "调整", "Ausbuchung", "Ajustement"),
    "recovery": ("Adjustment", "调整", "Ausbuchung", "Ajustement"),
    "transfer": ("Transfer", "转户", "Umbuchung", "Transfert"),
    "discount": ("Discount", "折扣", "Skonto", "Escompte"),
    "reschedule": ("New due date", "新到期日", "Neuer Fälligkeitstag", "Nouvelle échéance"),
    "opening": ("Opening balance", "期初结转", "Eröffnungssaldo", "Solde d'ouverture"),
    "charge": ("Fee or interest", "费用或利息", "Gebühr oder Zinsen", "Frais ou intérêts"),
    "waiver": ("Waiver", "减免", "Erlass", "Remise"),
}

COUNTED: dict[str, tuple[tuple[str, str], ...]] = {
    "invoices": (
        ("{n} invoice", "{n} invoices"),
        ("{n}张发票",) * 2,
        ("{n} Rechnung", "{n} Rechnungen"),
        ("{n} facture", "{n} factures"),
    ),
    "days": (("{n} day", "{n} days"), ("{n}天",) * 2, ("{n} Tag", "{n} Tage"), ("{n} jour", "{n} jours")),
}  # fmt: skip


def place(language: str) -> int:
    """Which column a language reads: its own, that of its main part ("de-at" reads "de"), else English."""
    code = language.lower().replace("_", "-")
    if code.startswith("zh"):
        return LANGUAGES.index("zh-hans")
    main = code.split("-")[0]
    return LANGUAGES.index(main) if main in LANGUAGES else 0


def say(word: str, language: str, **figures: object) -> str:
    """One word or sentence in the language."""
    text = WORDS[word][place(language)]
    for name, value in figures.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def kind(code: str, language: str) -> str:
    """A movement's kind; a code without words is shown as it is."""
    found = KINDS.get(code)
    return found[place(language)] if found else code.replace("_", " ").capitalize()


def counted(word: str, n: int, language: str) -> str:
    """ "1 invoice", "3 invoices", "3张发票"; French counts nought and one alike."""
    where = place(language)
    one = n in (0, 1) if LANGUAGES[where] == "fr" else n == 1
    return COUNTED[word][where][0 if one else 1].replace("{n}", str(n))


def everything(language: str) -> dict[str, str]:
    """All words in one language: what the typeset papers are handed."""
    return {word: texts[place(language)] for word, texts in WORDS.items()}
