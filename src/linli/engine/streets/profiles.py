"""Who walks, and how: speeds, stairs, waits and limits, from `profiles.toml` with the evidence for each value."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Literal


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of walker. Times are flat length ÷ speed × slope factor, × `stairs_factor` on steps, plus waits."""

    key: str
    name_zh: str
    name_en: str
    speed_m_s: float
    stairs: Literal["walk", "never"]
    stairs_factor: float
    signal_delay_s: float
    lift_wait_s: float
    wheelchair: bool
    kerb_max_cm: float = float("inf")
    incline_max_percent: float = float("inf")
    evidence: dict[str, str] = field(default_factory=dict, hash=False)


@cache
def load_profiles() -> dict[str, Profile]:
    """The profiles of `profiles.toml` by key, in the order of the file."""
    text = files("linli.engine.streets").joinpath("profiles.toml").read_text(encoding="utf-8")
    return {key: Profile(key=key, **row) for key, row in tomllib.loads(text).items()}
