# SPDX-License-Identifier: Apache-2.0
"""What makes the files inside the program, and the scoreboard: killed or stopped, none of them takes a half for a whole.
Usage: workshops_test.py GENERIC_MASK"""
import argparse
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))
import quality  # noqa: E402

GENERIC_MASK = None  # the workshop's path

# Stands for a workshop: draws what is asked for at once, or ends with an error; ships what training it was told of.
WORKSHOP = """#!/bin/bash
verb=$1; shift
while [ $# -gt 0 ]; do declare "${1#--}=$2"; shift 2; done
case $verb in
  render) [ -e fail-render ] && exit 1; exec mkdir -p "$bank"/{b,p0}{100..199} ;;
  train) [ -e stop-training ] && exit 130; exit 0 ;;
  ship) echo shipped > "$out" ;;
esac
"""


def write_program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


class Scratch(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="understudy-test-"))
        self.addCleanup(shutil.rmtree, self.folder)


class Scripts(Scratch):
    SCRIPTS = {"make_start": ("pretrain/pretrain_start", "lib/start/start-df-ud-96.safetensors"),
               "make_generic_mask": ("mask/generic_mask", "lib/xseg/generic-mask.safetensors")}

    def call(self, script):
        return subprocess.run([self.folder / "scripts" / script], timeout=60, capture_output=True, text=True, cwd=self.folder,
                              env={**os.environ, "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}"})

    def test_only_a_whole_training_is_shipped(self):
        write_program(self.folder / "bin/cmake", "#!/bin/sh\n")
        for script, (tool, shipped) in self.SCRIPTS.items():
            with self.subTest(script=script):
                write_program(self.folder / "scripts" / script, (ROOT / "scripts" / script).read_text())
                write_program(self.folder / "build/release/tools" / tool, WORKSHOP)
                file = self.folder / shipped
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text("before\n")
                for fault, said in ("fail-render", "ended too early"), ("stop-training", ""):
                    (self.folder / fault).touch()
                    stopped = self.call(script)  # and comes back
                    self.assertNotEqual(stopped.returncode, 0, stopped.stderr)
                    self.assertIn(said, stopped.stderr)
                    self.assertEqual(file.read_text(), "before\n")
                    (self.folder / fault).unlink()
                whole = self.call(script)
                self.assertEqual(whole.returncode, 0, whole.stderr)
                self.assertEqual(file.read_text(), "shipped\n")


class GenericMask(Scratch):
    def call(self, verb, *arguments):
        return [str(GENERIC_MASK), verb, *map(str, arguments)]

    def train(self, *arguments):
        return self.call("train", "--bank", self.folder / "bank", "--model", self.folder / "model", "--batch", 1, *arguments)

    def test_a_stopped_training_says_so_and_goes_on(self):
        for person in 0, 19:  # one to learn from, one held back
            subprocess.run(self.call("render", "--bank", self.folder / "bank", "--first", person, "--people", 1), check=True,
                           stdout=subprocess.DEVNULL)
        saved = self.folder / "model/mask.safetensors"
        training = subprocess.Popen(self.train("--save-seconds", 0), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 300
        while not saved.exists() and training.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        training.send_signal(signal.SIGTERM)
        said = training.communicate(timeout=300)[1]
        self.assertEqual(training.returncode, 130, said)
        self.assertIn("Stopped after", said)
        steps = int(said.split("Stopped after ")[1].split()[0])
        self.assertGreaterEqual(steps, 1)
        # All of the state is one file: whatever is killed when, steps and weights are of one moment.
        self.assertEqual([p.name for p in saved.parent.glob("*.safetensors")], ["mask.safetensors"])
        subprocess.run(self.train("--steps", steps + 1), check=True, stdout=subprocess.DEVNULL, timeout=300)
        again = subprocess.run(self.train("--steps", steps + 1), check=True, stdout=subprocess.PIPE, text=True, timeout=300)
        self.assertIn(f"{steps + 1}: IoU", again.stdout)

        # What was shipped is where a further training begins.
        ship = lambda model, out: subprocess.run(self.call("ship", "--model", model, "--out", out), check=True) and out.read_bytes()
        shipped = ship(self.folder / "model", self.folder / "shipped.safetensors")
        for name, begins in ("further", ["--from", self.folder / "shipped.safetensors"]), ("anew", []):
            subprocess.run(self.call("train", "--bank", self.folder / "bank", "--model", self.folder / name, "--batch", 1, "--steps", 0,
                                     *begins), check=True, stdout=subprocess.DEVNULL, timeout=300)
            self.assertEqual(ship(self.folder / name, self.folder / f"{name}.safetensors") == shipped, name == "further")


class Scoreboard(Scratch):
    def test_a_truth_that_was_killed_half_way_is_made_anew(self):
        clips = self.folder / "clips"
        write_program(clips, '#!/bin/sh\nmkdir -p "$1/truth"; echo 1 > "$1/truth/00001.png"\n'
                             '[ -e "$1/../killed" ] && kill -9 $$\necho 2 > "$1/truth/00002.png"\n')
        options = argparse.Namespace(clips=clips, frames=0, media=None)
        killed = self.folder / "killed"
        killed.touch()
        with self.assertRaises(subprocess.CalledProcessError):
            quality.prepare("ada_bo", self.folder / "work", options)
        killed.unlink()
        for _ in range(2):
            truth = quality.prepare("ada_bo", self.folder / "work", options)
            self.assertEqual(sorted(p.name for p in truth.iterdir()), ["00001.png", "00002.png"])
            clips.write_text("#!/bin/sh\nexit 1\n")  # it is not called again

    def test_a_filmed_clip_is_copied_whole_or_not_at_all(self):
        media, work = self.folder / "media", self.folder / "work"
        media.mkdir()
        for name in quality.FILMED["actor_a_b"]:
            (media / name).write_bytes(name.encode())
        options = argparse.Namespace(clips=None, frames=0, media=media)

        def cut_short(source, target):
            pathlib.Path(target).write_bytes(pathlib.Path(source).read_bytes()[:3])
            raise KeyboardInterrupt

        copy, shutil.copyfile = shutil.copyfile, cut_short
        try:
            with self.assertRaises(KeyboardInterrupt):
                quality.prepare("actor_a_b", work, options)
        finally:
            shutil.copyfile = copy
        quality.prepare("actor_a_b", work, options)
        self.assertEqual((work / "data_src.mp4").read_bytes(), b"actor_a.mp4")
        self.assertEqual((work / "data_dst.mp4").read_bytes(), b"actor_b.mp4")


if __name__ == "__main__":
    GENERIC_MASK = pathlib.Path(sys.argv[1]).resolve()
    unittest.main(argv=sys.argv[:1] + sys.argv[2:], verbosity=2)
