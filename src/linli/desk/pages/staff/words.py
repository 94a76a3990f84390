"""What the scripts of the staff pages say, translated here and handed over in a data attribute."""

from __future__ import annotations

import json

from django.utils.translation import gettext as _


def map_words() -> dict[str, str]:
    """What every small map says."""
    return {
        "map_title": _("Map"),
        "zoom_in": _("Zoom in"),
        "zoom_out": _("Zoom out"),
        "marker_title": _("Place"),
        "picked_here": _("The place is marked on the map."),
        "pick_centre": _("Mark the middle of the map"),
    }


def inbox_words() -> str:
    """Words of static/staff/inbox.js."""
    return json.dumps(
        {
            "unreachable": _("The server cannot be reached; the list may be old."),
            "new": _("new"),
            "arrived_one": _("{n} new matter"),
            "arrived_other": _("{n} new matters"),
        },
        ensure_ascii=False,
    )


def work_words() -> str:
    """Words of static/staff/work.js and recorder.js."""
    return json.dumps(
        {
            **map_words(),
            "offline": _(
                "No network. This is your round as of {when}. Go on working: everything is kept on this phone and sent by itself."
            ),
            "log_in_to_send": _("You are logged out. Log in again, and what waits here will be sent."),
            "someone_else": _(
                "Somebody else is logged in on this phone. What waits here is sent when you are."
            ),
            "not_kept": _(
                "This phone could not keep it. Do not leave this page; make room on the phone and try again."
            ),
            "no_position": _("The phone does not say where it is."),
            "position_taken": _("Taken, to within {m} m."),
            "no_map": _("This phone cannot draw the map. The list says the same."),
            "sent": _("Sent: {what}"),
            "waiting_one": _(
                "{n} thing waits on this phone. It is sent by itself as soon as there is a network."
            ),
            "waiting_other": _(
                "{n} things wait on this phone. They are sent by themselves as soon as there is a network."
            ),
            "files_one": _("{n} file"),
            "files_other": _("{n} files"),
            "kept_here": _("{what}: kept here, not yet sent"),
            "conflict_title": _("Changed meanwhile: {what}"),
            "refused_title": _("Not taken: {what}"),
            "conflict_words": _(
                "Somebody changed this matter after you had last seen it. Nothing of yours is lost. Compare, then choose."
            ),
            "refused_words": _("The server did not take this. Change it and try again, or throw it away."),
            "side_mine": _("What you did"),
            "side_theirs": _("What happened meanwhile"),
            "no_longer_lawful": _(
                "What you did is no longer possible as the matter stands. You can keep it as a note."
            ),
            "send_mine": _("Send mine all the same"),
            "keep_as_note": _("Keep mine as a note"),
            "drop_mine": _("Throw mine away"),
            "photo_before": _("Photo before"),
            "photo_after": _("Photo after"),
            "photo_photo": _("Photo"),
            "no_microphone": _(
                "The microphone may not be used. Allow it in the browser, or choose a recording."
            ),
            "recording": _("Recording…"),
            "recorded": _("Recorded. Listen before you send it."),
            "record_again": _("Record anew"),
            "stop_recording": _("Stop"),
        },
        ensure_ascii=False,
    )


def intake_words() -> str:
    """Words of static/staff/intake.js."""
    return json.dumps(map_words(), ensure_ascii=False)
