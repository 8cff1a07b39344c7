"""ISO 4217: which currency codes exist and how many minor digits each has.

A table and one lookup; not names, not symbols, not rates. Funds codes with own digits (CLF, UYW) are in,
precious metals and test codes are not. Codes withdrawn in recent years stay, because old ledgers still carry
them.
"""

from receivables.rules.refusals import Refused

_TWO = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU
MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR
SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED
VES WST XAD XCD XCG YER ZAR ZMW ZWG
"""
_WITHDRAWN_TWO = "ANG BGN CUC HRK SLL STD VEF ZWL"
_ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"

EXPONENTS: dict[str, int] = {
    code: digits
    for digits, codes in ((2, _TWO), (2, _WITHDRAWN_TWO), (0, _ZERO), (3, _THREE), (4, _FOUR))
    for code in codes.split()
}
"""Minor digits by code, as ISO 4217 list one prints them."""


def exponent(currency: str) -> int:
    """Minor digits of `currency` (JPY 0, EUR 2, KWD 3). Refuses an unknown code (currency_unknown)."""
    try:
        return EXPONENTS[currency]
    except (KeyError, TypeError):
        raise Refused(
            "currency_unknown",
            f"{str(currency)[:20]!r} is not an ISO 4217 currency code such as EUR.",
            field="currency",
        ) from None
