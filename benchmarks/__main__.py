"""`python -m benchmarks [NAME…]`: take the figures of benchmarks/NAME.py, or of all; exit 1 if any falls short."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks

_NOT_CLAIMS = {
    "__main__",
    "bare",
    "counting",
    "district",
    "figures",
    "graphs",
    "looking",
    "servers",
    "writers",
}


def main() -> int:
    known = sorted({module.name for module in pkgutil.iter_modules(benchmarks.__path__)} - _NOT_CLAIMS)
    wanted = sys.argv[1:] or known
    for name in wanted:
        if name not in known:
            print(f"benchmarks: no {name}; there are: {', '.join(known)}", file=sys.stderr)
            return 2
    verdicts = []
    for name in wanted:
        for figure in importlib.import_module(f"benchmarks.{name}").figures():
            print(figure, flush=True)
            verdicts.append(figure.met)
    print(f"{verdicts.count(True)} met, {verdicts.count(False)} short, {verdicts.count(None)} SKIPPED")
    return 1 if False in verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
