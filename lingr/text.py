"""What may be said: text that every format can carry.

XML 1.0 has no way to write most control characters, not even escaped, so one such character said over
JSON would break the answer of every XML reader in the room. They are taken out at the door.
"""

from __future__ import annotations

import re
import unicodedata

from lingr.values import Tag

_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# White space of all scripts, line separators included, and the control characters that cleaning leaves.
_GAP = re.compile(r"[\s\x7f-\x9f]+")
# The closing quote is optional, so that a forgotten one ends with the text.
_TAG = re.compile(r'"([^"]*)"?|([^"\s]+)')
_TERM = re.compile(r'"([^"]*)"?|([^"\s,、]+)')


def clean(text: str) -> str:
    """The text without the characters that XML 1.0 cannot hold.

    These are the control characters below U+0020 except TAB, LF and CR, the surrogates, U+FFFE and
    U+FFFF. Everything else stays as it is.
    """
    return _UNSAYABLE.sub("", text)


def line(text: str) -> str:
    """The text as one line, for nicknames and names of things.

    It is cleaned, every run of white space, line separators and control characters becomes one space,
    and none is left at the ends. The result may be empty.
    """
    return _GAP.sub(" ", clean(text)).strip(" ")


def parse_tags(text: str) -> tuple[Tag, ...]:
    """The tags of a room, from one text as the ``tags`` parameter carries them.

    Tags are separated by white space, and double quotes keep spaces inside a tag: ``jazz "late night"``
    is two tags. A quote that is never closed reaches to the end of the text. A tag's ``name`` is what
    was typed as `folded_tag` has it; of tags with the same name the first one counts.
    """
    tags: dict[str, Tag] = {}
    for quoted, plain in _TAG.findall(line(text)):
        shown = (quoted or plain).strip(" ")
        name = folded_tag(shown)
        if name and name not in tags:
            tags[name] = Tag(name, shown)
    return tuple(tags.values())


def folded(text: str) -> str:
    """The text as searches compare it: letter case, widths and runs of white space make no difference."""
    # Folding case can undo the normal form.
    once = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", once).split())


def folded_tag(name: str) -> str:
    """A tag's name as it is compared: folded, and without spaces."""
    # Without the spaces, letters and marks may meet that have a normal form together.
    return folded(folded(name).replace(" ", ""))


def parse_terms(text: str) -> tuple[str, ...]:
    """What is searched for, from one text as the ``q`` parameter carries it: each term folded, and once.

    Terms are separated by commas and white space, and double quotes keep both inside a term.
    """
    found = ((quoted or plain).strip() for quoted, plain in _TERM.findall(folded(clean(text))))
    return tuple(dict.fromkeys(term for term in found if term))
