# SPDX-License-Identifier: Apache-2.0
"""The real binary as tests see it: run it, read its events, stop it, and make the small clips that they work on."""
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
import zlib

from films import Films

UNDERSTUDY = None  # the binary's path, from main()

# A SAEHD model small enough to train an iteration in a tenth of a second.
TINY_MODEL = ["--archi", "df-ud", "--resolution", "64", "--ae-dims", "32", "--e-dims", "16", "--d-dims", "16",
              "--d-mask-dims", "8", "--batch-size", "2", "--face-type", "wf"]
ONE_THREAD = ["--threads", "1"]  # so small a model is quickest so, above all on a busy machine


# Threads that wait spinning make a loaded machine many times slower. What the studio keeps for its user is no test's business.
ENVIRONMENT = {**os.environ, "OMP_WAIT_POLICY": "passive",
               "XDG_STATE_HOME": os.path.join(tempfile.gettempdir(), f"understudy-test-state-{os.getuid()}")}


class Outcome:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def report(self):
        """The JSON object that a verb prints last without --json."""
        return json.loads(self.out[self.out.index("{"):])

    def complaints(self):
        """The lines of standard error that are neither stages nor notes nor progress: what went wrong."""
        return [line for line in self.err.splitlines() if line.startswith("understudy: ")]


def run(*arguments, cwd=None, timeout=300):
    done = subprocess.run([UNDERSTUDY, *map(str, arguments)], capture_output=True, text=True, cwd=cwd, timeout=timeout,
                          stdin=subprocess.DEVNULL, env=ENVIRONMENT)
    return Outcome(done.returncode, done.stdout, done.stderr)


def run_well(*arguments, **options):
    outcome = run(*arguments, **options)
    if outcome.status != 0:
        raise AssertionError(f"understudy {' '.join(map(str, arguments))} ended with {outcome.status}:\n{outcome.err}")
    return outcome


class Job:
    """A running `understudy ... --json`: its events as they come, commands, kill."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([UNDERSTUDY, "--json", *map(str, arguments)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env=ENVIRONMENT)
        self.lines = []
        self.changed = threading.Condition()
        self.ended = False
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line)
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def events(self):
        with self.changed:
            return [json.loads(line) for line in self.lines if line.endswith("\n")]

    def wait_for(self, wanted, timeout=120):
        """Until an event for which wanted(event) holds; False when the job ended without one."""
        with self.changed:
            seen = 0
            while True:
                while seen < len(self.lines):
                    seen += 1
                    if self.lines[seen - 1].endswith("\n") and wanted(json.loads(self.lines[seen - 1])):
                        return True
                if self.ended:
                    return False
                if not self.changed.wait(timeout):
                    raise AssertionError(f"no event for {timeout} s")

    def command(self, name, **more):
        self.send(json.dumps({"command": name, **more}))

    def send(self, line):
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass  # it has ended

    def ask(self, name, **more):
        """Sends a request and gives its answer, an event."""
        self.asked = getattr(self, "asked", 0) + 1
        self.command(name, id=self.asked, **more)
        answers = []

        def is_answer(event):
            if event["event"] in ("accepted", "refused") and event["request"] == self.asked:
                answers.append(event)
            return answers

        return answers[0] if self.wait_for(is_answer) else None

    def kill(self):
        """SIGKILL; True when it still ran."""
        self.process.kill()
        return self.finish() == -9

    def finish(self, timeout=300):
        status = self.process.wait(timeout)
        self.reader.join(timeout)
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.errors = self.process.stderr.read()
        self.process.stdout.close()
        self.process.stderr.close()
        return status


def write_png(path, side, rows, colour):
    """A square 8-bit PNG of that PNG colour type (0 grey, 2 RGB) from `side` rows of bytes."""
    chunk = lambda kind, body: struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, colour, 0, 0, 0)) +
                     chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))) + chunk(b"IEND", b""))


def noise_png(path, side=96):
    write_png(path, side, [os.urandom(side * 3) for _ in range(side)], 2)


def grey_png(path, side, level):
    """level(x, y) is 0..255."""
    write_png(path, side, [bytes(level(x, y) for x in range(side)) for y in range(side)], 0)


def draw_clips(folder, size, frames):
    """The demo, stopped after drawing its two people."""
    job = Job("-w", folder, "demo", "--size", size, "--frames", frames, "--target-iter", 1)
    clips = [0]

    def second_clip(event):
        clips[0] += event["event"] == "saved" and event["what"] == "clip"
        return clips[0] == 2

    drawn = job.wait_for(second_clip)
    job.command("stop")
    if not drawn or job.finish() != 130:
        raise AssertionError(f"the demo drew no clips or did not stop: {job.lines[-3:]}")
    for leftover in ("data_src", "data_dst", "model", ".understudy"):
        shutil.rmtree(pathlib.Path(folder) / leftover, ignore_errors=True)


def make_film(folder, steps):
    """A workspace in which clips were drawn and verbs called, all done once for all tests that begin with the same."""
    def do(step):
        draw_clips(folder, *step[1:]) if step[0] == "clips" else run_well("-w", folder, *step)

    Films(UNDERSTUDY).make(folder, steps, do)


def make_clips(folder, size=200, frames=12):
    """data_src.mp4 and data_dst.mp4 (with sound) of the demo's two people."""
    make_film(folder, [("clips", size, frames)])


def snapshot(folder):
    """Every file below a folder with its bytes, except the jobs' logs, lock files and the lists of what was made, which
    tell the time."""
    files = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = pathlib.Path(root) / name
            relative = path.relative_to(folder).as_posix()
            if ".understudy/jobs" not in relative and not name.endswith(("lock", "made.jsonl")):
                files[relative] = path.read_bytes()
    return files


class FilmTest(unittest.TestCase):
    """Tests over one small film, made once for all tests of a class: what changes its files works on a copy."""
    FRAMES = 8
    SIDES = ()  # whose faces are extracted
    EXTRACT = ()  # how
    MODEL = ()  # options of a model to train, saved at iterations 2 and 4

    @classmethod
    def setUpClass(cls):
        cls.scratch = pathlib.Path(tempfile.mkdtemp(prefix="understudy-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.scratch)
        cls.film = cls.scratch / "film"
        cls.make_film()

    @classmethod
    def steps(cls):
        """That lead to the film."""
        return [("clips", 200, cls.FRAMES), *(("extract", side, *cls.EXTRACT) for side in cls.SIDES),
                *(("train", "saehd", *cls.MODEL, *ONE_THREAD, "--target-iter", at) for at in ((2, 4) if cls.MODEL else ()))]

    @classmethod
    def make_film(cls):
        make_film(cls.film, cls.steps())

    def name(self):
        return self.id().rsplit(".", 1)[1]

    def folder(self):
        """This test's own."""
        path = self.scratch / self.name()
        if not path.exists():
            path.mkdir()
            self.addCleanup(shutil.rmtree, path)
        return path

    def film_copy(self):
        return shutil.copytree(self.film, self.folder() / "film")


class MergedFilmTest(FilmTest):
    """Tests of `merge …` over a film that was merged once, each on a copy of its own."""
    SIDES, MODEL, FRAMES = ("src", "dst"), TINY_MODEL, 14

    @classmethod
    def steps(cls):
        return [*super().steps(), ("merge", *ONE_THREAD)]

    def setUp(self):
        self.work = self.film_copy()
        self.merged = self.work / "data_dst/merged"

    def verb(self, *arguments):
        return run_well("-w", self.work, "merge", *arguments).report()


def main():
    """Runs the tests of the program that was started; its first argument is the binary's path."""
    global UNDERSTUDY
    UNDERSTUDY = sys.argv.pop(1)
    unittest.main(verbosity=2)
