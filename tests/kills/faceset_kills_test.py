# SPDX-License-Identifier: Apache-2.0
"""Kills the tools that move or remove faces at random moments: every face is there whole after every kill, and a rerun ends
the work. Usage: faceset_kills_test.py UNDERSTUDY"""
import json
import pathlib
import random
import shutil
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import dfl_files  # noqa: E402
import program  # noqa: E402
from program import FilmTest, Job  # noqa: E402

SEED, FACES, KILLS = 20261123, 1500, 60


def contents(film):
    """The bytes of every face under the film, loose or packed, however often."""
    found = set()
    for path in film.rglob("*"):
        if path.suffix == ".jpg" and not path.name.startswith(".understudy-tmp-"):
            found.add(path.read_bytes())
        if path.name == "faceset.pak":
            found.update(jpeg for _, jpeg in dfl_files.read_pak(path.read_bytes()))
    return found


class FacesetKills(FilmTest):
    SIDES, EXTRACT = ["src"], ["--image-size", 64]

    @classmethod
    def make_film(cls):
        super().make_film()
        cls.aligned = cls.film / "data_src" / "aligned"
        one = sorted(cls.aligned.glob("*.jpg"))[0].read_bytes()
        info = dfl_files.metadata(one)
        shutil.rmtree(cls.aligned)
        cls.aligned.mkdir()
        for i in range(FACES):  # sorted under other names than their frames'
            info["source_filename"] = f"{i // 2:05}.png"
            info["source_rect"] = dfl_files.Array("i4", (4,), [0, 0, 50 + i % 2, 50])
            (cls.aligned / f"{(i * 7) % FACES:05}.jpg").write_bytes(dfl_files.with_metadata(one, info))
        cls.all = contents(cls.film)
        assert len(cls.all) == FACES
        cls.list = cls.scratch / "list.txt"

    def check(self, after):
        self.assertEqual(contents(self.film), self.all, after)

    def start(self, tool, *arguments):
        return Job("-w", self.film, "faceset", tool, "src", *arguments)

    def finish(self, tool, *arguments):
        began = time.monotonic()
        job = self.start(tool, *arguments)
        self.assertEqual(job.finish(), 0, job.errors + "".join(job.lines[-1:]))
        self.seconds[tool] = time.monotonic() - began
        self.check(tool)
        self.assertEqual([p for p in self.film.rglob("*") if "-tmp-" in p.name or "-move-" in p.name], [])
        self.assertFalse((self.aligned / ".understudy" / "moves.json").exists())

    def choose(self, folder):
        names = sorted(path.name for path in folder.glob("*.jpg"))
        self.list.write_text("\n".join(names[::2]))

    def test_kills(self):
        chance, hits = random.Random(SEED), dict.fromkeys(("pack", "unpack", "recover-names", "delete", "restore"), 0)
        wanted = KILLS // len(hits)
        self.seconds = dict.fromkeys(hits, 0.3)  # that each took the last time
        trash = self.aligned.parent / "aligned_trash"
        while min(hits.values()) < wanted:
            for tool in hits:
                arguments = []
                if tool in ("delete", "restore"):
                    self.choose(self.aligned if tool == "delete" else trash)
                    arguments = ["--list", self.list]
                for _ in range(min(6, wanted - hits[tool])):
                    job = self.start(tool, *arguments)
                    time.sleep(chance.uniform(0.01, self.seconds[tool]))
                    hit = job.kill()
                    self.check(f"a kill of {tool}")
                    hits[tool] += hit
                    if not hit:
                        break
                if tool != "unpack" or (self.aligned / "faceset.pak").exists():
                    self.finish(tool, *arguments)
                self.assertEqual((self.aligned / "faceset.pak").exists(), tool == "pack")
                if tool == "restore":
                    self.finish(tool)  # the rest, too
                    self.assertEqual(len(list(self.aligned.glob("*.jpg"))), FACES)
        names = sorted(path.name for path in self.aligned.glob("*.jpg"))
        self.assertEqual(names, sorted(f"{i // 2:05}_{1 - i % 2}.jpg" for i in range(FACES)))
        print(json.dumps({"kills": hits}))


if __name__ == "__main__":
    program.main()
