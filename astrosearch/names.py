"""Names of authors in their parts, and the spellings that people take for the same name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

_SUFFIX = re.compile(r"(?:jr|sr|junior|senior|ii|iii|iv|2nd|3rd|4th)\.?", re.IGNORECASE)
_GROUP = re.compile(
    r"\b(?:collaborations?|collab|teams?|consorti(?:um|a)|groups?|network|project|survey|"
    r"experiment|committee|members)\b|^the\s",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"(?:[^\W\d_]\.?-?){1,3}|(?:[^\W\d_]\.[\s-]*)+")
_ET_AL = re.compile(r"[\s,]+et\.?\s+al(?:ii)?\b\.?\s*$", re.IGNORECASE)
# Words that begin a family name, in small letters and with a capital.
_PARTICLES = frozenset(
    {
        *("af", "al", "am", "an", "auf", "aus", "av", "d", "da", "dal", "dalla", "dalle"),
        *("das", "de", "degli", "dei", "del", "dela", "della", "delle", "delli", "den"),
        *("der", "des", "di", "do", "dos", "du", "e", "el", "em", "i", "in", "la", "las"),
        *("le", "les", "lo", "los", "mac", "mc", "op", "'s", "s", "'t", "t", "te", "ten"),
        *("ter", "thoe", "ther", "thor", "van", "vande", "vanden", "vander", "vom"),
        *("von", "y", "zu", "zum", "zur"),
    }
)
_CAPITAL_PARTICLES = frozenset(
    {
        *("af", "al", "ben", "bin", "d", "da", "dal", "dalla", "de", "degli", "dei"),
        *("del", "della", "delle", "den", "der", "des", "di", "do", "dos", "du", "el"),
        *("la", "las", "le", "les", "lo", "los", "mac", "mc", "o", "'t", "t", "te"),
        *("ten", "ter", "van", "vander", "vanden", "von", "zu", "zum", "zur", "ó", "san"),
        *("santa", "santo", "saint", "st", "ste", "st.", "ste.", "nic", "ni", "mhic"),
        *("ua",),
    }
)
_APOSTROPHES = "'’‘ʼʻ`´ʹ′ˈ＇"
_WITHOUT_APOSTROPHES = str.maketrans("", "", _APOSTROPHES)
# Letters that no decomposition takes apart.
_LETTERS = str.maketrans(
    {
        **{"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "ȷ": "j", "ħ": "h", "ŧ": "t"},
        **{"æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "ŋ": "n", "ə": "e", "ĸ": "k", "ƶ": "z"},
        **{"ɨ": "i", "ƀ": "b", "ɫ": "l", "ǥ": "g", "ǿ": "o", "ǽ": "ae"},
    }
)
# How the same letters are written where there is no key for them.
_SPELLED_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "đ": "dj", "ð": "dh", "ǿ": "oe"}
)


class Name(NamedTuple):
    """An author's name, as a record or a paper tells its parts.

    A group, or a person of one name, has `family` alone.

    Examples
    --------
    >>> Name("King", "M. L.", "Jr.").full, Name("Planck Collaboration").full
    ('M. L. King Jr.', 'Planck Collaboration')
    """

    family: str
    given: str = ""
    suffix: str = ""

    @property
    def full(self) -> str:
        """The name as it is read: given name, family name, suffix."""
        return " ".join(part for part in (self.given, self.family, self.suffix) if part)


def is_group(name: str) -> bool:
    """Whether a name is a collaboration's, and not a person's.

    >>> is_group("Planck Collaboration"), is_group("The SXS Project"), is_group("A. Coll")
    (True, True, False)
    """
    return _GROUP.search(name) is not None


def has_particle(family: str) -> bool:
    """Whether a family name begins with a word such as `van`, `de la`, `Di` or `Mac`.

    >>> [has_particle(name) for name in ("van Leeuwen", "Di Cintio", "García Pérez", "Le")]
    [True, True, False, False]
    """
    first, _, rest = family.partition(" ")
    return bool(rest) and _is_particle(first)


def split_name(text: str) -> Name:
    """Tell the parts of a name that is written in one piece, as far as it shows them.

    A family name is taken to be one word, with the particles before it; a comma says more.

    >>> split_name("Martin L. King Jr.")
    Name(family='King', given='Martin L.', suffix='Jr.')
    >>> split_name("García Pérez, Ana")
    Name(family='García Pérez', given='Ana', suffix='')
    >>> split_name("Floor van Leeuwen").family, split_name("Smith J. A.").given
    ('van Leeuwen', 'J. A.')
    """
    text = " ".join(text.split())
    if is_group(text):
        return Name(text)
    family, given, suffix = _at_comma(text)
    if given or not family:
        return Name(family, given, suffix)
    words = family.split()
    if len(words) > 1 and not _is_initials(words[0]):
        at = len(words)
        while at > 1 and _is_initials(words[at - 1]):
            at -= 1
        if at < len(words):
            return Name(" ".join(words[:at]), " ".join(words[at:]), suffix)
    at = next(
        (i for i in range(1, len(words) - 1) if _begins_family(words, i)), max(0, len(words) - 1)
    )
    return Name(" ".join(words[at:]), " ".join(words[:at]), suffix)


def _at_comma(text: str) -> tuple[str, str, str]:
    """Split `Family, Jr., Given`, in any order of the latter; without a comma all is family."""
    parts = [part.strip() for part in text.split(",")]
    suffixes = [part for part in parts[1:] if is_suffix(part)]
    kept = [parts[0], *(part for part in parts[1:] if part and not is_suffix(part))]
    family, given = kept[0], " ".join(kept[1:])
    words = family.split()
    if len(words) > 1 and is_suffix(words[-1]):
        family, suffixes = " ".join(words[:-1]), [words[-1], *suffixes]
    words = given.split()
    if len(words) > 1 and is_suffix(words[-1]):
        given, suffixes = " ".join(words[:-1]), [words[-1], *suffixes]
    return family, given, " ".join(suffixes)


def is_suffix(word: str) -> bool:
    """Whether a word comes after a name: Jr., Sr., II, III, IV.

    >>> is_suffix("Jr."), is_suffix("III"), is_suffix("King")
    (True, True, False)
    """
    return _SUFFIX.fullmatch(word) is not None


def _is_particle(word: str) -> bool:
    lower = re.sub(f"[{_APOSTROPHES}]", "'", word.lower())
    if word[:1].isupper():
        return lower in _CAPITAL_PARTICLES
    return lower in _PARTICLES or lower in _CAPITAL_PARTICLES


def _is_initials(word: str) -> bool:
    return _INITIALS.fullmatch(word) is not None and word.upper() == word


def _begins_family(words: Sequence[str], at: int) -> bool:
    """Whether a family name of several words begins with this one."""
    word = words[at]
    if len(word.rstrip(".")) == 1 and word.isupper() and word.isascii():
        return False  # D. is an initial
    return _is_particle(word)


def fold(text: str) -> str:
    """Write text without case, accents, apostrophes and signs; its words stand one blank apart.

    >>> fold("Étienne  O’Brien-Łukasik"), fold("M. L. King, Jr.")
    ('etienne obrien lukasik', 'm l king jr')
    """
    return _words(without_accents(text).translate(_WITHOUT_APOSTROPHES))


def without_accents(text: str) -> str:
    """Write text without case and accents.

    >>> without_accents("Étienne O’Brien-Łukasik, ﬁrst")
    'etienne o’brien-lukasik, first'
    """
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    text = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    return "".join(c for c in text if not unicodedata.combining(c))


def spellings(text: str) -> tuple[str, ...]:
    """Fold text, and again with ü as ue, ö as oe, ø as oe, å as aa, where it has any of them.

    >>> spellings("Müller"), spellings("Ørsted"), spellings("Cox")
    (('muller', 'mueller'), ('orsted', 'oersted'), ('cox',))
    """
    plain = fold(text)
    if text.isascii():
        return (plain,)
    lower = unicodedata.normalize("NFC", text).lower()
    out = fold(lower.translate(_SPELLED_OUT))
    return (plain,) if out == plain else (plain, out)


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text))


def without_et_al(text: str) -> str:
    """Cut `et al.` off what a person typed.

    >>> without_et_al("Riess et al.")
    'Riess'
    """
    return _ET_AL.sub("", text)
