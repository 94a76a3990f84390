"""What the scripts of the round say, translated here and handed over in a data attribute."""

from __future__ import annotations

import json

from django.utils.translation import gettext as _

from linli.desk.pages.staff.words import map_words


def round_words() -> str:
    """Words of static/round/*.js."""
    return json.dumps(
        {**map_words(), **_network(), **_waiting(), **_decisions(), **_sheets()}, ensure_ascii=False
    )


def _network() -> dict[str, str]:
    return {
        "offline": _("No network. As of {when}. Go on working: it is kept here and sent by itself."),
        "log_in_to_send": _("You are logged out. Log in again, and what waits here will be sent."),
        "log_in": _("Log in"),
        "needs_network": _("This needs the network."),
        "stay_here": _(
            "This browser cannot open the page without a network: leave it open while you are out."
        ),
        "no_map": _("This phone cannot draw the map. The list says the same."),
        "others_one": _("On this phone {n} thing of another account is not sent yet. Only they can send it."),
        "others_other": _(
            "On this phone {n} things of another account are not sent yet. Only they can send them."
        ),
    }


def _waiting() -> dict[str, str]:
    return {
        "waiting_one": _("{n} thing not sent yet"),
        "waiting_other": _("{n} things not sent yet"),
        "all_sent": _("Everything is sent"),
        "sent_one": _("{n} sent"),
        "sent_other": _("{n} sent"),
        "sent": _("Sent: {what}"),
        "files_one": _("{n} file"),
        "files_other": _("{n} files"),
        "take_back": _("Take back"),
        "take_back_what": _("Take back: {what}"),
        "state_waiting": _("kept here"),
        "state_sending": _("being sent"),
        "state_sent": _("sent"),
        "state_conflict": _("changed meanwhile"),
        "state_refused": _("not taken"),
    }


def _decisions() -> dict[str, str]:
    return {
        "conflict_title": _("Changed meanwhile: {what}"),
        "conflict_words": _(
            "Somebody was quicker. Nothing of yours is lost: look at both sides, then decide."
        ),
        "refused_title": _("Not taken: {what}"),
        "refused_words": _("The server did not take this."),
        "side_mine": _("What you did"),
        "side_theirs": _("What happened meanwhile"),
        "now": _("Now:"),
        "no_longer_lawful": _("What you did is no longer possible as the matter stands."),
        "send_mine": _("Send mine all the same"),
        "keep_as_note": _("Keep mine as a note"),
        "try_again": _("Try again"),
        "open_matter": _("Open the matter"),
        "drop_mine": _("Throw mine away"),
        "drop_sure": _("Throw it away? It cannot be brought back."),
    }


def _sheets() -> dict[str, str]:
    return {
        "not_kept": _("This phone could not keep it. Make room on the phone, and send it again."),
        "category_missing": _("Say what it is about."),
        "what_missing": _("Add a photo, or say in a few words what is wrong."),
        "where_missing": _("Say where it is."),
        "text_missing": _("Please write a few words; the other side needs them."),
        "note_missing": _("Record, write, or add a photo."),
        "answer_missing": _("Please answer: {question}"),
        "photo_chosen": _("Chosen photo"),
        "place_of_photo": _("Place taken from the photo."),
        "position_asked": _("Looking for the place…"),
        "position_taken": _("Place taken, to within {m} m."),
        "no_position": _("The phone does not say where it is."),
        "no_microphone": _("The microphone may not be used. Allow it in the browser, or choose a recording."),
        "recording": _("Recording…"),
        "recorded": _("Recorded. Listen before you send it."),
        "record_again": _("Record anew"),
        "stop_recording": _("Stop"),
    }
