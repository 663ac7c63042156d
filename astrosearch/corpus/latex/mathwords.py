"""What LaTeX's commands within formulas mean for a reader."""

from __future__ import annotations

from astrosearch.corpus.latex.tokens import words

IGNORED = words(
    """
        left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl
        Biggr bigm Bigm biggm Biggm limits nolimits displaystyle textstyle
        scriptstyle scriptscriptstyle nonumber notag mathstrut strut null relax
        protect normalfont bf rm it sl sc tt sf cal em bfseries itshape rmfamily
        mathop mathbin mathrel mathord mathopen mathclose mathpunct mathinner
        allowbreak nobreak noindent centering small footnotesize scriptsize tiny
        large Large normalsize boldmath unboldmath hline ensuremath xspace smash
        par hfill label* displaylimits expandafter noexpand begingroup
        endgroup bgroup egroup/ mit newline linebreak break empty mathsurround
        allowdisplaybreaks bold frak Bbb hss hfil vphantom* m@th offinterlineskip
        nointerlineskip hidewidth hfilneg noalign smallskip medskip bigskip vcenter vbox vtop
        everymath everycr tabskip
        """
)
DIVIDERS = frozenset(
    {"\\over", "\\atop", "\\choose", "\\above", "\\brack", "\\brace", "\\eqno", "\\leqno"}
)
SPACES = words(
    """
        quad qquad enspace enskip thinspace medspace thickspace space hspace*
        nobreakspace
        """
)
DROPPED_ARGUMENT = {
    "label": 1, "tag": 1, "tag*": 1, "hspace": 1, "hspace*": 1, "vspace": 1, "vspace*": 1,
    "phantom": 1, "hphantom": 1, "vphantom": 1, "color": 1, "rule": 2, "textcolor": 1,
    "raisebox": 1, "colorbox": 1, "setlength": 2, "footnote": 1, "footnotemark": 0, "cline": 1,
    "fontsize": 2, "selectfont": 0, "intertext": 0, "resizebox": 2, "scalebox": 1, "mspace": 1,
    "addtocounter": 2, "setcounter": 2, "addtolength": 2, "multicolumn": 2, "rotatebox": 1,
    "includegraphics": 1, "hyperref": 0, "deleted": 1, "begin": 1, "end": 1, "mskip": 0,
    "kern": 0, "mkern": 0, "hskip": 0, "vskip": 0, "sout": 1, "href": 1, "raise": 0, "lower": 0,
    "baselineskip": 0, "lineskip": 0, "lineskiplimit": 0, "openup": 0, "moveleft": 0,
    "moveright": 0,
}  # fmt: skip
DIMENSIONED = words(
    """
    kern mkern hskip vskip mskip raise lower baselineskip lineskip lineskiplimit openup moveleft
    moveright
    """
)
TEXT = words(
    """
        text textrm textnormal textit textbf textsf textsc texttt textup mbox hbox
        fbox textmd textsl emph intertext shortintertext tagtext
        """
)
FONTS = words(
    """
    mathrm mathit mathsf mathtt mathbf mathup mathcal mathfrak mathscr mathnormal boldsymbol bm pmb
    symbf symup symcal symscr mathbfit vect vb mathbfcal bmath underbrace overbrace boxed cancel
    xrightarrow uppercase
    """
)
BLACKBOARD = str.maketrans("CEHNPQRZ", "ℂ𝔼ℍℕℙℚℝℤ")
NEGATED = {"=": "≠", "<": "≮", ">": "≯", "∈": "∉", "⊂": "⊄", "≤": "≰", "≥": "≱", "∼": "≁",
            "≡": "≢", "≈": "≉", "∥": "∦"}  # fmt: skip
DOLLAR = "\ue024"  # stands for a dollar sign until what is left of TeX was cleared away
SHIFTS = frozenset(
    {"\\raise", "\\lower", "\\rlap", "\\llap", "\\kern", "\\mkern", "\\raisebox", "\\mathop"}
)
_STACKED = {
    ("<", "∼"): "≲", (">", "∼"): "≳", ("<", "≈"): "⪅", (">", "≈"): "⪆", ("<", "≃"): "≲",
    (">", "≃"): "≳", ("<", "="): "≤", (">", "="): "≥", ("≤", "∼"): "≲", ("≥", "∼"): "≳",
}  # fmt: skip
ORDINALS = frozenset({"th", "st", "nd", "rd"})
SEXAGESIMAL = {"h": "ʰ", "m": "ᵐ", "s": "ˢ", "d": "ᵈ"}


def stacked(upper: str, lower: str) -> str | None:
    r"""The one sign that two make, one over the other: `<` and `∼` are `≲`."""
    pair = upper.strip("_^ "), lower.strip("_^ ")
    return _STACKED.get(pair) or _STACKED.get((pair[1], pair[0]))
