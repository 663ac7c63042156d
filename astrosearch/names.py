"""Names of authors in their parts: what is family, what is given, and what comes after."""

from __future__ import annotations

from typing import NamedTuple


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
