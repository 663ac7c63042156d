"""Which command does what while a document is expanded."""

from __future__ import annotations

from astrosearch.corpus.document import SourceTree
from astrosearch.corpus.latex.macros import conditionals, definitions, inputs, structure
from astrosearch.corpus.latex.macros.expanded_text import ExpandedText
from astrosearch.corpus.latex.macros.expansion import Action, Expansion
from astrosearch.corpus.limits import Budget

_ACTIONS: dict[str, Action] = {
    "begin": structure.begin, "end": structure.end, "xspace": structure.xspace,
    "csname": structure.built_name, "ensuremath": structure.ensure_math,
    "mathpalette": structure.palette,
    "input": inputs.included, "include": inputs.included, "subfile": inputs.included,
    "subfileinclude": inputs.included, "InputIfFileExists": inputs.included,
    "import": inputs.imported, "subimport": inputs.imported, "includefrom": inputs.imported,
    "inputfrom": inputs.imported, "usepackage": inputs.use_package,
    "RequirePackage": inputs.use_package,
    "newcommand": definitions.new_command, "renewcommand": definitions.new_command,
    "providecommand": definitions.provided_command, "DeclareRobustCommand": definitions.new_command,
    "newcommandx": definitions.new_command,
    "def": definitions.plain_definition, "gdef": definitions.plain_definition,
    "edef": definitions.plain_definition, "xdef": definitions.plain_definition,
    "let": definitions.alias, "futurelet": definitions.alias,
    "DeclareMathOperator": definitions.operator,
    "DeclarePairedDelimiter": definitions.paired_delimiter,
    "NewDocumentCommand": definitions.document_command,
    "RenewDocumentCommand": definitions.document_command,
    "ProvideDocumentCommand": definitions.document_command,
    "DeclareDocumentCommand": definitions.document_command,
    "newenvironment": definitions.new_environment, "renewenvironment": definitions.new_environment,
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


def expand(tree: SourceTree, main: str, budget: Budget) -> ExpandedText:
    """Expand the document whose main file is `main`.

    Raises
    ------
    Unreadable
        When the main file isn't there, isn't text, or takes more than `budget` gives.
    """
    return Expansion(tree, main, _ACTIONS, budget).run()
