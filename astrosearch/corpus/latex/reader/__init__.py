"""The reader of an expanded document: its title, authors, date, and passages.

`handlers` says what each command means, `text_reader` runs through the text, and the other
modules hold the handlers.
"""
