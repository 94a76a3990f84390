"""Where to open next, with a proven bound."""

from __future__ import annotations

from linli.engine.siting.answer import Answer, Tell
from linli.engine.siting.certificate import bound_of
from linli.engine.siting.lists import Lists, from_pairs, from_table
from linli.engine.siting.median import p_median

__all__ = ["Answer", "Lists", "Tell", "bound_of", "from_pairs", "from_table", "p_median"]
