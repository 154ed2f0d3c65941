# SPDX-License-Identifier: Apache-2.0
"""Steps 1 and 3 end to end: frames of several sources, cut, import, denoise, and the faceset tools on what is extracted from
them. Usage: workshop_test.py UNDERSTUDY"""
import os
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import dfl_files  # noqa: E402
import program  # noqa: E402
from program import FilmTest, run, run_well  # noqa: E402
from whole_files import check_file, read_mp4  # noqa: E402

FRAMES = FilmTest.FRAMES


class Workshop(FilmTest):
    def setUp(self):
        self.copy = self.film_copy()

    def names(self, folder):
        return sorted(path.name for path in (self.copy / folder).iterdir() if path.is_file())

    def verb(self, *arguments):
        return run_well("-w", self.copy, *arguments).report()

    def test_cut(self):
        whole = read_mp4((self.copy / "data_dst.mp4").read_bytes())
        rate = whole["vide"]["rate"]
        report = self.verb("frames", "cut", "dst", "--from", f"{2 / rate:.4f}", "--to", f"{6 / rate:.4f}")
        self.assertEqual(report["frames"], 4)
        cut = read_mp4((self.copy / "data_dst_cut.mp4").read_bytes())
        self.assertEqual(cut["vide"]["samples"], 4)
        self.assertIn("soun", cut)
        self.assertLess(cut["soun"]["seconds"], 4 / rate + 0.1)
        refused = run("-w", self.copy, "frames", "cut", "dst", "--to", "1")
        self.assertEqual(refused.status, 2)
        self.assertIn("data_dst_cut.mp4 exists already", refused.complaints()[0])
        fast = self.verb("frames", "cut", "--input", self.copy / "data_dst.mp4", "--fast", "--no-sound", "--output", self.copy / "fast.mp4")
        self.assertEqual(fast["frames"], FRAMES)
        self.assertEqual(list(read_mp4((self.copy / "fast.mp4").read_bytes())), ["vide"])
        late = run("-w", self.copy, "frames", "cut", "dst", "--from", "1:00:00", "--output", self.copy / "late.mp4")
        self.assertEqual((late.status, (self.copy / "late.mp4").exists()), (2, False))

    def test_several_sources_make_one_faceset(self):
        self.verb("frames", "extract", "src")
        self.verb("frames", "extract", "src", "--input", self.copy / "data_dst.mp4", "--prefix", "b-", "--fps", "12")
        stills = self.copy / "stills"
        stills.mkdir()
        shutil.copy(self.copy / "data_src" / "00002.png", stills / "me.png")
        self.verb("frames", "import", "src", "--input", stills, "--prefix", "still-")
        frames = self.names("data_src")
        self.assertEqual([name for name in frames if name[0].isdigit()], [f"{i:05}.png" for i in range(1, FRAMES + 1)])
        self.assertIn("b-00001.png", frames)
        self.assertIn("still-00001.png", frames)
        self.verb("extract", "src", "--image-size", "64")
        faces = self.names("data_src/aligned")
        self.assertTrue({"00001_0.jpg", "b-00001_0.jpg", "still-00001_0.jpg"} <= set(faces), faces)
        one = dfl_files.metadata((self.copy / "data_src/aligned/still-00001_0.jpg").read_bytes())
        self.assertEqual(one["source_filename"], "still-00001.png")

    def test_frames_of_another_clip_are_not_taken_for_a_copy(self):
        film, size = self.folder() / "new", []
        for clip in ("a", "b"):
            (self.folder() / clip).mkdir()
            program.noise_png(self.folder() / clip / "00001.png", 16)
            size.append((self.folder() / clip / "00001.png").stat().st_size)
        longer = (self.folder() / ("a" if size[0] > size[1] else "b")) / "00001.png"
        shorter = (self.folder() / ("b" if size[0] > size[1] else "a")) / "00001.png"
        shorter.write_bytes(shorter.read_bytes() + bytes(abs(size[0] - size[1])))
        run_well("-w", film, "new", "--src", longer.parent)
        run_well("-w", film, "new", "--src", longer.parent)  # as after a kill
        refused = program.run("-w", film, "new", "--src", shorter.parent)
        self.assertEqual(refused.status, 2, refused.err)
        self.assertIn("exists already", refused.err)
        self.assertEqual((film / "data_src/00001.png").read_bytes(), longer.read_bytes())

    def test_a_new_workspace_that_was_killed_or_stopped_is_gone_on_with(self):
        film, folder = self.folder() / "new", self.folder()
        src, dst = folder / "a.mp4", folder / "b.mkv"
        src.write_bytes(os.urandom(1000) * 50)
        with open(dst, "wb") as out:  # large enough to be in the middle of it
            out.truncate(3 << 30)
        arguments = ["-w", film, "new", "--src", src, "--dst", dst]
        for end in "kill", "stop":
            job = program.Job(*arguments)
            self.assertTrue(job.wait_for(lambda e: e["event"] == "progress" and e["what"] == "MB" and e["done"] > 8))
            if end == "kill":
                self.assertTrue(job.kill())
            else:
                job.command("stop")
                self.assertEqual(job.finish(), 130)
                self.assertEqual([p.name for p in film.iterdir() if "tmp" in p.name], [])
            self.assertEqual((film / "data_src.mp4").read_bytes(), src.read_bytes())
            self.assertFalse((film / "data_dst.mkv").exists())
        with open(dst, "wb") as out:
            out.write(b"short")
        for _ in range(2):
            run_well(*arguments)
            self.assertEqual((film / "data_dst.mkv").read_bytes(), b"short")
            self.assertEqual([p.name for p in film.iterdir() if "tmp" in p.name], [])

    def test_a_side_has_one_video(self):
        film, folder = self.folder() / "new", self.folder()
        for name in "a.mkv", "b.mp4", "b.mkv", "c":
            (folder / name).write_bytes(name.encode())
        run_well("-w", film, "new", "--src", folder / "a.mkv")
        for name, said in ("b.mp4", "data_src.mkv exists already"), ("b.mkv", "data_src.mkv exists already"), ("c", "name of a video"):
            refused = program.run("-w", film, "new", "--dst", folder / "a.mkv", "--src", folder / name)
            self.assertEqual(refused.status, 2, refused.err)
            self.assertIn(said, refused.err)
            self.assertNotIn("emove", refused.err)  # what lies there is the user's
        self.assertEqual(sorted(p.name for p in film.glob("data_*.*")), ["data_src.mkv"])
        self.assertEqual((film / "data_src.mkv").read_bytes(), b"a.mkv")

    def test_pictures_and_a_video_of_one_side_are_told_in_either_order(self):
        folder = self.folder()
        (folder / "a.mkv").write_bytes(b"a film")
        (folder / "photos").mkdir()
        program.grey_png(folder / "photos/1.png", 32, lambda x, y: 4 * x)
        for order in [["a.mkv", "photos"], ["photos", "a.mkv"], ["a.mkv", "photos/1.png"]]:
            film = folder / "-".join(order).replace("/", "-")
            said = [run_well("-w", film, "new", "--src", folder / name).err for name in order]
            self.assertEqual(["gives its sound" in words for words in said], [False, True], said)

    def test_denoise_and_undo(self):
        self.verb("frames", "extract", "dst")
        before = {name: (self.copy / "data_dst" / name).read_bytes() for name in self.names("data_dst")}
        report = self.verb("frames", "denoise", "dst", "--factor", "9")
        self.assertEqual(report["frames"], FRAMES)
        self.assertEqual(self.names("data_dst"), sorted(before))
        changed = [name for name in before if (self.copy / "data_dst" / name).read_bytes() != before[name]]
        self.assertEqual(len(changed), FRAMES)
        for name in changed:
            check_file(self.copy / "data_dst" / name)
        self.assertEqual(self.verb("frames", "extract", "dst")["done_before"], FRAMES)  # they are still the clip's frames
        self.verb("frames", "denoise", "dst", "--undo")
        self.assertEqual({name: (self.copy / "data_dst" / name).read_bytes() for name in before}, before)

    def test_enhance_keeps_metadata(self):
        self.verb("extract", "src", "--image-size", "96")
        aligned, enhanced = self.copy / "data_src/aligned", self.copy / "data_src/aligned_enhanced"
        self.assertEqual(self.verb("faceset", "enhance", "src")["faces"], FRAMES)
        for path in aligned.glob("*.jpg"):
            check_file(enhanced / path.name)
            old, new = (dfl_files.metadata(file.read_bytes()) for file in (path, enhanced / path.name))
            self.assertEqual({**old, "source_rect": 0, "image_to_face_mat": 0, "understudy_mesh": 0},
                             {**new, "source_rect": 0, "image_to_face_mat": 0, "understudy_mesh": 0})
        self.assertEqual(self.verb("faceset", "enhance", "src", "--replace")["replaced"], FRAMES)
        self.assertFalse(enhanced.exists())
        self.assertEqual(len(list((self.copy / "data_src/aligned_trash").glob("*.jpg"))), FRAMES)

    def test_delete_and_restore(self):
        self.verb("extract", "src", "--image-size", "64")
        faces = self.names("data_src/aligned")
        report = self.verb("faceset", "delete", "src", "--names", ",".join(faces[:2]) + ",none.jpg")
        self.assertEqual((report["deleted"], report["skipped"]), (2, ["none.jpg"]))
        self.assertEqual(self.names("data_src/aligned"), faces[2:])
        self.assertEqual(self.verb("faceset", "restore", "src")["restored"], 2)
        self.assertEqual(self.names("data_src/aligned"), faces)

    @unittest.skipIf(os.geteuid() == 0, "the superuser may write anywhere")
    def test_a_read_only_folder_is_one_sentence(self):
        self.verb("extract", "src", "--image-size", "64")
        aligned = self.copy / "data_src/aligned"
        aligned.chmod(0o555)
        try:
            for verb in (["pack", "src"], ["recover-names", "src"], ["delete", "src", "--names", "00001_0.jpg"]):
                refused = run("-w", self.copy, "faceset", *verb)
                self.assertEqual((refused.status, len(refused.complaints())), (1, 1), refused.err)
            self.assertEqual(self.verb("faceset", "landmarks", "src")["pictures"], FRAMES)  # written beside it
        finally:
            aligned.chmod(0o755)


if __name__ == "__main__":
    program.main()
