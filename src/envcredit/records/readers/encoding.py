"""Which characters the bytes of a text file are. The answer is stated in the arrival report."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 (BOM)"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_ESCAPED = re.compile("[\udc80-\udcff]")
_DAMAGED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufffd]")


def decoded(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding. Bytes that fit none become lone surrogates (``damaged`` finds them).

    A byte-order mark decides; else strict UTF-8; else strict GB18030; else whichever of the two damages less.
    """
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return data.decode(codec, "replace" if codec == "utf-16" else "surrogateescape"), name
    for codec, name in (("utf-8", "UTF-8"), ("gb18030", "GB18030")):
        try:
            return data.decode(codec), name
        except UnicodeDecodeError:
            continue
    either = [(data.decode(codec, "surrogateescape"), name) for codec, name in (("utf-8", "UTF-8"), ("gb18030", "GB18030"))]
    return min(either, key=lambda pair: len(_ESCAPED.findall(pair[0])))


def damaged(text: str) -> bool:
    """True when ``text`` holds undecoded bytes, replacement, control or private-use characters: not what was written."""
    return _DAMAGED.search(text) is not None


def visible(text: str) -> str:
    """The text with each undecoded byte written as ``\\xNN``, so that it can be stored and shown."""
    return _ESCAPED.sub(lambda found: f"\\x{ord(found[0]) - 0xDC00:02X}", text)
