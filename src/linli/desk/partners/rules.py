"""Who may connect other systems: whoever answers for the community."""

from __future__ import annotations

import rules

from linli.desk.people.rules import is_director

rules.add_perm("partners.see", is_director)
rules.add_perm("partners.change", is_director)
