"""The writers: any text that was cleaned reads back equal, in every format."""

from __future__ import annotations

import json as stdlib_json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from lingr.render import answer, json, jsonp, xml
from lingr.render.tree import Hollow, Items, Tree
from lingr.text import clean

texts = st.text(st.characters(codec=None, exclude_categories=())).map(clean)
DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?><response>'
AWKWARD = "日本語 😀 </script><!-- ]]> &amp; \"two\" 'one' \\ / \u2028\u2029 \x7f\x85 \t\r\n"


def told(text: str) -> Tree:
    return {"status": "ok", "text": text, "texts": Items("text", [text, {"text": text}])}


def unwrapped(body: bytes, callback: str) -> object:
    call = re.fullmatch(rb"/\*\*/" + re.escape(callback.encode()) + rb"\((.*)\);", body)
    assert call is not None
    return stdlib_json.loads(call[1])


@settings(deadline=None)
@given(texts)
def test_text_reads_back_from_xml(text: str) -> None:
    body = answer(told(text), "xml").body
    root = etree.fromstring(body)
    assert body.startswith(DECLARATION)
    assert [element.text or "" for element in root.xpath("text | texts/text[1] | texts/text[2]/text")] == [
        text
    ] * 3


@settings(deadline=None)
@given(texts)
def test_text_reads_back_from_json(text: str) -> None:
    body = answer(told(text), "json").body
    assert body.startswith(b'{"status"')
    assert stdlib_json.loads(body) == {"status": "ok", "text": text, "texts": [text, {"text": text}]}


@settings(deadline=None)
@given(texts)
def test_text_reads_back_from_jsonp(text: str) -> None:
    body = answer(told(text), "json", "Lingr.callback12").body
    assert unwrapped(body, "Lingr.callback12") == {
        "status": "ok",
        "text": text,
        "texts": [text, {"text": text}],
    }
    assert not re.search("[\u2028\u2029]", body.decode())


@settings(deadline=None)
@given(texts)
def test_json_escapes_only_what_it_must(text: str) -> None:
    body = json.write({"status": text}).decode()
    literal = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    assert body == '{"status":"' + "".join(literal.get(character, character) for character in text) + '"}'


def test_awkward_text_in_every_format() -> None:
    tree: Tree = {"status": AWKWARD}
    assert etree.fromstring(xml.write(tree)).findtext("status") == AWKWARD
    assert stdlib_json.loads(json.write(tree)) == {"status": AWKWARD}
    assert unwrapped(jsonp.wrap(jsonp.escape(json.write(tree)), "f"), "f") == {"status": AWKWARD}


def test_a_tree_in_xml() -> None:
    tree: Tree = {
        "status": "ok",
        "yes": True,
        "no": False,
        "zero": 0,
        "blank": "",
        "none": Items("one"),
        "things": Items("thing", ["a", 1, True, Hollow({"id": "x"}, ("name", "icon"))]),
        "inner": {"a": "<b>"},
    }
    assert xml.write(tree) == DECLARATION + (
        b"<status>ok</status><yes>true</yes><no>false</no><zero>0</zero><blank/><none/>"
        b"<things><thing>a</thing><thing>1</thing><thing>true</thing>"
        b"<thing><id>x</id><name/><icon/></thing></things><inner><a>&lt;b&gt;</a></inner></response>"
    )
    assert json.write(tree) == (
        b'{"status":"ok","yes":true,"no":false,"zero":0,"blank":"","none":[],'
        b'"things":["a",1,true,{"id":"x"}],"inner":{"a":"<b>"}}'
    )


@pytest.mark.parametrize(
    ("format", "callback", "kind", "begins"),
    [
        ("xml", None, "application/xml; charset=utf-8", b"<?xml"),
        ("xml", "f", "application/xml; charset=utf-8", b"<?xml"),
        ("yaml", None, "application/xml; charset=utf-8", b"<?xml"),
        ("json", None, "text/javascript; charset=utf-8", b'{"status"'),
        ("json", "f", "text/javascript; charset=utf-8", b'/**/f({"status"'),
    ],
)
def test_answer_chooses_the_format(format: str, callback: str | None, kind: str, begins: bytes) -> None:
    rendered = answer({"status": "ok"}, format, callback)
    assert rendered.content_type == kind
    assert rendered.body.startswith(begins)


def test_one_escaped_body_serves_many_callbacks() -> None:
    escaped = jsonp.escape(json.write({"status": "a\u2028b—c"}))
    assert jsonp.wrap(escaped, "one") == '/**/one({"status":"a\\u2028b—c"});'.encode()
    assert jsonp.wrap(escaped, "two[0]") == '/**/two[0]({"status":"a\\u2028b—c"});'.encode()


@pytest.mark.parametrize(
    "name",
    ["f", "_", "$", "jQuery1234_5678", "Lingr.callback12", "window.top.cb", "cb[0]", "a.b[1].c", "f" * 128],
)
def test_callbacks(name: str) -> None:
    assert jsonp.is_callback(name)
    assert jsonp.wrap(b"{}", name) == f"/**/{name}({{}});".encode()


@pytest.mark.parametrize(
    "name",
    [
        "", " f", "f ", "f\n", "f\r\n", "f\x00", "1f", ".f", "[0]", "f()", "f(1)", "a;b", "a,b", "a-b", "a b",
        "a/b", "a=b", "a+b", 'a["b"]', "a['b']", "alert(1)//", "<script>", "f</script>", "f\u2028", "fü",
        "コールバック", "a\u0661", "f*/", "a\\u0062", "%66", "f" * 129,
    ],
)  # fmt: skip
def test_names_that_are_no_callbacks(name: str) -> None:
    assert not jsonp.is_callback(name)
    with pytest.raises(ValueError, match="not a callback"):
        jsonp.wrap(b"{}", name)


@settings(deadline=None)
@given(st.text(max_size=140))
def test_any_callback_is_made_of_harmless_characters(name: str) -> None:
    harmless = re.compile(r"[A-Za-z_$][A-Za-z0-9_$.\[\]]*\Z")
    assert jsonp.is_callback(name) == (len(name) <= 128 and harmless.match(name) is not None)
