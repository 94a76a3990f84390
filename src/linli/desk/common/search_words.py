"""Texts as tokens that both databases index alike: pairs of Han characters, pinyin, initials, words. Pure.

Every token is of a-z and 0-9 and begins with a letter that says its kind, so that neither database's own idea of a word
comes into play:

- `h` two Han characters side by side, `u` one (for a query of one);
- `p` the pinyin from a character on, `i` the initials from a character on: found by how they begin;
- `w` a word of any other script.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from pypinyin import lazy_pinyin

MOST_CHARACTERS = 20_000
_PINYIN_SYLLABLES, _INITIALS, _WORD = 6, 12, 40
_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003347f"
_PARTS = re.compile(rf"([{_HAN}]+)|([^\W_{_HAN}]+)")


def parts_of(text: str) -> Iterator[tuple[str, bool]]:
    """Split a text into runs of Han characters (True) and words of other scripts (False), folded."""
    folded = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).casefold().replace("ü", "v")
    bare = "".join(
        character
        for character in unicodedata.normalize("NFKD", folded)
        if not unicodedata.combining(character)
    )
    # Hangul and others were taken apart above; put together again what belongs together.
    for found in _PARTS.finditer(unicodedata.normalize("NFKC", bare)):
        yield (found[1], True) if found[1] else (found[2][:_WORD], False)


def tokens_of(text: str) -> list[str]:
    """Make the tokens by which a text is found; one that stands twice counts twice."""
    made: list[str] = []
    for part, is_han in parts_of(text):
        made += _han_tokens(part) if is_han else [_word(part)]
    return made


def _han_tokens(run: str) -> Iterator[str]:
    yield from (_unigram(character) for character in run)
    yield from (_bigram(first, second) for first, second in pairwise(run))
    syllables = [_latin(syllable) for syllable in lazy_pinyin(run)]
    for at in range(len(syllables)):
        rest = syllables[at:]
        if pinyin := "".join(rest[:_PINYIN_SYLLABLES]):
            yield f"p{pinyin}"
        if len(rest) > 1:
            yield "i" + "".join(syllable[:1] for syllable in rest[:_INITIALS])


def _latin(syllable: str) -> str:
    plain = unicodedata.normalize("NFKD", syllable.casefold().replace("ü", "v"))
    return "".join(letter for letter in plain if "a" <= letter <= "z")


def _hex(text: str) -> str:
    return text.encode().hex()


def _unigram(character: str) -> str:
    return f"u{_hex(character)}"


def _bigram(first: str, second: str) -> str:
    return f"h{_hex(first)}{_hex(second)}"


def _word(word: str) -> str:
    return f"w{word}" if word.isascii() else f"wx{_hex(word)}"


# One of these must be there; those that end in * need only begin so.
Alternatives = tuple[str, ...]


def wanted(words: str) -> list[Alternatives]:
    """Say what a thing's tokens must hold to be found by `words`: each group, by one of its alternatives."""
    groups: list[Alternatives] = []
    for part, is_han in parts_of(words[:200]):
        if is_han and len(part) == 1:
            groups.append((_unigram(part),))
        elif is_han:
            groups += [(_bigram(first, second),) for first, second in pairwise(part)]
        else:
            groups.append(_word_alternatives(part))
    return list(dict.fromkeys(groups))


def _word_alternatives(part: str) -> Alternatives:
    if part.isdigit():
        # Building 3 is not building 31.
        return (_word(part),)
    if not re.fullmatch("[a-z]+", part):
        return (f"{_word(part)}*",)
    # Initials of one character would be found everywhere.
    initials = (f"i{part}*",) if 1 < len(part) <= _INITIALS else ()
    return (f"{_word(part)}*", f"p{part}*", *initials)
