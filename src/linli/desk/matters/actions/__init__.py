"""Every write about matters, one verb a function; each in its own file by the part of a matter's life it belongs to."""

from __future__ import annotations

from linli.desk.matters.actions.callback import (
    close_matter,
    lapse_callback,
    open_callback,
    reopen,
    resident_answers,
    waive_callback,
    withdraw,
)
from linli.desk.matters.actions.editing import correct_matter, publish_matter
from linli.desk.matters.actions.intake import (
    Received,
    accept_matter,
    answer_matter,
    assign_matter,
    object_to_matter,
    receive_matter,
    refuse_matter,
)
from linli.desk.matters.actions.joining import follow, merge_matters, split_matter, unfollow
from linli.desk.matters.actions.proposing import propose_project
from linli.desk.matters.actions.reading import note_reading
from linli.desk.matters.actions.setting_up import make_rule, move_rule, retire_rule, seed_matters
from linli.desk.matters.actions.slips import (
    Contact,
    put_down,
    resident_of,
    settle,
    settle_code,
    was_put_down,
)
from linli.desk.matters.actions.taking_out import record_export
from linli.desk.matters.actions.work import (
    acknowledge_rung,
    ask_resident,
    department_reports,
    extend,
    finish_matter,
    note_matter,
    resident_replies,
    resume_matter,
    say_publicly,
    start_matter,
    whistle,
)
from linli.desk.matters.errors import ConflictError, NotNowError, RefusedError

__all__ = [
    "ConflictError",
    "Contact",
    "NotNowError",
    "Received",
    "RefusedError",
    "accept_matter",
    "acknowledge_rung",
    "answer_matter",
    "ask_resident",
    "assign_matter",
    "close_matter",
    "correct_matter",
    "department_reports",
    "extend",
    "finish_matter",
    "follow",
    "lapse_callback",
    "make_rule",
    "merge_matters",
    "move_rule",
    "note_matter",
    "note_reading",
    "object_to_matter",
    "open_callback",
    "propose_project",
    "publish_matter",
    "put_down",
    "receive_matter",
    "record_export",
    "refuse_matter",
    "reopen",
    "resident_answers",
    "resident_of",
    "resident_replies",
    "resume_matter",
    "retire_rule",
    "say_publicly",
    "seed_matters",
    "settle",
    "settle_code",
    "split_matter",
    "start_matter",
    "unfollow",
    "waive_callback",
    "was_put_down",
    "whistle",
    "withdraw",
]
