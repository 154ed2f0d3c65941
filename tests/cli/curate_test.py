# SPDX-License-Identifier: Apache-2.0
"""Sorting, filtering and looking at a faceset through the real binary. Usage: curate_test.py UNDERSTUDY"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import FilmTest, noise_png, run, run_well  # noqa: E402
from whole_files import check_file  # noqa: E402

FACES = 10
METHODS = ["blur", "motion-blur", "face-yaw", "face-pitch", "face-source-rect-size", "hist", "hist-dissim", "brightness", "hue",
           "black", "origname", "oneface", "absdiff", "final", "final-fast", "quality", "duplicates", "expression", "coverage"]


class Curate(FilmTest):
    FRAMES, SIDES = FACES, ["src"]

    @classmethod
    def make_film(cls):
        """With a picture that is no face, and a damaged file."""
        super().make_film()
        faces = cls.film / "data_src" / "aligned"
        noise_png(faces / "foreign.png", 512)
        whole = next(faces.glob("*.jpg")).read_bytes()
        (faces / "damaged.jpg").write_bytes(whole[:len(whole) // 2])

    def setUp(self):
        self.copy = self.film_copy()

    def verb(self, *arguments):
        return run_well("-w", self.copy, *arguments).report()

    def files(self, folder="aligned"):
        path = self.copy / "data_src" / folder
        return {p.name: p.read_bytes() for p in path.iterdir() if p.is_file()} if path.is_dir() else {}

    def order(self, *options):
        self.verb("sort", "src", "--dry-run", *options)
        return json.loads((self.copy / ".understudy" / "sort-src.json").read_text())

    def test_every_method_says_what_it_would_do_and_moves_nothing(self):
        before = self.files()
        for method in METHODS:
            order = self.order("--by", method)
            named = [row["file"] for row in order["order"]] + order["trash"] + [row["file"] for row in order["left_alone"]]
            self.assertEqual(sorted(named), sorted(before), method)
            self.assertEqual([row["file"] for row in order["left_alone"]], ["damaged.jpg"], method)
            values = [row["value"] for row in order["order"] if "value" in row]
            if method in ("blur", "motion-blur", "face-yaw", "face-pitch", "brightness", "hue", "quality", "hist-dissim"):
                self.assertEqual(values, sorted(values, reverse=True), method)
                self.assertGreaterEqual(len(values), FACES, method)
        self.assertEqual(self.files(), before)
        self.assertEqual(self.files("aligned_trash"), {})

    def test_sorting_is_what_the_dry_run_said_and_can_be_taken_back(self):
        before = self.files()
        order = self.order("--by", "blur")
        report = self.verb("sort", "src", "--by", "blur")
        self.assertEqual((report["kept"], report["trashed"], report["left_alone"]), (FACES, 1, 1))
        self.assertEqual(report["catalogue"]["measured"], 0)
        after = self.files()
        for number, row in enumerate(order["order"]):
            self.assertEqual(after[f"{number:05}.jpg"], before[row["file"]])
        self.assertEqual(after["damaged.jpg"], before["damaged.jpg"])
        self.assertEqual(self.files("aligned_trash"), {"foreign.png": before["foreign.png"]})
        again = self.verb("sort", "src", "--by", "face-yaw")
        self.assertEqual(again["catalogue"]["measured"], 0)  # known under their new names
        undone = [self.verb("sort", "src", "--undo")["undone"] for _ in range(2)]
        self.assertEqual(undone, ["sort by face-yaw", "sort by blur"])
        self.assertEqual(self.files(), before)
        self.assertEqual(self.files("aligned_trash"), {})
        nothing = run("-w", self.copy, "sort", "src", "--undo")
        self.assertEqual((nothing.status, len(nothing.complaints())), (1, 1))

    def test_filters_list_throw_out_and_keep(self):
        before = self.files()
        listed = self.verb("faceset", "filter", "src", "state == 'face' && width == 512", "--output", self.copy / "names.txt")
        self.assertEqual(listed["holds_for"], FACES)
        self.assertEqual((self.copy / "names.txt").read_text().split(), listed["names"])
        self.assertEqual(self.verb("faceset", "filter", "src", "name == 'x' || blur > 1")["holds_for"], 0)
        first = listed["names"][0]
        thrown = self.verb("faceset", "filter", "src", f"name == '{first}'", "--trash")
        self.assertEqual(thrown["trashed"], 1)
        self.assertEqual(self.files("aligned_trash"), {first: before[first]})
        kept = self.verb("faceset", "filter", "src", "confidence > 0", "--keep")
        self.assertEqual(kept["trashed"], 1)  # the foreign picture; what cannot be read stays
        self.assertEqual(len(self.files()), FACES)
        for _ in range(2):
            self.verb("sort", "src", "--undo")
        self.assertEqual(self.files(), before)
        for bad in "jaw < 1", "yaw", "yaw <", "(" * 500 + "yaw<1":
            refused = run("-w", self.copy, "faceset", "filter", "src", bad)
            self.assertEqual((refused.status, len(refused.complaints())), (2, 1), refused.err)

    def test_a_list_never_takes_the_place_of_what_is_read(self):
        aligned = self.copy / "data_src" / "aligned"
        before, face = self.files(), next(aligned.glob("*_0.jpg"))
        (self.copy / "link").symlink_to(aligned)
        sources = self.copy / "data_src", self.copy / "data_src.mp4", self.copy / "model"
        for verb in (("sort", "src", "--by", "blur", "--dry-run"), ("faceset", "filter", "src", "state == 'face'"),
                     ("faceset", "filter", "src", "state == 'face'", "--trash"), ("faceset", "stats", "src")):
            for output in (aligned, self.copy / "link", face, self.copy / "link" / face.name, *sources):
                refused = run("-w", self.copy, *verb, "--output", output)
                self.assertEqual((refused.status, len(refused.complaints())), (2, 1), (verb, output, refused.err))
                self.assertIn("cannot be the output", refused.err)
        self.assertEqual(self.files(), before)
        self.verb("faceset", "filter", "src", "state == 'face'", "--output", aligned / "names.txt")  # no face: it may lie there
        self.verb("faceset", "filter", "src", "state == 'face'", "--output", aligned / "names.txt")
        self.assertEqual(len((aligned / "names.txt").read_text().split()), FACES)

    def test_stats_are_pictures_and_numbers(self):
        report = self.verb("faceset", "stats", "src")
        self.assertEqual((report["faces"], report["pictures"], report["unreadable"]), (FACES, 1, 1))
        folder = pathlib.Path(report["output"])
        for name in "pose.png", "histograms.png":
            check_file(folder / name)
        stats = json.loads((folder / "stats.json").read_text())
        self.assertEqual(sum(stats["numbers"]["blur"]["histogram"]), FACES)
        self.assertEqual(sum(sum(line) for line in stats["pose"]["counts"]), FACES)

    def test_what_cannot_be_done_is_said_in_one_sentence(self):
        for arguments, status in ((("sort", "dst"), 1), (("sort", "src", "--by", "nose"), 2),
                                  (("sort", "src", "--by", "final", "--target", "64"), 2), (("catalogue", "both"), 2)):
            refused = run("-w", self.copy, *arguments)
            self.assertEqual((refused.status, len(refused.complaints())), (status, 1), refused.err)
        for name in "foreign.png", "damaged.jpg":
            (self.copy / "data_src" / "aligned" / name).unlink()
        run_well("-w", self.copy, "faceset", "pack", "src")
        packed = run("-w", self.copy, "sort", "src")
        self.assertEqual((packed.status, len(packed.complaints())), (1, 1), packed.err)

    def test_a_lost_catalogue_is_built_anew(self):
        self.assertEqual(self.verb("catalogue", "src")["measured"], FACES + 2)
        self.assertEqual(self.verb("catalogue", "src")["measured"], 0)
        database = self.copy / ".understudy" / "catalogue.db"
        database.write_bytes(b"no database" * 1000)
        report = self.verb("catalogue", "src")
        self.assertEqual((report["measured"], report["rebuilt"]), (FACES + 2, True))
        database.unlink()
        self.assertEqual(self.verb("catalogue", "src")["measured"], FACES + 2)


if __name__ == "__main__":
    program.main()
