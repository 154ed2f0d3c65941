# SPDX-License-Identifier: Apache-2.0
"""What a verb loads before it works: LibTorch, OpenVINO and FFmpeg only where they are needed, told by the loader itself; that it
ends without taking them down again. And that the launcher tells of all verbs what the whole program does.
Usage: start_test.py UNDERSTUDY"""
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import FilmTest, run_well  # noqa: E402

HEAVY = {"LibTorch": "libtorch_cpu", "OpenVINO": "libopenvino.", "FFmpeg": "libavcodec."}


def loaded(*arguments):
    """Which of the heavy libraries a call loads, and how it ended."""
    outcome = subprocess.run([program.UNDERSTUDY, *map(str, arguments)], capture_output=True, text=True, errors="replace",
                             stdin=subprocess.DEVNULL, env={**os.environ, "LD_DEBUG": "libs"}, timeout=300)
    started = re.findall(r"calling init: (\S+)", outcome.stderr)
    if not any("libstdc++" in library for library in started):
        raise AssertionError("the loader tells nothing: " + outcome.stderr[:500])
    return {name for name, library in HEAVY.items() if any(pathlib.Path(s).name.startswith(library) for s in started)}, outcome


class Loading(FilmTest):
    SIDES = ["src"]

    def light(self, *arguments, needed=frozenset()):
        found, outcome = loaded(*arguments)
        self.assertEqual(outcome.returncode, 0, outcome.stdout + outcome.stderr[-500:])
        self.assertEqual(found, set(needed), arguments)
        self.assertNotIn("calling fini", outcome.stderr, "libraries are taken down at the end")

    def test_what_needs_no_network_loads_none(self):
        film = self.film_copy()
        for arguments in ("--version",), ("--help",), ("schema",), ("schema", "--typescript"), ("schema", "--routes"), ("--options-markdown",), \
                ("train", "saehd", "--help"), ("model", "--help"), ("extract", "--help"):
            self.light(*arguments)
        for verb in ("sort", "src", "--by", "blur"), ("sort", "src", "--undo"), ("catalogue", "src"), ("faceset", "stats", "src"), \
                ("faceset", "filter", "src", "yaw < 0"), ("faceset", "save-metadata", "src"), ("faceset", "pack", "src"), \
                ("faceset", "unpack", "src"), ("merge", "set", "erode=3"), ("merge", "show"), ("merge", "undo"):
            self.light("-w", film, *verb)
        self.light("-w", self.folder() / "new", "new")

    def test_what_needs_one_loads_that(self):
        film = self.film_copy()
        self.light("-w", film, "frames", "extract", "src", needed={"FFmpeg"})
        self.light("-w", film, "sort", "src", "--by", "identity", needed={"OpenVINO"})
        self.light("-w", film, "extract", "src", "--redo", needed={"OpenVINO"})  # from the frames
        self.light("-w", film, "model", "list", needed={"LibTorch"})


class Table(unittest.TestCase):
    """The launcher and the whole program beside it."""

    def whole(self, *arguments):
        path = pathlib.Path(program.UNDERSTUDY).parent / "understudy-whole"
        return subprocess.run([path, *arguments], capture_output=True, text=True, timeout=300)

    def test_both_tell_the_same(self):
        verbs = [verb["name"].split() for verb in run_well("schema").report()["verbs"]]
        self.assertGreater(len(verbs), 30)
        groups = sorted({words[0] for words in verbs if len(words) == 2})
        for arguments in (["--version"], ["--help"], ["--options-markdown"], ["schema"], *([g, "--help"] for g in groups),
                          *([*words, "--help"] for words in verbs)):
            whole = self.whole(*arguments)
            self.assertEqual(whole.returncode, 0, whole.stderr)
            self.assertEqual(run_well(*arguments).out, whole.stdout, arguments)

    def test_wrong_usage_is_told_in_the_same_words(self):
        for arguments in (["train"], ["train", "saehdd"], ["train", "saehd", "--archy", "df"], ["merge", "--no-such"], ["merge", "sett"],
                          ["merge", "set", "erode=3", "--blur", "4"], ["no-such-verb"], []):
            mine, whole = program.run(*arguments), self.whole(*arguments)
            self.assertEqual((mine.status, mine.err), (whole.returncode, whole.stderr), arguments)
            self.assertEqual(mine.status, 2)

    def test_without_the_whole_program_it_says_so(self):
        alone = pathlib.Path(program.UNDERSTUDY).resolve()
        with program.tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "understudy"
            copy.write_bytes(alone.read_bytes())
            copy.chmod(0o755)
            outcome = subprocess.run([copy, "doctor"], capture_output=True, text=True, timeout=300)
            self.assertEqual(outcome.returncode, 1)
            self.assertEqual(len(outcome.stderr.strip().splitlines()), 1, outcome.stderr)
            self.assertIn("understudy-whole", outcome.stderr)


if __name__ == "__main__":
    program.main()
