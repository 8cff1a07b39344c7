"""What a reply asks of us: no more messages (stop), messages again (start), help, or perhaps a stop that a person must read.

47 CFR 64.1200(a)(10): STOP, QUIT, END, REVOKE, OPT OUT, CANCEL, UNSUBSCRIBE and whatever plainly says the same revoke
consent. A doubtful short message is a stop; a longer one that holds such a word is "maybe": nothing is sent until a person
has read it. What follows from the answer is not decided here.
"""

import re
import unicodedata
from typing import Literal

Meaning = Literal["stop", "start", "help", "maybe"]
_SHORT, _SENTENCE = 4, 12
_SHORT_CHINESE = 8
_LONGEST = 2000


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|"))


# Words that can hardly mean anything else in a reply to a message (accents are taken off before comparing).
_STRONG = _words(
    "stop stopp stopall unsubscribe unsub optout abmelden abbestellen austragen afmelden uitschrijven arret arreter"
    " arretez desabonner desinscrire desinscription desabonnement disiscrivimi disiscrivi disiscrizione descadastrar"
    " parar pare detener"
)
# Stops when they stand alone (or with what messages are called); next to other words they may speak of business.
_WEAK = _words(
    "quit end revoke cancel remove ende beenden kundigen widerruf widerrufe stoppen fin annuler retirer baja alto basta"
    " cancelar cancela sair remover annulla cancella rimuovi einde annuleren stoppez t td 0000"
)
_START = frozenset(
    _phrases(
        "start|unstop|subscribe|resume|opt in|optin|anmelden|wieder anmelden|commencer|reprendre|empezar|comenzar|alta"
        "|aanmelden|hervatten|inizia|riprendi|iniciar|comecar|recomecar|voltar"
    )
)
_HELP = frozenset(_phrases("help|info|help me|hilfe|aide|ayuda|hulp|aiuto|ajuda"))
_POLITE = _words(
    "please pls plz thanks thank you thx now kindly ok hi hello sir all immediately bitte danke sofort jetzt alle svp"
    " merci gracias ya todo todos alstublieft aub dank grazie subito tutti obrigado obrigada agora tudo"
)
_POLITE_PHRASES = _phrases("s il vous plait|por favor|per favore|per piacere|se faz favor|s il te plait")
_MESSAGES = _words(
    "me this that it texts text texting texto textos txt sms message messages messaging msg msgs email emails mail mails"
    " mailing contact contacting contacto calls calling call reminders reminder subscription notifications sending diese"
    " dies nachricht nachrichten erinnerungen anrufe ces ce messages rappels appels les l los las el mensaje mensajes"
    " avisos berichten herinneringen de het deze messaggi messaggio i gli le mensagens mensagem o os as envio invio your"
    " the my from to"
)
_PLAIN = _phrases(
    "do not text|dont text|do not message|dont message|do not contact|dont contact|do not call|dont call|do not email"
    "|dont email|do not write|dont write|do not send|dont send|never text|never contact|no more texts|no more messages"
    "|no more sms|no more emails|no more calls|stop texting|stop sending|stop messaging|stop calling|stop contacting"
    "|stop writing|stop emailing|stop bothering|remove me|remove my number|remove this number|delete my number"
    "|take me off|leave me alone|opt out|opt me out|opting out|unsubscribe me|i revoke|revoke my consent|withdraw my consent"
    "|wrong number"
    "|keine nachrichten mehr|keine sms mehr|keine mails mehr|nicht mehr schreiben|nicht mehr kontaktieren|nicht mehr anrufen"
    "|nicht mehr anschreiben|lassen sie mich in ruhe|lass mich in ruhe|horen sie auf|hor auf|schreiben sie mir nicht"
    "|schreiben sie mir nicht mehr|aus dem verteiler|meine nummer loschen"
    "|ne m envoyez plus|ne plus envoyer|ne me contactez plus|ne m ecrivez plus|plus de messages|plus de sms"
    "|laissez moi tranquille|retirez moi|supprimez mon numero|ne plus me contacter|ne m appelez plus"
    "|no me escriba|no me escriban|no me envie|no me envien|no mas mensajes|no me contacte|no me contacten|darme de baja"
    "|dar de baja|darse de baja|deme de baja|dejen de|no enviar mas|no me llamen|borren mi numero"
    "|niet meer sturen|geen berichten meer|geen sms meer|stuur geen|niet meer contacteren|laat me met rust|meld me af"
    "|niet meer bellen"
    "|non scrivetemi|non mi scrivete|non inviatemi|non inviare piu|basta messaggi|niente messaggi|non contattatemi"
    "|lasciatemi in pace|cancellatemi|cancellami|rimuovetemi|non chiamatemi"
    "|nao envie|nao envie mais|nao enviem|nao me envie|nao me contacte|nao quero receber|nao quero mais|parem de|pare de"
    "|remova me|remover me|me remova|retirem me|nao me ligue"
)
_NOT = _words("dont not never nicht kein keine pas jamais nunca niet non nao no cannot cant")
_STOP_CHINESE = _phrases(
    "退订|退訂|取消订阅|取消訂閱|停止发送|停止發送|停止短信|停止簡訊|停止打扰|停止打擾|停止联系|停止聯繫|停止接收|停发|停發"
    "|不要再发|不要再發|别再发|別再發|不要发|不要發|别发了|別發了|不要再联系|不要再聯繫|勿打扰|勿打擾|勿扰|勿擾|拒收"
    "|不要给我发|不要給我發|不再接收"
)
_WEAK_CHINESE = _phrases("停止|取消|结束|終止|终止|停")
_START_CHINESE = frozenset(_phrases("开始|開始|恢复|恢復|订阅|訂閱|重新订阅|重新訂閱|恢复短信"))
_HELP_CHINESE = frozenset(_phrases("帮助|幫助|帮忙|幫忙"))
_POLITE_CHINESE = re.compile("^(请|請|麻烦|麻煩|你好|您好|回复|回復)+|(谢谢|謝謝|吧|了|啊)+$")
_CHINESE = re.compile("[\u3400-\u9fff]")


def meaning(text: str) -> Meaning | None:
    """ "stop", "start", "help", "maybe" (a person must read it before anything else is sent), or None."""
    plain = _plain(text)
    if _CHINESE.search(plain):
        return _chinese(plain.replace(" ", ""), _CHINESE.sub(" ", plain).split())
    words = _spelt(plain.split())
    bare = _bare(words)
    if not bare:
        return "stop" if words and set(words) & _STRONG else None
    joined = " ".join(bare)
    if joined in _START:
        return "start"
    if joined in _HELP:
        return "help"
    return _stop(words, bare)


def _stop(words: list[str], bare: list[str]) -> Meaning | None:
    strong, weak = bool(set(bare) & _STRONG), bool(set(bare) & _WEAK)
    said = _says_plainly(words)
    if not (strong or weak or said):
        return None
    if len(words) > _SENTENCE or (said and _names_business(words)):
        return "maybe"
    if said:
        return "stop"
    rest = [word for word in bare if word not in _STRONG | _WEAK | _MESSAGES]
    if not rest:
        return "stop"
    edges = {bare[0], bare[-1]}
    turned_round = not (_NOT | _START).isdisjoint(words)
    if edges & _STRONG and len(words) <= _SHORT and not turned_round and not _names_business(rest):
        return "stop"
    return "maybe"


# With one of these beside it, "stop" and "cancel" may be about the business; a person decides.
_BUSINESS = _words(
    "invoice invoices order orders delivery deliveries shipment payment payments cheque check contract interest fee fees"
    " po production rechnung rechnungen bestellung lieferung zahlung vertrag auftrag facture factures commande livraison"
    " paiement contrat factura facturas pedido entrega pago contrato factuur facturen bestelling levering betaling fattura"
    " fatture ordine consegna pagamento contratto fatura faturas encomenda"
)


def _names_business(words: list[str]) -> bool:
    return not _BUSINESS.isdisjoint(words)


def _says_plainly(words: list[str]) -> bool:
    """A phrase that asks for silence, in whole words."""
    text = f" {' '.join(words)} "
    return any(f" {phrase} " in text for phrase in _PLAIN)


def _chinese(text: str, latin: list[str]) -> Meaning | None:
    bare = _POLITE_CHINESE.sub("", text)
    if bare in _START_CHINESE:
        return "start"
    if bare in _HELP_CHINESE:
        return "help"
    if bare in _WEAK_CHINESE or bare in _WEAK:
        return "stop"
    if any(phrase in bare for phrase in _STOP_CHINESE) or not _STRONG.isdisjoint(latin):
        return "stop" if len(bare) <= 2 * _SHORT_CHINESE else "maybe"
    return "maybe" if any(phrase in bare for phrase in _WEAK_CHINESE[:-1]) else None


def _bare(words: list[str]) -> list[str]:
    """Without politeness."""
    text = f" {' '.join(words)} "
    for phrase in _POLITE_PHRASES:
        text = text.replace(f" {phrase} ", " ")
    return [word for word in text.split() if word not in _POLITE]


def _spelt(words: list[str]) -> list[str]:
    """S T O P and O P T - O U T are words."""
    if len(words) > 2 and all(len(word) == 1 for word in words):
        return ["".join(words)]
    return words


def _plain(text: str) -> str:
    """Lower case, without accents, marks, invisible characters and apostrophes (don't = dont); signs are gaps."""
    wide = unicodedata.normalize("NFKD", text[:_LONGEST]).casefold()
    shown = "".join(c for c in wide if unicodedata.category(c) not in ("Mn", "Cf"))
    return " ".join(re.sub(r"[^\w]|_", " ", re.sub(r"(?<=n)['’`´](?=t\b)", "", shown)).split())
