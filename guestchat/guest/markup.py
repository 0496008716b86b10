"""Owns turning an answer's Markdown into HTML that is safe to show: a short allow-list, nothing else; pure."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

_TAGS = {"p", "br", "ul", "ol", "li", "strong", "em", "a"}
# The star is every tag: without it the cleaner lets titles and languages through as well.
_ATTRIBUTES = {"a": {"href"}, "*": set[str]()}
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False}).disable(
    ["image", "heading", "lheading", "fence", "code", "blockquote", "hr", "html_block", "html_inline", "backticks"]
)


@lru_cache(maxsize=2048)
def html(text: str) -> str:
    """Return an answer as HTML; links lead only to the web, e-mail and the telephone."""
    return nh3.clean(
        _markdown.render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        url_relative="deny",  # also `//elsewhere`, and addresses of our own that a guest should not be led to
        link_rel="noopener noreferrer nofollow",
    ).strip()
