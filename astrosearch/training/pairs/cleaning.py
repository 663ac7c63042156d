"""Which sentences say something about astronomy: no boilerplate, no fragments."""

from __future__ import annotations

import re

from astrosearch.records import SourceSentence

FEWEST_WORDS = 6
LONGEST = 1_000  # characters; longer runs are tables and lists
CAPTIONS = ("Figure caption", "Table caption")

_SECTION = re.compile(
    r"acknowledg|thanks|funding|grant|author(?:s'?|'s)? (?:contribution|affiliation|list|note)"
    r"|contributions?$|(?:data|code|software|material)s?(?: and (?:data|code|software))? "
    r"(?:availability|statement|access)|availability of|^software|^facilit|conflicts? of|"
    r"competing|declaration|^references?$|bibliograph|affiliation|^disclaimer|copyright|"
    r"dedication|^preface|curriculum|list of (?:figures|tables|symbols|abbrev|acronyms)|"
    r"correspond(?:ing|ence)|supplementa|supporting information|^(?:key ?words|orcid)",
    re.IGNORECASE,
)
# A pattern is tried only on sentences with one of its words, which few have. All in lower case.
_BOILERPLATE: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (tuple(words.split()), re.compile(pattern))
    for words, pattern in (
        (
            "acknowledge",
            r"\backnowledge(?:s|d|ments?)?\b.{0,80}\b(?:support|fund|grant|contribut|help|assist|use)",
        ),
        (
            "thank grateful indebted",
            r"\b(?:we|i|authors?|[a-z]{2,3}) (?:(?:would|also|wish|like|gratefully|warmly|to|"
            r"sincerely|are|very|is|especially) ){0,5}(?:thank|thankful|grateful|indebted)\b",
        ),
        (
            "funded supported financed sponsored provided",
            r"\b(?:funded|supported|financed|sponsored|provided) (?:\w+ ){0,3}"
            r"(?:by|through|under|from) .{0,120}\b(?:grant|foundation|fellowship|council|agency|"
            r"programme|institut|nasa\b|nsf\b|esa\b|department of energy|ministry|contract|award|"
            r"fund)",
        ),
        ("funding", r"\bfunding (?:for|from|was|by)\b"),
        (
            "grant contract award project",
            r"\b(?:grants?|contracts?|awards?|project) (?:no\.?|nos\.?|number|numbers|agreement|#)",
        ),
        (
            "use",
            r"\bthis (?:research|work|paper|publication|study|project) (?:has |have )?(?:also )?"
            r"(?:made|makes|make) (?:extensive )?use of\b"
            r"|\bmade use of (?:the )?(?:nasa|simbad|vizier|data (?:from|products)|software|"
            r"services)",
        ),
        (
            "based",
            r"\bbased (?:in part )?on (?:data|observations?|spectra|images)\b.{0,40}"
            r"\b(?:obtained|made|collected|acquired|taken|carried out)\b.{0,60}"
            r"\b(?:observator|telescope|survey|archive|mission|at\b|with\b)",
        ),
        (
            "operated managed",
            r"\b(?:operated|managed) by (?:the )?(?:association|aura|nrao|universit|california|"
            r"smithsonian|jet propulsion|national|european|consortium)",
        ),
        (
            "available obtained downloaded found released accessed shared",
            r"\b(?:data|code|scripts?|catalogues?|tables?|software|notebooks?)\b.{0,120}"
            r"\b(?:available|obtained|downloaded|found|released|accessed|shared)\b.{0,60}"
            r"(?:https?:|www\.|\brequest\b|\bgithub|\bzenodo|\bonline\b|\bcds\b|\bdoi\b|\bftp\b)",
        ),
        ("http", r"https?://\S+.{0,12}$"),
        ("@", r"@\w+\.\w"),
        (
            "organi structured arranged follows divided laid",
            r"\b(?:paper|article|letter|work|thesis|chapter|section|manuscript|outline|remainder|"
            r"rest|plan|structure)\b.{0,40}\b(?:is|are|as) (?:organi[sz]ed|structured|laid out|"
            r"arranged|as follows|divided)",
        ),
        (
            "submitted accepted published press appear",
            r"\b(?:submitted|accepted|published|in press|appear)\b.{0,20}\b(?:to|in|for|by)\b"
            r".{0,25}\b(?:apj|mnras|a&a|journal|publication|astrophys)",
        ),
        ("author", r"\b(?:all )?authors? (?:contributed|read|declare|reviewed|commented)"),
        ("referee editor", r"\bthe (?:anonymous )?(?:referee|editor)s?\b|\banonymous referee"),
        (
            "astrophysics participating higher corresponding preprint rights licensed commons "
            "domain",
            r"\bastrophysics data system\b|\bparticipating institutions\b|\bhigher education fund"
            r"|\bcorresponding author\b|\bpreprint (?:server|typeset)\b|\ball rights reserved\b"
            r"|\blicensed under\b|\bcreative commons\b|\bpublic domain\b",
        ),
    )
)
_SIGNPOST = re.compile(
    r"(?:in|finally,? in|then,? in|next,? in) (?:§+|sections?|sect?s?\.|chapters?|appendix)\s?\S+"
    r".{0,20}\b(?:we|i|describes?|presents?|discuss)|(?:§+|sections?|sect?s?\.|chapters?|appendix|"
    r"appendices) [\da-z.]+\b.{0,20}\b(?:describe|present|discuss|give|summar|conclude|contain|"
    r"review|detail|explain|introduce|show|deal|cover|outline|focus|provide|address|"
    r"is (?:devoted|dedicated))"
    r"|(?:see|note|here|where|hence|thus|this is (?:shown|given|described)|as (?:shown|seen) in)"
    r"\W*(?:fig|table|section|eq|appendix|text)",
)
_SOFTWARE = frozenset(
    """
    astropy numpy scipy matplotlib ipython jupyter pandas emcee corner healpy scikit seaborn topcat
    iraf idl sextractor python cython numba tensorflow pytorch
    """.split()  # noqa: SIM905
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_LETTER = re.compile(r"[^\W\d_]")
_FORMULA = re.compile(r"(?<!\\)\$(?:[^$\\]|\\.)*+\$")
_UNREAD = re.compile(r"\[(?:formula|equation)\]")


def is_boilerplate_section(section: str | None) -> bool:
    """Whether a section thanks, funds, lists or declares."""
    return section is not None and _SECTION.search(section) is not None


def is_boilerplate(text: str) -> bool:
    """Whether a sentence thanks, credits a grant, survey or package, or outlines the paper."""
    low = text.lower()
    for words, pattern in _BOILERPLATE:
        if any(word in low for word in words) and pattern.search(low):
            return True
    return _SIGNPOST.match(low) is not None or len(_SOFTWARE.intersection(_WORD.findall(low))) >= 3


def is_fragment(text: str, tex: str | None = None) -> bool:
    """Whether a sentence has few words, few letters, or is mostly formulas."""
    if len(_WORD.findall(text)) < FEWEST_WORDS or len(text) > LONGEST:
        return True
    if len(_LETTER.findall(text)) < 0.65 * len(text.replace(" ", "")):
        return True
    if 8 * len(_UNREAD.findall(text)) > len(text.split()):
        return True
    if tex is not None and sum(map(len, _FORMULA.findall(tex))) > 0.5 * len(tex):
        return True
    return text[0].islower() and _WORD.match(text) is not None  # what a display formula left over


def is_usable(sentence: SourceSentence) -> bool:
    """Whether a sentence of running text is worth learning from."""
    return not (
        sentence.section in CAPTIONS
        or is_boilerplate_section(sentence.section)
        or is_fragment(sentence.text, sentence.tex)
        or is_boilerplate(sentence.text)
    )
