"""What goes wrong with what a person gave us."""

from __future__ import annotations


class InputError(ValueError):
    """Bad input from a person: one line that names the file, field or line and the remedy.

    The command line prints it as it is and exits with 2; a page shows it beside the field.
    """
