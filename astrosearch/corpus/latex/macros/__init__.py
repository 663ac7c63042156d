r"""Expand what is the author's own: macros, conditionals, and files read by `\input`.

The result is one text in LaTeX's common vocabulary, in which every line end of every
file read is still there. So a line is found by counting, and whatever reads the text
afterwards needs no idea of macros or files.
"""

from __future__ import annotations

from astrosearch.corpus.document import SourceTree
from astrosearch.corpus.latex.macros import conditionals, inputs, structure
from astrosearch.corpus.latex.macros import define_commands as defining
from astrosearch.corpus.latex.macros.expanded import Expanded
from astrosearch.corpus.latex.macros.expansion import Action, Expansion
from astrosearch.corpus.limits import Budget

_ACTIONS: dict[str, Action] = {
    "begin": structure.begin, "end": structure.end, "xspace": structure.xspace,
    "csname": structure.built_name, "ensuremath": structure.ensure_math,
    "input": inputs.included, "include": inputs.included, "subfile": inputs.included,
    "subfileinclude": inputs.included, "InputIfFileExists": inputs.included,
    "import": inputs.imported, "subimport": inputs.imported, "includefrom": inputs.imported,
    "inputfrom": inputs.imported, "usepackage": inputs.use_package,
    "RequirePackage": inputs.use_package,
    "newcommand": defining.new_command, "renewcommand": defining.new_command,
    "providecommand": defining.provided_command, "DeclareRobustCommand": defining.new_command,
    "newcommandx": defining.new_command,
    "def": defining.plain_definition, "gdef": defining.plain_definition,
    "edef": defining.plain_definition, "xdef": defining.plain_definition,
    "let": defining.alias, "futurelet": defining.alias,
    "DeclareMathOperator": defining.operator,
    "DeclarePairedDelimiter": defining.paired_delimiter,
    "NewDocumentCommand": defining.document_command,
    "RenewDocumentCommand": defining.document_command,
    "ProvideDocumentCommand": defining.document_command,
    "DeclareDocumentCommand": defining.document_command,
    "newenvironment": defining.new_environment, "renewenvironment": defining.new_environment,
    "newif": conditionals.new_conditional, "else": conditionals.alternative,
    "or": conditionals.alternative, "fi": conditionals.end_of_branch,
    "ifthenelse": conditionals.if_then_else,
    "IfNoValueTF": conditionals.if_value, "IfValueTF": conditionals.if_value,
    "IfBooleanTF": conditionals.if_value, "ifstrempty": conditionals.if_value,
    "expandafter": Expansion.drop, "noexpand": Expansion.drop, "long": Expansion.drop,
    "global": Expansion.drop, "outer": Expansion.drop, "relax": Expansion.drop,
    "DTLloaddb": Expansion.drop,
    **dict.fromkeys(conditionals.PRIMITIVE_IFS, conditionals.conditional),
}  # fmt: skip


def expand(tree: SourceTree, main: str, budget: Budget) -> Expanded:
    """Expand the document whose main file is `main`.

    Raises
    ------
    Unreadable
        When the main file isn't there, isn't text, or takes more than `budget` gives.
    """
    return Expansion(tree, main, _ACTIONS, budget).run()
