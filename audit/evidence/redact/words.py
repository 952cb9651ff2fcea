"""Names, word by word: what shares words still does, and a pattern still matches what it matched.

Where a pattern cuts a word in two (``team*``, ``*Role``), every word is cut there, and each half has its pseudonym.
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from itertools import pairwise, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.evidence.redact.key import Pseudonyms

_SIDES = ("north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest")
_LANDS = ("us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx", "cn")
REGION = rf"(?:{'|'.join(_LANDS)})(?:-gov|-isob?|-isoe|-isof)?-(?:{'|'.join(_SIDES)})-\d[a-z]?"
_KEPT = frozenset(
    {
        *(*_SIDES, *_LANDS, "gov", "aws", "amazon", "amazonaws", "automq", "byoc", "kit", "default", "local", "self"),
        *("all", "none", "true", "false", "https", "http", "com", "net", "org", "io", "internal", "private", "root"),
        *(
            "latest",
            "awscurrent",
            "awsprevious",
            "global",
            "hostedzone",
            "vpce",
            "vpc",
            "subnet",
            "sg",
            "eni",
            "i",
            "igw",
        ),
        *("eigw", "nat", "rtb", "acl", "pl", "tgw", "vgw", "cgw", "vpn", "pcx", "ami", "vol", "lt", "fl"),
    }
)
"""Words of AWS, of DNS and of the product, which are nobody's names."""
_UNITS = re.compile(
    rf"(?P<kept>\$\{{[^}}]*\}}|\b{REGION}\b|\bservice-role\b|\baws-service-role\b|\bAWSServiceRoleFor\w*|\bv\d{{1,3}}\b"
    r"|\b(?:use|usw|euc|euw|eun|eus|apn|aps|ape|sae|cac|mes|mec|afs|ilc)\d-az\d\b)|(?P<word>[^\W_]+)"
)
_BEFORE = re.compile(r"(?<![^\W_])(?<![*?])([^\W_]+)(?=[*?])")
_AFTER = re.compile(r"(?<=[*?])([^\W_]+)(?![^\W_])(?![*?])")
_BETWEEN = re.compile(r"(?<=[*?])([^\W_]+)(?=[*?])")


class Words:
    """Replaces the words of names under a key."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._before: set[str] = set()
        self._after: set[str] = set()
        self._between: set[str] = set()
        self.word = cache(self._word)

    def learn(self, pattern: str) -> None:
        """Take in where a pattern cuts words; before any is replaced."""
        if "*" in pattern or "?" in pattern:
            self._before.update(_BEFORE.findall(pattern))
            self._after.update(_AFTER.findall(pattern))
            self._between.update(_BETWEEN.findall(pattern))

    def learn_prefix(self, prefix: str) -> None:
        """Take in a text that others begin with."""
        self.learn(f"{prefix}*")

    def replaced(self, name: str) -> str:
        """A name with each word replaced; what stands between them stays."""
        return _UNITS.sub(lambda found: found["kept"] or self.word(found["word"]), name)

    def _word(self, word: str) -> str:
        if word.lower() in _KEPT:
            return word
        places = {0, len(word), *self._cuts(word)}
        parts = [word[start:end] for start, end in pairwise(sorted(places))]
        return "".join(part if part.lower() in _KEPT else self._pseudonyms.word(part) for part in parts)

    def _cuts(self, word: str) -> Iterable[int]:
        before, after = self._halves
        yield from (place for place in range(1, len(word)) if word[:place] in before or word[place:] in after)
        for piece in self._between:
            place = word.find(piece)
            while place >= 0:
                yield place
                yield place + len(piece)
                place = word.find(piece, place + 1)

    @cached_property
    def _halves(self) -> tuple[frozenset[str], frozenset[str]]:
        """What words are cut after and before.

        Where a beginning and an end overlap in some word (00 and 00 in 000), each cuts the other, and so it must
        wherever it stands, the pattern itself included.
        """
        before, after = set(self._before), set(self._after)
        pairs = list(product(before, after))
        while pairs:
            begins, ends = pairs.pop()
            lengths = range(1, min(len(begins), len(ends)) + 1)
            for shared in (length for length in lengths if begins.endswith(ends[:length])):
                shorter, rest = begins[:-shared], ends[shared:]
                if shorter and shorter not in before:
                    before.add(shorter)
                    pairs += product((shorter,), after)
                if rest and rest not in after:
                    after.add(rest)
                    pairs += product(before, (rest,))
        return frozenset(before), frozenset(after)
