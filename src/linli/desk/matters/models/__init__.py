"""The tables of this room, and the states they stand in."""

from __future__ import annotations

from linli.desk.matters.lifecycle import (
    FINAL,
    OPEN,
    RUNNING,
    SETTLED,
    TRANSITIONS,
    Outcome,
    State,
    Transition,
    Verb,
    Who,
)
from linli.desk.matters.models.arrangements import LadderRung, Looking, ReplyTemplate, RoutingRule, SavedView
from linli.desk.matters.models.incoming import Hold, Mail, Mailbox, MatterList
from linli.desk.matters.models.matter import (
    Audience,
    Callback,
    Category,
    Escalation,
    Follower,
    Matter,
    Source,
    Step,
)
from linli.desk.matters.models.proposal import Proposal
from linli.desk.matters.models.slip import Slip

__all__ = [
    "FINAL",
    "OPEN",
    "RUNNING",
    "SETTLED",
    "TRANSITIONS",
    "Audience",
    "Callback",
    "Category",
    "Escalation",
    "Follower",
    "Hold",
    "LadderRung",
    "Looking",
    "Mail",
    "Mailbox",
    "Matter",
    "MatterList",
    "Outcome",
    "Proposal",
    "ReplyTemplate",
    "RoutingRule",
    "SavedView",
    "Slip",
    "Source",
    "State",
    "Step",
    "Transition",
    "Verb",
    "Who",
]
