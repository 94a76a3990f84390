"""The director's overview."""

from __future__ import annotations

from linli.desk.matters.actions.proposing import propose_project
from tests.desk.doors import A, D, Who, a_matter
from tests.desk.people.conftest import Office

READ: dict[str, Who] = {
    "overview:director": {D, A},
    "overview:week": {D, A},
    "overview:export": {D},
    "overview:proposals": {D, A},
    "overview:propose": {D},
    "overview:proposal": {D, A},
}
POSTED: dict[str, Who] = {
    "overview:acknowledge": {D},
}
ELSEWHERE: dict[str, str] = {}


def arguments(office: Office) -> dict[str, list]:
    matter = a_matter(office)
    proposal = propose_project(by=office.actor("director"), title="改线", text="第三次了", matters=[matter])
    return {"overview:acknowledge": [matter.code], "overview:proposal": [proposal.number]}
