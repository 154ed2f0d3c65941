# SPDX-License-Identifier: Apache-2.0
"""Films that many tests begin with, made once for every program that is built: they lie beside it, in test-films."""
import hashlib
import os
import pathlib
import shutil
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def stamp_of(program):
    """Another for every program that is built and for what else films are made with: what is made may differ."""
    folder = pathlib.Path(program).resolve().parent
    files = sorted(path for path in folder.iterdir() if path.is_file() and (path.suffix == ".so" or path.name.startswith("understudy")))
    told = "\n".join(f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files)
    told += "".join((HERE / name).read_text() for name in ("films.py", "program.py"))
    told += repr([os.environ.get(name) for name in ("ONEDNN_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY")])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


class Films:
    """The states of films by the steps that led to them, as copies."""

    def __init__(self, program):
        root = pathlib.Path(program).resolve().parent / "test-films"
        self.folder = root / stamp_of(program)
        try:
            if not self.folder.exists() and root.exists():
                for old in root.iterdir():
                    if old != self.folder:  # which another test may be making just now
                        shutil.rmtree(old, ignore_errors=True)
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            pass  # nothing is kept then

    def place(self, steps):
        return self.folder / hashlib.sha256(repr(steps).encode()).hexdigest()[:24]

    def keep(self, film, steps):
        """Whole or not at all; of two tests that made the same at once, the first one's stays. Where there is no room, or
        nothing can be written beside the program, nothing is kept, and the next test makes its film itself."""
        try:
            scratch = pathlib.Path(tempfile.mkdtemp(prefix="new-", dir=self.folder))
        except OSError:
            return
        try:
            shutil.copytree(film, scratch / "film")
            os.rename(scratch / "film", self.place(steps))
        except OSError:
            pass
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def make(self, film, steps, do):
        """Takes the steps, tuples of text, from the last state on that is kept; do(step) takes one."""
        steps = [tuple(map(str, step)) for step in steps]
        known = max((n for n in range(1, len(steps) + 1) if self.place(steps[:n]).exists()), default=0)
        if known:
            shutil.copytree(self.place(steps[:known]), film, dirs_exist_ok=True)
        for n in range(known, len(steps)):
            do(steps[n])
            self.keep(film, steps[:n + 1])
