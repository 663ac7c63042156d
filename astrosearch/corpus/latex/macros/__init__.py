r"""What is the author's own, expanded: macros, conditionals, and files read by `\input`.

The result is one text in LaTeX's common vocabulary, in which every line end of every
file read is still there. So a line is found by counting, and whatever reads the text
afterwards needs no idea of macros or files.

`actions` says which command does what, `expansion` runs through the text, and the other
modules hold the actions.
"""
