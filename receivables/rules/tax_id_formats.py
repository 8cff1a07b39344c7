"""How tax ids look, country by country: pattern, words for it, an example that is valid, who checks the
digits.

A table, sources: python-stdnum's modules (which name the authorities' papers), GB 32100-2015 for China. What
to say about a given value is decided in `tax_ids`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of id: `pattern` (whole value, after normalising), `hint` in words, `checker` = module of
    stdnum or "".

    `prefix` is put in front when it is missing; `strip` is what the checker wants removed from the front.
    """

    kind: str
    pattern: str
    hint: str
    example: str
    checker: str = ""
    prefix: str = ""
    strip: str = ""


def _eu(country: str, pattern: str, hint: str, example: str, checker: str) -> Form:
    return Form(
        "eu_vat", country + pattern, f"{country} and {hint}", country + example, checker, country, country
    )


_EU = {
    "AT": _eu("AT", r"U[0-9]{8}", "U and 8 digits", "U13585627", "at.uid"),
    "BE": _eu("BE", r"[01]?[0-9]{9}", "10 digits, the first 0 or 1", "0403019261", "be.vat"),
    "BG": _eu("BG", r"[0-9]{9,10}", "9 or 10 digits", "175074752", "bg.vat"),
    "CY": _eu("CY", r"[0-9]{8}[A-Z]", "8 digits and a letter", "10259033P", "cy.vat"),
    "CZ": _eu("CZ", r"[0-9]{8,10}", "8 to 10 digits", "25123891", "cz.dic"),
    "DE": _eu("DE", r"[0-9]{9}", "9 digits", "136695976", "de.vat"),
    "DK": _eu("DK", r"[0-9]{8}", "8 digits", "13585628", "dk.cvr"),
    "EE": _eu("EE", r"[0-9]{9}", "9 digits", "100931558", "ee.kmkr"),
    "GR": _eu("EL", r"[0-9]{9}", "9 digits", "094259216", "gr.vat"),
    "ES": _eu(
        "ES", r"[0-9A-Z][0-9]{7}[0-9A-Z]", "9 characters, 7 digits in the middle", "A28015865", "es.nif"
    ),
    "FI": _eu("FI", r"[0-9]{8}", "8 digits", "20774740", "fi.alv"),
    "FR": _eu(
        "FR", r"[0-9A-HJ-NP-Z]{2}[0-9]{9}", "2 characters (no I, no O) and 9 digits", "40303265045", "fr.tva"
    ),
    "HR": _eu("HR", r"[0-9]{11}", "11 digits", "33392005961", "hr.oib"),
    "HU": _eu("HU", r"[0-9]{8}", "8 digits", "12892312", "hu.anum"),
    "IE": _eu(
        "IE", r"[0-9][0-9A-Z+*][0-9]{5}[A-Z]{1,2}", "7 characters and 1 or 2 letters", "6433435F", "ie.vat"
    ),
    "IT": _eu("IT", r"[0-9]{11}", "11 digits", "00743110157", "it.iva"),
    "LT": _eu("LT", r"([0-9]{9}|[0-9]{12})", "9 or 12 digits", "119511515", "lt.pvm"),
    "LU": _eu("LU", r"[0-9]{8}", "8 digits", "15027442", "lu.tva"),
    "LV": _eu("LV", r"[0-9]{11}", "11 digits", "40003521600", "lv.pvn"),
    "MT": _eu("MT", r"[0-9]{8}", "8 digits", "11679112", "mt.vat"),
    "NL": _eu("NL", r"[0-9]{9}B[0-9]{2}", "9 digits, B and 2 digits", "004495445B01", "nl.btw"),
    "PL": _eu("PL", r"[0-9]{10}", "10 digits", "8567346215", "pl.nip"),
    "PT": _eu("PT", r"[0-9]{9}", "9 digits", "501964843", "pt.nif"),
    "RO": _eu("RO", r"[0-9]{2,10}", "2 to 10 digits", "18547290", "ro.cf"),
    "SE": _eu("SE", r"[0-9]{12}", "12 digits, the last two 01", "123456789701", "se.vat"),
    "SI": _eu("SI", r"[0-9]{8}", "8 digits", "50223054", "si.ddv"),
    "SK": _eu("SK", r"[0-9]{10}", "10 digits", "2022749619", "sk.dph"),
    "XI": _eu(
        "XI", r"([0-9]{9}|[0-9]{12}|GD[0-4][0-9]{2}|HA[5-9][0-9]{2})", "9 or 12 digits", "980780684", "gb.vat"
    ),
}

# Whatever stands in the last place of a USCC is a check character: a wrong one warns, even a letter never
# used.
CN_USCC = Form(
    "cn_uscc",
    r"[1-9NY][0-9A-HJ-NP-RTUWXY][0-9]{6}[0-9A-HJ-NP-RTUWXY]{9}[0-9A-Z]",
    "18 characters: 2 for the registering body, 6 digits of region, 10 more; letters without I, O, S, V, Z",
    "91350100M000100Y43",
    "cn.uscc",
)
_CN_15 = Form(
    "cn_taxpayer15", r"[0-9]{6}[0-9A-Z]{9}", "15 characters: 6 digits of region, 9 more", "110108600037341"
)
_CN_PERSON = Form(
    "cn_person18", r"[0-9]{17}[0-9X]", "18 characters of an identity card", "360426199101010071", "cn.ric"
)
_CN_20 = Form("cn_taxpayer20", r"[0-9]{17}[0-9X][0-9]{2}", "20 characters", "36042619910101007101")
_UID = Form(
    "ch_uid", r"CHE[0-9]{9}(MWST|TVA|IVA|TPV|HR)?", "CHE and 9 digits", "CHE107787577", "ch.uid", "CHE"
)
_GB = Form(
    "gb_vat",
    r"GB([0-9]{9}|[0-9]{12}|GD[0-4][0-9]{2}|HA[5-9][0-9]{2})",
    "GB and 9 digits (12 for a branch)",
    "GB980780684",
    "gb.vat",
    "GB",
    "GB",
)

FORMS: dict[str, tuple[Form, ...]] = {
    **{country: (form,) for country, form in _EU.items()},
    "GB": (_GB,),
    "CH": (_UID,),
    "LI": (_UID,),
    "NO": (
        Form(
            "no_org",
            r"(NO)?[0-9]{9}(MVA)?",
            "9 digits, MVA when registered for VAT",
            "988077917",
            "no.orgnr",
            "",
            "NO",
        ),
    ),
    "IS": (Form("is_vsk", r"[0-9]{5,6}", "5 or 6 digits", "00621", "is_.vsk", "", "IS"),),
    "RS": (Form("rs_pib", r"[0-9]{9}", "9 digits", "101134702", "rs.pib"),),
    "UA": (Form("ua_edrpou", r"[0-9]{8}", "8 digits", "32855961", "ua.edrpou"),),
    "RU": (Form("ru_inn", r"([0-9]{10}|[0-9]{12})", "10 or 12 digits", "7707083893", "ru.inn"),),
    "TR": (
        Form("tr_vkn", r"[0-9]{10}", "10 digits", "4540536920", "tr.vkn"),
        Form("tr_tckimlik", r"[0-9]{11}", "11 digits for a person", "17291716060", "tr.tckimlik"),
    ),
    "CN": (CN_USCC, _CN_15, _CN_PERSON, _CN_20),
    "HK": (Form("hk_br", r"[0-9]{8}([0-9]{3})?", "8 digits of the business registration", "12345678"),),
    "TW": (Form("tw_ubn", r"[0-9]{8}", "8 digits", "00501503", "tw.ubn"),),
    "JP": (
        Form(
            "jp_cn", r"T?[0-9]{13}", "13 digits, T in front for invoices", "5835678256246", "jp.cn", "", "T"
        ),
    ),
    "KR": (Form("kr_brn", r"[0-9]{10}", "10 digits", "1168200276", "kr.brn"),),
    "IN": (
        Form(
            "in_gstin",
            r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][0-9A-Z]{3}",
            "15 characters: 2 digits of the state, 10 of the PAN, 3 more",
            "27AAPFU0939F1ZV",
            "in_.gstin",
        ),
    ),
    "SG": (
        Form(
            "sg_uen",
            r"([0-9]{8,9}[A-Z]|[RST][0-9]{2}[A-Z]{2}[0-9]{4}[A-Z])",
            "8 or 9 digits and a letter, or R/S/T, 2 digits, 2 letters, 4 digits, a letter",
            "00192200M",
            "sg.uen",
        ),
    ),
    "TH": (Form("th_tin", r"[0-9]{13}", "13 digits", "1234545678781", "th.tin"),),
    "VN": (Form("vn_mst", r"[0-9]{10}([0-9]{3})?", "10 digits, 13 for a branch", "0100233488", "vn.mst"),),
    "ID": (Form("id_npwp", r"[0-9]{15,16}", "15 or 16 digits", "013000666091000", "id.npwp"),),
    "PH": (
        Form("ph_tin", r"[0-9]{9}([0-9]{3}|[0-9]{5})?", "9 digits, 12 or 14 with the branch", "123456789"),
    ),
    "AU": (Form("au_abn", r"[0-9]{11}", "11 digits (ABN)", "83914571673", "au.abn"),),
    "NZ": (Form("nz_ird", r"[0-9]{8,9}", "8 or 9 digits", "49091850", "nz.ird"),),
    "AE": (Form("ae_trn", r"[0-9]{15}", "15 digits", "100123456700003"),),
    "SA": (Form("sa_vat", r"3[0-9]{13}3", "15 digits, 3 at both ends", "300000000000003"),),
    "IL": (Form("il_hp", r"[0-9]{9}", "9 digits", "516179157", "il.hp"),),
    "ZA": (Form("za_tin", r"[0-9]{10}", "10 digits", "0001339050", "za.tin"),),
    "US": (Form("us_ein", r"[0-9]{9}", "9 digits, written 12-3456789", "91-1144442", "us.ein"),),
    "CA": (
        Form(
            "ca_bn",
            r"[0-9]{9}(R[A-Z][0-9]{4})?",
            "9 digits, or 15 characters such as 123026635RT0001",
            "123026635",
            "ca.bn",
        ),
    ),
    "MX": (
        Form(
            "mx_rfc",
            r"[A-Z&Ñ]{3,4}[0-9]{6}[0-9A-Z]{3}",
            "3 or 4 letters, 6 digits, 3 characters",
            "GODE561231GR8",
            "mx.rfc",
        ),
    ),
    "BR": (
        Form("br_cnpj", r"[0-9A-Z]{12}[0-9]{2}", "14 characters (CNPJ)", "16.727.230/0001-97", "br.cnpj"),
        Form("br_cpf", r"[0-9]{11}", "11 digits for a person (CPF)", "390.533.447-05", "br.cpf"),
    ),
    "AR": (Form("ar_cuit", r"[0-9]{11}", "11 digits", "20-05536168-2", "ar.cuit"),),
    "CL": (
        Form(
            "cl_rut", r"[0-9]{7,8}[0-9K]", "8 or 9 characters, the last a digit or K", "76086428-5", "cl.rut"
        ),
    ),
    "CO": (Form("co_nit", r"[0-9]{8,16}", "8 to 16 digits", "2131234321", "co.nit"),),
}
"""Accepted forms by ISO country; the first is the one to suggest."""

ALIASES = {"EL": "GR", "UK": "GB"}
EU = frozenset(_EU)
