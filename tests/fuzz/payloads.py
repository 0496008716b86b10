"""Owns the script payloads: every way of writing a script into a text that the product's pages could fall for; pure.

Each would open a dialog where it ran, which is what the browser listens for.
"""

from itertools import product

_CALL = "alert(1)"
# How a text can leave the place where it stands: an element's text, an attribute, a script, a comment, Markdown.
_WAYS_OUT = ("", '">', "'>", "</textarea>", "</title>", "</script>", "-->", "]]>", "`>", "**", '\\">', "&quot;>")
_ELEMENTS = (
    f"<script>{_CALL}</script>",
    f"<ScRiPt>{_CALL}</sCrIpT >",
    f"<script\n>{_CALL}</script\n>",
    f"<img src=x onerror={_CALL}>",
    f"<svg/onload={_CALL}>",
    f"<svg><script>{_CALL}</script></svg>",
    f"<svg><animate onbegin={_CALL} attributeName=x dur=1s>",
    f"<math><mtext><img src=x onerror={_CALL}></math>",
    f"<iframe src=javascript:{_CALL}></iframe>",
    f"<iframe srcdoc='<script>{_CALL}</script>'></iframe>",
    f"<object data=javascript:{_CALL}>",
    f"<details open ontoggle={_CALL}>",
    f"<input autofocus onfocus={_CALL}>",
    f"<video><source onerror={_CALL}></video>",
    f"<body onload={_CALL}>",
    f"<form><button formaction=javascript:{_CALL}>x</button></form>",
    f"<style>@keyframes x{{}}</style><b style=animation-name:x onanimationstart={_CALL}>",
    f"<template><script>{_CALL}</script></template>",
    f"<noscript><p title='</noscript><img src=x onerror={_CALL}>'>",
    f"<base href=//127.0.0.1:9/><script src=x.js></script>{_CALL}",
    f"<meta http-equiv=refresh content='0;url=javascript:{_CALL}'>",
    f"<div x-data x-init='{_CALL}'>",
    f"<div hx-on::load='{_CALL}' hx-trigger=load hx-get=/livez>",
)
_OTHERS = (
    f"[x](javascript:{_CALL})",
    f"[x](JaVaScRiPt:{_CALL})",
    f"[x](java&#x09;script:{_CALL})",
    f"[x](&#106;avascript:{_CALL})",
    f"[x](data:text/html,<script>{_CALL}</script>)",
    f'![x](x"onerror="{_CALL})',
    f'[x](https://a.example "onmouseover={_CALL}")',
    f"<javascript:{_CALL}>",
    f"[a]: javascript:{_CALL}\n[a]",
    f"javascript:{_CALL}",
    f"{{{{constructor.constructor('{_CALL}')()}}}}",
    "{{7*7}}{% debug %}",
    f"${{{_CALL}}}",
    f"';{_CALL};//",
    f'";{_CALL};//',
    f"\\u003cscript\\u003e{_CALL}\\u003c/script\\u003e",
    f"&lt;script&gt;{_CALL}&lt;/script&gt;",
    f"\N{LINE SEPARATOR}{_CALL}//",
    f'" x-init="{_CALL}',
    f"' x-init='{_CALL}",
    f'" autofocus onfocus="{_CALL}',
    f"' onmouseover='{_CALL}",
    f"%3Cscript%3E{_CALL}%3C/script%3E",
    f"+ADw-script+AD4-{_CALL}+ADw-/script+AD4-",
)

PAYLOADS = (*(out + element for out, element in product(_WAYS_OUT, _ELEMENTS)), *_OTHERS)
