"""Formulas of old papers: signs made by hand, and what plain TeX has for tables and numbers."""

from __future__ import annotations

import pytest

from astrosearch.corpus.latex.mathtext import MathText
from tests.corpus.test_latex import document, text_of

PALETTE = r"""\def\@versim#1#2{\lower3pt\vbox{\baselineskip0pt\lineskip.5pt
 \ialign{$\m@th#1\hfil##\hfil$\crcr#2\crcr\sim\crcr}}}
"""


@pytest.mark.parametrize(
    "definition",
    [
        r"\def\lsim{\mathrel{\rlap{\lower4pt\hbox{\hskip1pt$\sim$}}\raise1pt\hbox{$<$}}}",
        r"\def\lsim{\mathrel{\raise0.3ex\hbox{$<$}\kern-0.75em{\lower0.65ex\hbox{$\sim$}}}}",
        r"\def\lsim{\,\raise 0.4ex\hbox{$<$}\kern -0.8em\lower 0.62ex\hbox{$\sim$}\,}",
        r"\newcommand{\lsim}{\raisebox{-.6ex}{$\,\stackrel{\raisebox{-.2ex}{$<$}}{\sim}\,$}}",
        r"\newcommand{\lsim}{\mathrel{\hbox{\rlap{\hbox{\lower4pt\hbox{$\sim$}}}\hbox{$<$}}}}",
        r"\def\lsim{\lower.5ex\hbox{$\; \buildrel < \over \sim \;$}}",
        r"\def\ltsima{$\; \buildrel < \over \sim \;$}\def\lsim{\lower.5ex\hbox{\ltsima}}",
        r"\def\lsim{{_<\atop^{\sim}}}",
        r"\def\lsim{{<\atop\sim}}",
        r"\newcommand\lsim{\mathrel{\mathop{\kern 0pt <}\limits_{\sim}}}",
        r"\newcommand{\lsim}{\ensuremath{\stackrel{<}{_\sim}}}",
        r"\newcommand{\lsim}{\stackrel{\scriptstyle <}{\scriptstyle\sim}}",
        r"\newcommand{\lsim}{\underset{\sim}{<}}",
        r"\newcommand{\lsim}{\substack{<\\ \sim}}",
        r"\newcommand{\lsim}{{}_{\textstyle\sim}^{\textstyle <}}",
        r"\newcommand{\lsim}{\begin{array}{c}<\\[-.8ex]\sim\end{array}}",
        r"\def\lsim{\mathrel{\vcenter{\hbox{$<$}\offinterlineskip\hbox{$\sim$}}}}",
        r"\def\lsim{\mathrel{\ooalign{\hfil\raise2pt\hbox{$<$}\hfil\crcr\lower2pt\hbox{$\sim$}}}}",
        PALETTE + r"\def\lsim{\mathrel{\mathpalette\@versim<}}",
        "\\makeatletter\n" + PALETTE + r"\newcommand\lsim{\mathpalette\@versim{<}}",
        r"\def\lsim{<\kern-.75em\lower1ex\hbox{$\sim$}}",
        r"\def\lsim{<_\sim}",
        "",
    ],
)  # fmt: skip
def test_signs_made_by_hand_are_one_sign(definition: str) -> None:
    text = text_of(r"First $z \lsim 3$ and $M\lsim10^{5}$ are seen.", definition)
    assert text == "First z ≲ 3 and M ≲ 10⁵ are seen."
    greater = definition.replace("<", ">").replace("lsim", "gsim").replace("ltsima", "gtsima")
    assert text_of(r"$z\gsim 3$ holds.", greater) == "z ≳ 3 holds."


@pytest.mark.parametrize(
    ("definition", "shown"),
    [
        (r"\def\lsim{\lower.5ex\hbox{$\buildrel < \over \sim$}}", "z ≲ 3"),
        (r"\def\lsim{\raise0.3ex\hbox{$<$}\kern-0.75em\raise-1.1ex\hbox{$\sim$}}", "z ≲ 3"),
        (r"\def\lsim{$_<\atop{^\sim}$}", "z ≲ 3"),
    ],
)
def test_signs_made_by_hand_in_text(definition: str, shown: str) -> None:
    assert text_of(r"A redshift z~\lsim~3 here.", definition) == f"A redshift {shown} here."


@pytest.mark.parametrize(
    ("tex", "readable"),
    [
        (r"x > \sim 5", "x ≳ 5"),
        (r"x \sim < 5", "x ≲ 5"),
        (r"x <\approx 5", "x ⪅ 5"),
        (r"<SFR> \sim 5, <v>=3", "< SFR > ∼ 5, < v > = 3"),
        (r"n_< + n_{>}", "n_< + n_>"),
        (r"T = <x> + < y >", "T = < x > + < y >"),
        (r"e\sim <z>", "e ∼ < z >"),
        (r"\vb*{z}+\mathbf*{x}", "z + x"),
        (r"x{=}5", "x = 5"),
        (r"F = {L \over 4\pi d^2} \eqno(1)", "F = L/4πd²"),
        (r"a=b\leqno{\rm (A1)}", "a = b"),
        (r"\eqalign{a &= b\cr c &= d\cr}", "a = b; c = d"),
        (r"\eqalignno{a &= b &(4)\cr c &= d &(5)\cr}", "a = b; c = d"),
        (r"\leqalignno{a &= b, &{\rm (4)}\cr \noalign{\vskip 3pt} c &= d\cr}", "a = b,; c = d"),
        (r"\displaylines{a=b\cr\hfill c=d\hfill\cr}", "a = b; c = d"),
        (r"x=\cases{1,&if $y>0$\cr 0,&otherwise\cr}", "x = 1, if y > 0; 0, otherwise"),
        (r"A=\matrix{a&b\cr c&d}", "A = a b; c d"),
        (r"A=\pmatrix{a&b\cr c&d\cr}", "A = (a b; c d)"),
        (r"\root 3\of x + \root n \of {x+1}", "³√(x) + ^n√(x + 1)"),
        (r"{a \atop b}", "(a, b)"),
        (r"{n \choose k}", "(n, k)"),
        (r"{a \above 1pt b}", "a/b"),
        (r"\mathchoice{a}{b}{c}{d}+1", "a + 1"),
        (r"\openup1\jot a\kern3pt b", "ab"),
        (r"\begin{cases}1&\text{if }a\\0&b\end{cases}", "1 if a; 0 b"),
    ],
)
def test_plain_tex_in_formulas(tex: str, readable: str) -> None:
    assert MathText().render(tex) == readable


@pytest.mark.parametrize(
    "display",
    [
        "\\begin{equation}\nL = 4\\pi d^2 F\n\\end{equation}\n",
        "\\[ L = 4\\pi d^2 F \\label{e} \\]\n\n",
        "$$ L = 4\\pi d^2 F \\eqno(1) $$\n\\noindent\n",
        "\\begin{equation*} L = 4\\pi d^2 F \\end{equation*} %\n",
        "\\begin{eqnarray} L = 4\\pi d^2 F \\nonumber \\end{eqnarray}\n\\medskip\n",
        "$$ L = 4\\pi d^2 F \\leqno{\\rm (A1)} $$\n",
    ],
)
@pytest.mark.parametrize(
    "after", ["This holds for all stars.", "Stars are all alike.", "Here, it is."]
)
def test_a_display_without_a_stop_ends_its_sentence(display: str, after: str) -> None:
    read = document(f"The luminosity is\n{display}{after} We stop.")
    text = " ".join(passage.text for passage in read.passages)
    assert text.replace("F. ", "F ") == f"The luminosity is L = 4πd²F {after} We stop."
    assert "F. " in text or len(read.passages) > 1


def test_a_display_within_a_sentence_ends_nothing() -> None:
    body = r"We use \[a=b\] where $a$ is large, and \[c=d\] Gaussian noise, or \[e=f\] of it."
    assert (
        text_of(body) == "We use a = b where a is large, and c = d Gaussian noise, or e = f of it."
    )
