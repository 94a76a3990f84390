"""Compile the walking-time kernel while the package is being installed.

The `ziglang` wheel carries clang for every platform, so a machine with only Python can build it. Where the compiler
is absent or fails, the install still succeeds and `linli.engine.reach` answers through scipy.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
# x86-64-v2 (SSE4.2) is what every machine sold since 2009 runs; arm64 has NEON always.
CPU = {"x86_64": ["-mcpu=x86_64_v2"], "amd64": ["-mcpu=x86_64_v2"]}


class KernelBuildHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        folder = Path(self.root, "src", "linli", "engine", "reach")
        source, library = folder / "_kernel.c", folder / f"_kernel{SUFFIX}"
        if os.environ.get("LINLI_NO_KERNEL") or not source.exists():
            return
        machine = sysconfig.get_platform().rsplit("-", 1)[-1].lower()
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
            *CPU.get(machine, []),
            "-o",
            str(unfinished),
            str(source),
        ]
        try:
            subprocess.run(command, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            self.app.display_warning(
                f"The kernel was not compiled ({error}); linli will use scipy, which is slower."
            )
            unfinished.unlink(missing_ok=True)
            return
        unfinished.replace(library)
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"
        build_data["artifacts"].append(str(library.relative_to(self.root)))
