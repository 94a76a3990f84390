"""What XML can say."""

from __future__ import annotations

import re

# XML 1.0 knows no other control characters than tab and line ends.
_UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def sayable(text: str) -> str:
    """Leave out the letters that XML cannot say."""
    return _UNSAYABLE.sub("", text)
