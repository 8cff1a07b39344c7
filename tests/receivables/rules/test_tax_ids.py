"""Tax ids: wrong shape is refused with the right one, a wrong check digit only warns."""

import json

import pytest

from receivables.rules.tax_id_formats import EU, FORMS
from receivables.rules.tax_ids import check, creditor_reference, iban, normalise

ALL_FORMS = [(country, form) for country, forms in FORMS.items() for form in forms]


@pytest.mark.parametrize(("country", "form"), ALL_FORMS, ids=lambda p: p if isinstance(p, str) else p.kind)
def test_every_example_is_itself_valid(country, form):
    found = check(country, form.example)
    assert (found.status, found.kind) == ("ok", form.kind)
    assert check(form.kind, form.example).status == "ok"


@pytest.mark.parametrize("country", sorted(FORMS))
def test_a_value_of_wrong_length_is_refused_with_the_right_format_and_an_example(country):
    found = check(country, "1")
    assert found.status == "refused"
    assert found.format_hint and found.example in found.message and found.format_hint in found.message


@pytest.mark.parametrize(
    ("country", "value", "status"),
    [
        ("DE", "DE136695976", "ok"),
        ("DE", "136 695 976", "ok"),
        ("DE", "DE 136-695-976", "ok"),
        ("DE", "DE136695978", "warning"),
        ("DE", "DE13669597", "refused"),
        ("DE", "DE13669597A", "refused"),
        ("DE", "", "refused"),
        ("de", "ｄｅ１３６６９５９７６", "ok"),
        ("FR", "40303265045", "ok"),
        ("FR", "FR40303265046", "warning"),
        ("EL", "EL094259216", "ok"),
        ("GR", "094259216", "ok"),
        ("eu_vat", "EL094259216", "ok"),
        ("eu_vat", "ATU13585627", "ok"),
        ("eu_vat", "U13585627", "refused"),
        ("eu_vat", "US123456789", "refused"),
        ("UK", "GB 980 7806 84", "ok"),
        ("GB", "980780685", "warning"),
        ("CH", "CHE-107.787.577 IVA", "ok"),
        ("CH", "107.787.577", "ok"),
        ("CH", "CHE-107.787.578", "warning"),
        ("NO", "NO 995 525 828 MVA", "ok"),
        ("US", "91-1144442", "ok"),
        ("US", "07-1144442", "warning"),
        ("US", "91-114444", "refused"),
        ("JP", "T5835678256246", "ok"),
        ("IN", "27AAPFU0939F1ZV", "ok"),
        ("IN", "27AAPFU0939F1ZX", "warning"),
        ("BR", "390.533.447-05", "ok"),
        ("CA", "123026635 RT 0001", "ok"),
        ("AU", "83 914 571 673", "ok"),
        ("AU", "83 914 571 674", "warning"),
    ],
)
def test_values_of_many_countries(country, value, status):
    assert check(country, value).status == status


def test_the_normalised_vat_id_carries_its_country():
    assert check("DE", "136 695 976").normalised == "DE136695976"
    assert check("GR", "094259216").normalised == "EL094259216"
    assert check("UK", "980 7806 84").normalised == "GB980780684"


def test_the_union_is_complete():
    assert len(EU) == 28  # 27 members and Northern Ireland


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("91350100M000100Y43", "ok"),
        ("9135 0100 M000 100Y 43", "ok"),
        ("９１３５０１００Ｍ０００１００Ｙ４３", "ok"),
        ("91350100m000100y43", "ok"),
        ("91350100M000100Y4Z", "warning"),
        ("91110000600037341L", "ok"),
        ("91110000600037341N", "warning"),
        ("9111000060003IOZSV", "refused"),
        ("A1110000600037341L", "refused"),
        ("12345", "refused"),
        ("110108600037341", "ok"),
        ("360426199101010071", "ok"),
        ("36042619910101007101", "ok"),
        ("1101086000373411", "refused"),
    ],
)
def test_VECTORS_8_chinese_taxpayer_ids(value, status):
    assert check("CN", value).status == status


def test_the_uscc_alone_takes_no_older_id():
    assert check("cn_uscc", "110108600037341").status == "refused"
    assert check("cn_uscc", "360426199101010071").status == "warning"
    assert check("cn_taxpayer", "110108600037341").status == "ok"


@pytest.mark.parametrize(
    ("group", "statuses"),
    [("valid", {"ok"}), ("invalid_format", {"refused"}), ("invalid_length", {"refused"})],
)
def test_VECTORS_8_the_shared_uscc_samples(shared, group, statuses):
    samples = json.loads((shared / "samples/tax_ids/tax_id_vectors.json").read_text())["cn_uscc"]
    assert {check("cn_uscc", value).status for value in samples[group]} == statuses
    assert {check("cn_uscc", value).status for value, _ in samples["invalid_checksum"]} == {"warning"}


def test_VECTORS_8_the_shared_creditor_references(shared):
    samples = json.loads((shared / "samples/tax_ids/tax_id_vectors.json").read_text())["iso11649_rf"]
    assert [v for v in samples["valid"] if creditor_reference(v).status != "ok"] == []
    assert [v for v in samples["invalid"] if creditor_reference(v).status != "refused"] == []


def test_a_country_without_a_known_format_accepts_with_a_note():
    found = check("QA", " ab-12 ")
    assert (found.status, found.normalised) == ("ok", "AB12")
    assert "QA" in found.message


@pytest.mark.parametrize("value", ["", "-", "x" * 41, "ab\x00cd"])
def test_even_an_unknown_country_refuses_nonsense(value):
    assert check("QA", value).status == "refused"


@pytest.mark.parametrize("value", ["\x00", "'; drop table", "🙂" * 9, "٣" * 18, "1" * 100_000])
def test_strange_text_never_breaks_the_check(value):
    found = check("CN", value)
    assert found.status == "refused"
    assert len(found.message) < 600


def test_separators_and_full_width_are_taken_out():
    assert normalise("ｃｈｅ－１０７．787/577 \u2013 x") == "CHE107787577X"


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("DE89 3704 0044 0532 0130 00", "ok"),
        ("de89370400440532013000", "ok"),
        ("GB82 WEST 1234 5698 7654 32", "ok"),
        ("DE88 3704 0044 0532 0130 00", "refused"),
        ("DE89 3704 0044 0532 0130", "refused"),
        ("XX89370400440532013000", "refused"),
        ("", "refused"),
    ],
)
def test_an_iban_with_a_wrong_digit_is_refused(value, status):
    assert iban(value).status == status


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("RF18539007547034", "ok"),
        ("rf18 5390 0754 7034", "ok"),
        ("RF18000000000539007547034", "ok"),
        ("RF17539007547034", "refused"),
        ("18539007547034RF", "refused"),
        ("RF18", "refused"),
        ("RF180000000005390075470340", "refused"),
        ("", "refused"),
    ],
)
def test_VECTORS_8_creditor_references(value, status):
    assert creditor_reference(value).status == status


def test_a_creditor_reference_with_leading_zeros_is_the_same_reference():
    short, long = creditor_reference("RF18539007547034"), creditor_reference("RF18000000000539007547034")
    assert short.normalised == long.normalised == "RF18539007547034"
