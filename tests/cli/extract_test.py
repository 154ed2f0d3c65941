# SPDX-License-Identifier: Apache-2.0
"""Step 2 end to end where several people are in the picture, and decoding by a graphics card that may not be there.
Usage: extract_test.py UNDERSTUDY"""
import json
import pathlib
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import dfl_files  # noqa: E402
import program  # noqa: E402
from program import FilmTest, run_well, write_png  # noqa: E402
from whole_files import png_rows  # noqa: E402

FRAMES = FilmTest.FRAMES


class TwoPeople(FilmTest):
    """Bo at the upper left of the frame, Ada smaller at the lower right."""

    @classmethod
    def make_film(cls):
        super().make_film()
        for side in ("src", "dst"):
            run_well("-w", cls.film, "frames", "extract", side)
        both = cls.film / "both"
        both.mkdir()
        for i in range(1, FRAMES + 1):
            name = f"{i:05}.png"
            ada, bo = (png_rows((cls.film / folder / name).read_bytes()) for folder in ("data_src", "data_dst"))
            grey = b"\x78" * len(ada[0])
            write_png(both / name, 400, [row + grey for row in bo] + [grey + row for row in ada], 2)

    def extract(self, *arguments):
        copy = self.film_copy()
        report = run_well("-w", copy, "extract", "src", "--input", copy / "both", "--image-size", "96", *arguments).report()
        faces = {path.name: dfl_files.metadata(path.read_bytes()) for path in (copy / "data_src/aligned").glob("*.jpg")}
        return copy, report, faces

    def people(self, faces):
        """The (track, person) of those at the upper left, and of the others."""
        middle = lambda face: sum(face["source_rect"].values()[::2]) / 2
        which = lambda left: {(face["understudy_track"], face["understudy_person"]) for face in faces.values() if (middle(face) < 200) == left}
        return which(True), which(False)

    def test_each_has_a_track_and_is_a_person(self):
        copy, report, faces = self.extract()
        self.assertEqual((report["tracks"], report["persons"], report["faces"]), (2, 2, 2 * FRAMES))
        self.assertEqual(len(report["several_faces"]), FRAMES)
        bo, ada = self.people(faces)
        self.assertEqual((len(bo), len(ada)), (1, 1), (bo, ada))
        self.assertEqual(len({track for track, _ in bo | ada}), 2)
        self.assertEqual({person for _, person in bo | ada}, {0, 1})
        (_, person), = ada
        listed = run_well("-w", copy, "faceset", "filter", "src", f"person == {person}").report()
        self.assertEqual(sorted(listed["names"]), sorted(name for name, face in faces.items() if face["understudy_person"] == person))

    def test_the_largest_alone(self):
        _, report, faces = self.extract("--max-faces", "1")
        self.assertEqual((report["faces"], report["tracks"]), (FRAMES, 2))
        self.assertEqual(sorted(faces), [f"{i:05}_0.jpg" for i in range(1, FRAMES + 1)])
        self.assertLess(len(self.people(faces)[0]) + len(self.people(faces)[1]), 3)

    def test_identity_tells_them_apart_later(self):
        copy, _, faces = self.extract()
        report = run_well("-w", copy, "faceset", "identity", "src", "--threshold", "0.35").report()
        self.assertEqual([(one["faces"], one["tracks"]) for one in report["persons"]], [(FRAMES, 1)] * 2)
        tracks = lambda which: {faces[name]["understudy_track"] for name in which["typical"]}
        self.assertTrue(tracks(report["persons"][0]).isdisjoint(tracks(report["persons"][1])))

    def test_another_video_in_the_same_place_is_another_clip(self):
        copy = self.film_copy()
        run_well("-w", copy, "extract", "dst", "--image-size", "96")
        head = json.loads((copy / ".understudy/extract-dst.jsonl").read_text().splitlines()[0])
        self.assertEqual(head["source"]["clips"]["frames-dst.json"]["source"]["name"], "data_dst.mp4")
        old = sorted(path.name for path in (copy / "data_dst/aligned").glob("*.jpg"))
        shutil.copy(copy / "data_src.mp4", copy / "data_dst.mp4")
        run_well("-w", copy, "frames", "extract", "dst")
        report = run_well("-w", copy, "extract", "dst", "--image-size", "96").report()
        self.assertEqual(report["frames_done_before"], 0)
        self.assertEqual(sorted(path.name for path in pathlib.Path(report["backup"]).glob("*.jpg")), old)

    def test_a_graphics_card_is_used_or_said_to_be_missing(self):
        copy = self.film_copy()
        plain = sorted((copy / "data_src").glob("*.png"))
        kept = [path.read_bytes() for path in plain]
        shutil.rmtree(copy / "data_src")
        told = run_well("-w", copy, "frames", "extract", "src", "--hardware")
        says = [line for line in told.err.splitlines() if "No graphics card here decodes data_src.mp4" in line or "is decoded by" in line]
        self.assertEqual(len(says), 1, told.err)
        self.assertEqual(len(list((copy / "data_src").glob("*.png"))), FRAMES)
        if "No graphics card" in says[0]:
            self.assertEqual([path.read_bytes() for path in plain], kept)


if __name__ == "__main__":
    program.main()
