"""An answer's Markdown becomes HTML that can do nothing but be read."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guestchat.guest.markup import html
from tests.fuzz.payloads import PAYLOADS as SCRIPTS

ALLOWED = {"p", "br", "ul", "ol", "li", "strong", "em", "a"}


class Seen(HTMLParser):
    """The tags and attributes of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("", ""),
        ("Yes.", "<p>Yes.</p>"),
        ("**07:00** to *10:30*", "<p><strong>07:00</strong> to <em>10:30</em></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("a & b < c", "<p>a &amp; b &lt; c</p>"),
        ("# not a heading", "<p># not a heading</p>"),
        ("    not code", "<p>not code</p>"),
        (
            "[site](https://example.com/?a=1&b=2)",
            '<p><a href="https://example.com/?a=1&amp;b=2" rel="noopener noreferrer nofollow">site</a></p>',
        ),
        ("[call](tel:+4981)", '<p><a href="tel:+4981" rel="noopener noreferrer nofollow">call</a></p>'),
    ],
)
def test_what_answers_are_written_with(markdown: str, expected: str) -> None:
    assert html(markdown) == expected


PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![x](https://evil.example/pixel.png)",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](//evil.example)",
    "<a href='javascript:alert(1)'>x</a>",
    "<svg/onload=alert(1)>",
    "<iframe src=https://evil.example></iframe>",
    "<style>*{display:none}</style>",
    "<form action=https://evil.example><input name=text></form>",
    '[x](https://example.com "onmouseover=alert(1)")',
    '[x](https://example.com/"onmouseover="alert(1))',
    "<https://example.com/<script>>",
    "`<script>`",
    "```\n<script>\n```",
    "> <script>",
    "&lt;script&gt;",
    "&#x3c;script&#x3e;",
]


@pytest.mark.parametrize("payload", [*PAYLOADS, "[x](/admin/logout/)", "[x](..)", "[x](#top)", *SCRIPTS])
def test_nothing_gets_through_that_could_do_something(payload: str) -> None:
    for tag, attributes in Seen(html(payload)).tags:
        assert tag in ALLOWED
        assert attributes.keys() <= {"href", "rel"}
        assert str(attributes.get("href", "https:")).startswith(("http:", "https:", "mailto:", "tel:"))


@given(st.text(alphabet="<>[]()!*_-`#&;:\"'/ \n\tascript") | st.text())
def test_only_the_allowed_tags_ever(text: str) -> None:
    assert {tag for tag, _attributes in Seen(html(text)).tags} <= ALLOWED


@pytest.mark.parametrize("piece", ["*", "[", "![", "- ", "> ", "**a ", "[a](", "<", "&", "1. ", "_a_*"])
def test_long_nonsense_is_quick(piece: str) -> None:
    started = time.perf_counter()
    html(piece * (8_000 // len(piece)))
    assert time.perf_counter() - started < 2
