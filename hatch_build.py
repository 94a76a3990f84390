"""Compile the kernels of walking times and of siting while the package is being installed.

The `ziglang` wheel carries clang for every platform, so a machine with only Python can build them. Where the compiler
is absent or fails, the install still succeeds: `linli.engine.reach` answers through scipy, `linli.engine.siting` through HiGHS.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
# x86-64-v2 (SSE4.2) is what every machine sold since 2009 runs; arm64 has NEON always. AVX2 halves the lists of
# `k_nearest`; compiled.py takes that build where the processor has it.
X86 = {"": "x86_64_v2", "_avx2": "x86_64_v2+avx2"}
VARIANTS: dict[str, dict[str, str]] = {"x86_64": X86, "amd64": X86}


class KernelBuildHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        sources = [
            Path(self.root, "src", "linli", "engine", room, "_kernel.c") for room in ("reach", "siting")
        ]
        if os.environ.get("LINLI_NO_KERNEL") or not all(source.exists() for source in sources):
            return
        machine = sysconfig.get_platform().rsplit("-", 1)[-1].lower()
        variants = VARIANTS.get(machine, {"": ""})
        for source, (name, cpu) in itertools.product(sources, variants.items()):
            library = source.with_name(f"_kernel{name}{SUFFIX}")
            if not self._compiled(source, library, [f"-mcpu={cpu}"] if cpu else []):
                return
            build_data["artifacts"].append(str(library.relative_to(self.root)))
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"

    def _compiled(self, source: Path, library: Path, cpu: list[str]) -> bool:
        unfinished = library.with_suffix(f".{os.getpid()}{SUFFIX}")
        command = [
            sys.executable,
            "-m",
            "ziglang",
            "cc",
            "-O3",
            "-std=c11",
            "-shared",
            "-fPIC",
            "-fno-sanitize=all",
            "-Wall",
            "-Wextra",
            "-g0",
            *cpu,
            "-o",
            str(unfinished),
            str(source),
        ]
        try:
            subprocess.run(command, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            self.app.display_warning(
                f"A kernel was not compiled ({error}); linli will do without, which is slower."
            )
            unfinished.unlink(missing_ok=True)
            return False
        unfinished.replace(library)
        return True
