"""One message of each channel, and a moment that does not run, for tests of the port."""

from dataclasses import replace
from datetime import UTC, datetime

from integrations.messaging import port
from integrations.messaging.port import Outgoing

NOW = datetime(2026, 3, 31, 12, 0, tzinfo=UTC)
TOKEN = "tok-0123456789abcdef"
MAIL = Outgoing(
    token=TOKEN,
    channel=port.EMAIL,
    sender="ar@acme.example",
    sender_name="Acme GmbH, Forderungen",
    recipient="anna@globex.example",
    recipient_name="Anna Muster",
    subject="Invoice 4711 is due (Ref 7K3QX2)",
    text="Dear Anna,\nplease pay 1,190.00 EUR.",
    html="<p>Dear Anna</p>",
    reference="7K3QX2",
    language="en",
)
TEXT = replace(
    MAIL,
    channel=port.SMS,
    sender="",
    recipient="+4915112345678",
    subject="",
    html="",
    text="Invoice 4711 is due. Ref 7K3QX2",
    callback_url=f"https://due.example/hooks/twilio/{TOKEN}",
)
LETTER = replace(MAIL, channel=port.LETTER, recipient="Globex AG\nHauptstr. 1\n10115 Berlin")
