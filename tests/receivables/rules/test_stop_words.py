"""What a reply asks for, in eight languages: stops are never missed, business is never taken for a stop silently."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receivables.rules.stop_words import meaning

LAW = ["STOP", "QUIT", "END", "REVOKE", "OPT OUT", "CANCEL", "UNSUBSCRIBE"]
WORN = [
    "{}",
    "{}.",
    " {} !!",
    "please {}",
    "{} please",
    "«{}»",
    "{}\n",
    "ok, {}",
    "{} now",
    "\u200b{}",
    "{} thanks",
]


@pytest.mark.parametrize("worn", WORN)
@pytest.mark.parametrize("word", LAW)
def test_vectors_9_the_seven_words_stop_in_any_case_and_dress(word, worn):
    for text in (word, word.lower(), word.title()):
        assert meaning(worn.format(text)) == "stop"


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("STOP", "stop"),
        ("stop.", "stop"),
        ("停止", "stop"),
        ("UNSUBSCRIBE please", "stop"),
        ("START", "start"),
    ],
)
def test_bad_input_60_inbound_words(text, means):
    assert meaning(text) == means


@pytest.mark.parametrize(
    "text",
    [
        "do not text me",
        "Don't text me again",
        "Don’t contact me any more",
        "remove me",
        "remove me from your list",
        "Please stop all messages to me",
        "stop texting me",
        "take me off your list please",
        "leave me alone!",
        "opt-out",
        "S T O P",
        "S.T.O.P.",
        "ＳＴＯＰ",
        "stop it",
        "stop 12345",
        "cancel my subscription",
        "wrong number",
        "I revoke my consent",
        "Stopp",
        "Bitte keine SMS mehr",
        "abbestellen",
        "Hören Sie auf!",
        "bitte abmelden",
        "Arrêt",
        "arretez svp",
        "désabonner",
        "Ne m'envoyez plus de SMS",
        "s'il vous plaît, arrêtez",
        "por favor, dejen de escribirme",
        "baja",
        "no me envíen más mensajes",
        "afmelden aub",
        "stuur geen berichten meer",
        "uitschrijven",
        "basta",
        "non scrivetemi più",
        "annulla",
        "sair",
        "Não envie mais mensagens",
        "cancelar por favor",
        "退订",
        "退訂",
        "T",
        "td",
        "退订回T",
        "回复TD",
        "请停止",
        "停止发送短信",
        "不要再发了",
        "请勿打扰",
        "stop 谢谢",
    ],
)
def test_what_plainly_says_stop_is_a_stop(text):
    assert meaning(text) == meaning(text.upper()) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "cancel invoice 17?",
        "stop the delivery",
        "Lieferung stoppen",
        "we will pay at the end of the month",
        "end of month",
        "Ende März",
        "fin de mes",
        "don't stop",
        "bitte nicht stoppen",
        "stop, we already paid this invoice twice and your system does not see the payment",
        "I will stop by your office tomorrow",
        "stop by our office on Friday",
        "you said that it will stop",
        "do not send the goods before the invoice is corrected",
        "do not contact me about invoice 17",
        "取消订单",
        "货物停止在海关",
        "stop or start?",
        "We asked you three times already to send the tax invoice to the other office, please unsubscribe this number",
    ],
)
def test_a_stop_word_beside_business_goes_to_a_person(text):
    assert meaning(text) == "maybe"


@pytest.mark.parametrize(
    "text",
    [
        "the delivery stopped at customs",
        "paid yesterday",
        "thank you",
        "",
        "  …  ",
        "👍",
        "yes",
        "ok",
        "Wird am Freitag überwiesen",
        "fine, thanks",
        "please send the statement",
        "weekend",
        "nonstop",
        "已付款",
        "请在T日前确认",
        "please call me on 555 0100",
        "I cannot text",
    ],
)
def test_other_words_mean_nothing(text):
    assert meaning(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "start",
        "UNSTOP",
        "Start please",
        "opt in",
        "anmelden",
        "reprendre",
        "alta",
        "开始",
        "请恢复",
        "重新订阅",
    ],
)
def test_messages_begin_again_only_when_plainly_asked_for(text):
    assert meaning(text) == "start"


@pytest.mark.parametrize("text", ["please start with invoice 17", "we start on Monday", "开始付款了吗"])
def test_a_start_in_passing_is_none(text):
    assert meaning(text) is None


@pytest.mark.parametrize("text", ["HELP", "help me", "Info", "Hilfe!", "aide", "ayuda", "帮助"])
def test_help_is_help(text):
    assert meaning(text) == "help"


@settings(max_examples=300)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_with_the_word_stop_is_heard(before, after):
    assert meaning(f"{before} STOP {after}") in ("stop", "maybe")


@settings(max_examples=300)
@given(st.text(max_size=400))
def test_any_text_has_an_answer(text):
    assert meaning(text) in ("stop", "start", "help", "maybe", None)


def test_a_very_long_text_is_answered_from_its_beginning():
    assert meaning("stop " * 100_000) == "maybe"
    assert meaning("x" * 1_000_000) is None
