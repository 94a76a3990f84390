"""What may stop a verb, each with a message that says what to do, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from linli.desk.people.errors import RefusedError

if TYPE_CHECKING:
    from linli.desk.matters.lifecycle import Verb
    from linli.desk.matters.models import Matter

__all__ = ["ConflictError", "NotNowError", "RefusedError"]


class ConflictError(RefusedError):
    """Somebody else changed the matter since the caller saw it; `matter` is how it stands now."""

    def __init__(self, matter: Matter) -> None:
        self.matter = matter
        super().__init__(
            _("Somebody else has changed this matter meanwhile. Look at how it stands now, then try again.")
        )


class NotNowError(RefusedError):
    """The verb is not possible in the state that the matter is in."""

    def __init__(self, matter: Matter, verb: Verb) -> None:
        self.matter, self.verb = matter, verb
        super().__init__(
            _("This matter is “%(state)s” now; “%(verb)s” is not possible.")
            % {"state": matter.get_state_display(), "verb": verb.label}
        )
