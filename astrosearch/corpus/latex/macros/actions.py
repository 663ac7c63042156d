"""Which command does what while a document is expanded."""

from __future__ import annotations

from astrosearch.corpus.document import SourceTree
from astrosearch.corpus.latex.macros import (
    conditionals,
    definitions,
    inputs,
    packages,
    structure,
    toggles,
)
from astrosearch.corpus.latex.macros.expanded_text import ExpandedText
from astrosearch.corpus.latex.macros.expansion import Action, Expansion
from astrosearch.corpus.limits import Budget

_ACTIONS: dict[str, Action] = {
    "begin": structure.begin, "end": structure.end, "xspace": structure.xspace,
    "csname": structure.built_name, "ensuremath": structure.ensure_math,
    "mathpalette": structure.palette,
    "input": inputs.included, "include": inputs.included, "subfile": inputs.included,
    "subfileinclude": inputs.included, "InputIfFileExists": inputs.included_if_there,
    "import": inputs.imported, "subimport": inputs.imported, "includefrom": inputs.imported,
    "inputfrom": inputs.imported, "subincludefrom": inputs.imported,
    "subinputfrom": inputs.imported, "usepackage": packages.use_package,
    "RequirePackage": packages.use_package, "RequirePackageWithOptions": packages.use_package,
    "documentclass": packages.use_class, "documentstyle": packages.use_class,
    "LoadClass": packages.use_class, "LoadClassWithOptions": packages.use_class,
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
    "includecomment": structure.shown_environment, "includeversion": structure.shown_environment,
    "excludecomment": structure.hidden_environment, "excludeversion": structure.hidden_environment,
    "specialcomment": structure.special_environment,
    "NewEnviron": definitions.collected_environment,
    "RenewEnviron": definitions.collected_environment,
    "expandafter": Expansion.drop, "noexpand": Expansion.drop, "long": Expansion.drop,
    "global": Expansion.drop, "outer": Expansion.drop, "relax": Expansion.drop,
    "DTLloaddb": Expansion.drop,
    **toggles.ACTIONS,
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
