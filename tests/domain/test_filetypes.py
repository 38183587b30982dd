"""Which files are taken: real beginnings of each kind, and the ways to smuggle something else in."""

from __future__ import annotations

import gzip
import io
import unicodedata
import zipfile
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.core.errors import UnsupportedType
from helpdesk.domain import filetypes
from helpdesk.domain.filetypes import CONTENT_TYPES, HEAD_BYTES, clean_filename, content_disposition, sniff


def _zip(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


def _odf(kind: str) -> bytes:
    return _zip({"mimetype": CONTENT_TYPES[kind].encode(), "content.xml": b"<office/>"})


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c626001000000ffff0300000600055"
    "7bfabd40000000049454e44ae426082"
)
GIF = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb004300")
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
OOXML = _zip({"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"<Relationships/>"})
WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webmB\x87\x81\x04"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + bytes(50)
ELF = b"\x7fELF\x02\x01\x01" + bytes(57)
MACHO = b"\xcf\xfa\xed\xfe\x07\x00\x00\x01" + bytes(24)

GOOD = {
    "png": PNG,
    "jpg": JPEG,
    "jpeg": JPEG,
    "gif": GIF,
    "webp": WEBP,
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
    "txt": "Der Drucker im 3. Stock druckt nicht. Größe A4 🖨\n".encode(),
    "log": b"\x1b[31mERROR\x1b[0m 2026-11-24 <script> tag in a log line, <?php too\n",
    "csv": "name;größe\r\nMüller;3\r\n".encode("latin-1"),
    "md": b"<p align=center>\n\n# Title\n",
    "json": b'  {"a": "<svg>"}\n',
    "doc": OLE,
    "xls": OLE,
    "ppt": OLE,
    "msg": OLE,
    "docx": OOXML,
    "xlsx": OOXML,
    "pptx": OOXML,
    "odt": _odf("odt"),
    "ods": _odf("ods"),
    "odp": _odf("odp"),
    "zip": OOXML,
    "7z": b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(24),
    "gz": gzip.compress(b"log"),
    "eml": b"Received: from a by b\r\nFrom: a@example.com\r\n\r\n<html><body>mail</body></html>",
    "mp4": b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41",
    "webm": WEBM,
    "mov": b"\x00\x00\x00\x14ftypqt  \x20\x05\x03\x00qt  ",
}


def test_every_allowed_kind_has_a_sample() -> None:
    assert set(GOOD) == set(CONTENT_TYPES)


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_real_files_are_taken(kind: str) -> None:
    assert sniff(f"Report.{kind.upper()}", GOOD[kind]) == CONTENT_TYPES[kind]
    assert sniff(f"a.{kind}", GOOD[kind], CONTENT_TYPES[kind] + "; charset=x") == CONTENT_TYPES[kind]
    assert sniff(f"a.{kind}", GOOD[kind], "application/octet-stream") == CONTENT_TYPES[kind]


_FAMILY = {
    **dict.fromkeys(["doc", "xls", "ppt", "msg"], "ole"),
    "jpg": "jpeg",
    "mp4": "movie",
    "mov": "movie",
}
_FAMILY |= dict.fromkeys(["docx", "xlsx", "pptx", "zip"], "zip")
_TEXT = {"txt", "log", "csv", "md", "json", "eml"}
_WRONG = [
    (kind, other)
    for kind in GOOD
    for other in GOOD
    if _FAMILY.get(kind, kind) != _FAMILY.get(other, other)
    and not (kind in _TEXT and other in _TEXT)
    and not (kind == "zip" and other in ("odt", "ods", "odp"))  # those are honest ZIP archives
]


@pytest.mark.parametrize(("kind", "content"), _WRONG)
def test_content_of_another_kind_is_refused(kind: str, content: str) -> None:
    with pytest.raises(UnsupportedType):
        sniff(f"a.{kind}", GOOD[content])


@pytest.mark.parametrize(
    "name", ["a.svg", "a.html", "a.exe", "a.js", "a.sh", "a.php", "a", ".png", "a.png.exe", "a."]
)
def test_extensions_outside_the_list_are_refused(name: str) -> None:
    with pytest.raises(UnsupportedType) as caught:
        sniff(name, PNG)
    assert caught.value.status == 415


HOSTILE = {
    "svg": SVG,
    "svg behind a mark and blanks": b"\xef\xbb\xbf \r\n\t" + SVG,
    "svg behind a declaration": b'<?xml version="1.0"?>\n<!-- x -->\n' + SVG,
    "svg with a prefix": b'<x:svg xmlns:x="http://www.w3.org/2000/svg"/>',
    "svg by its document type": b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">\n<svg/>',
    "svg behind a document type with entities": b'<!DOCTYPE x [<!ENTITY a "b">]><svg/>',
    "svg in utf-16": SVG.decode().encode("utf-16"),
    "svg behind a comment that fills the head": b"<!--" + b"x" * HEAD_BYTES,
    "svg behind blanks that fill the head": b" " * HEAD_BYTES,
    "html": b"<!DOCTYPE html><p>hello",
    "html in capitals": b"\n <HTML><BODY onload=alert(1)>",
    "html behind a comment": b"<!-- a -->\n<html>",
    "script": b"<script>alert(1)</script>",
    "script with a slash": b"<script/src=//x.example>",
    "php": b"<?php system('id'); ?>",
    "php short": b"<?= `id` ?>",
    "asp": b"<% execute %>",
    "shell": b"#!/bin/sh\nid\n",
    "shell behind a mark": b"\xef\xbb\xbf#!/usr/bin/env python3\n",
    "batch": b"@echo off\r\ndel *\r\n",
    "postscript": b"%!PS-Adobe-3.0\n",
    "windows program": EXE,
    "linux program": ELF,
    "mac program": MACHO,
    "java class": b"\xca\xfe\xba\xbe\x00\x00\x00\x34",
    "nul": b"a\x00b",
    "utf-32": "<svg/>".encode("utf-32"),
    "broken utf-8 behind a mark": b"\xef\xbb\xbf\xff\xfe\xfd",
}


@pytest.mark.parametrize("kind", sorted(GOOD))
@pytest.mark.parametrize("content", sorted(HOSTILE))
def test_hostile_content_is_refused_under_every_name(kind: str, content: str) -> None:
    with pytest.raises(UnsupportedType):
        sniff(f"harmless.{kind}", HOSTILE[content])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.gif", b"GIF89a/*" + bytes(8) + b"*/=1;alert(1)"),
        ("a.gif", b"GIF89a=alert(1)//"),
        ("a.gif", GIF + b"<script>alert(1)</script>"),
        ("a.jpg", JPEG + b"\xff\xfe\x00\x20<?php system($_GET[0]); ?>"),
        ("a.png", PNG + b"<SVG onload=alert(1)>"),
        ("a.png", b"\x89PNG\r\n\x1a\n<html>"),
        ("a.webp", b"RIFF\x00\x00\x00\x00WEBP<script>"),
        ("a.pdf", b"<script>/*%PDF-1.4*/"),
        ("a.docx", _odf("odt")),
        ("a.odt", _odf("ods")),
        ("a.mp4", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"),
        ("a.jpg", b"\xff\xd8\xff"),
        ("a.png", b""),
        ("a.json", b"alert(1)"),
        ("a.eml", b"no header here"),
        ("a.txt", b"<div onclick=x>"),
    ],
)
def test_polyglots_and_fakes(name: str, content: bytes) -> None:
    with pytest.raises(UnsupportedType):
        sniff(name, content)


@pytest.mark.parametrize(
    ("name", "content", "declared", "fine"),
    [
        ("a.csv", b"a;b", "application/vnd.ms-excel", True),
        ("a.log", b"x", "text/plain; charset=utf-8", True),
        ("a.md", b"# x", "text/x-markdown", True),
        ("a.json", b"{}", "text/plain", True),
        ("a.docx", OOXML, "application/zip", True),
        ("a.jpg", JPEG, "image/pjpeg", True),
        ("a.zip", OOXML, "application/x-zip-compressed", True),
        ("a.png", PNG, "", True),
        ("a.png", PNG, "image/jpeg", False),
        ("a.png", PNG, "image/svg+xml", False),
        ("a.png", PNG, "text/html; charset=utf-8", False),
        ("a.txt", b"x", "TEXT/HTML", False),
        ("a.txt", b"x", "application/javascript", False),
        ("a.pdf", GOOD["pdf"], "application/zip", False),
        ("a.zip", OOXML, "application/x-msdownload", False),
        ("a.txt", b"x", "application/xhtml+xml", False),
    ],
)
def test_declared_type(name: str, content: bytes, declared: str, fine: bool) -> None:
    if fine:
        assert sniff(name, content, declared)
    else:
        with pytest.raises(UnsupportedType):
            sniff(name, content, declared)


def test_a_character_cut_by_the_end_of_the_head_is_no_binary() -> None:
    head = ("ü" * HEAD_BYTES).encode()[: HEAD_BYTES + 1][1:]
    whole = ("a" + "ü" * HEAD_BYTES).encode()[:HEAD_BYTES]
    assert sniff("a.txt", whole) == "text/plain"
    assert sniff("a.txt", head) == "text/plain"  # Latin-1 then, still text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Screenshot 1.png", "Screenshot 1.png"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\shot.png", "shot.png"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("\u200b.htaccess", "htaccess"),
        ("a\u200b.p\u200dng", "a.png"),
        ("a\r\nSet-Cookie: x.png", "aSet-Cookie: x.png"),
        ("e\u0301.png", "\u00e9.png"),
        ("a\u00a0b\u2028c.txt", "a b c.txt"),
        ("x.png. . .", "x.png"),
        ("", "file"),
        ("///", "file"),
        ("\x00\x1f", "file"),
        ("\ud800.png", "png"),
    ],
)
def test_names_are_cleaned(typed: str, kept: str) -> None:
    assert clean_filename(typed) == kept


def test_a_long_name_keeps_its_extension() -> None:
    kept = clean_filename("ä" * 400 + ".docx")
    assert len(kept) == 255
    assert kept.endswith("ä.docx")
    assert len(clean_filename("x" * 400)) == 255
    assert len(clean_filename("x." + "y" * 400)) == 255


@given(st.text())
def test_any_name_becomes_a_safe_label(name: str) -> None:
    kept = clean_filename(name)
    assert 1 <= len(kept) <= 255
    assert not any(c in "/\\" or unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in kept)
    assert clean_filename(kept) == kept
    header = content_disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert unquote(header.split("filename*=UTF-8''")[1]) == kept


@given(st.binary(max_size=200), st.sampled_from(sorted(CONTENT_TYPES)))
def test_any_bytes_get_an_answer(head: bytes, kind: str) -> None:
    try:
        answer = sniff(f"a.{kind}", head)
    except UnsupportedType:
        return
    assert answer == CONTENT_TYPES[kind]


def test_pictures_alone_are_shown_inline() -> None:
    assert all(kind.startswith("image/") for kind in filetypes.INLINE_TYPES)
    assert "image/svg+xml" not in filetypes.INLINE_TYPES
