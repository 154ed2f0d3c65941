# SPDX-License-Identifier: Apache-2.0
"""The film over HTTP: frames by number, what was found in them, marks, the page's size. Usage: film_http_test.py UNDERSTUDY"""
import gzip
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import ONE_THREAD, TINY_MODEL, FilmTest, run_well  # noqa: E402
from studio import StudioTest  # noqa: E402


class Film(StudioTest):
    def test_no_frame_and_no_face_is_a_link_to_somewhere_else(self):
        secret = self.folder() / "secret.png"
        program.noise_png(secret)
        merged = self.work / "data_dst" / "merged"
        merged.mkdir()
        (merged / "00001.png").symlink_to(secret)
        (self.work / "data_src" / "00001.png").symlink_to(secret)
        (self.work / "data_dst" / "aligned" / "a link.jpg").symlink_to(secret)
        self.assertEqual(self.studio.get("/api/film").json["result"]["there"], [[0, 0]])
        paths = ["/api/film/src/0", "/api/film/src/0?size=64", "/api/film/result/0", "/api/film/result/0?size=64",
                 "/api/picture?path=data_dst/aligned/a%20link.jpg&size=64"]
        for path in (*paths, "/guide/../secret.png", "/guide/%2e%2e/secret.png", "/guide/studio-home.en.webp/../x.webp"):
            answer = self.studio.get(path)
            self.assertIn(answer.status, (400, 404), path)
            self.assertNotIn(b"PNG", answer.body)

    def test_frames_of_a_video_by_number(self):
        film = self.studio.get("/api/film").json
        self.assertEqual([film[clip]["count"] for clip in ("src", "dst")], [FilmTest.FRAMES] * 2)
        self.assertEqual((film["dst"]["from"], film["result"], film["videos"]["dst"]["path"]), ("video", None, "data_dst.mp4"))
        self.assertTrue(film["videos"]["dst"]["sound"])
        # In any order, and the same whichever way they are come upon.
        order = [5, 2, 3, 7, 0, 6, 1, 4]
        first = {at: self.studio.get(f"/api/film/dst/{at}").body for at in order}
        self.assertEqual(len(set(first.values())), FilmTest.FRAMES)
        self.assertEqual([self.studio.get(f"/api/film/dst/{at}").body for at in range(FilmTest.FRAMES)], [first[at] for at in range(FilmTest.FRAMES)])
        small = self.studio.get(f"/api/film/dst/3?size=64&v={film['dst']['v']}")
        self.assertEqual((small.status, small.headers["Content-Type"]), (200, "image/jpeg"))
        self.assertIn("immutable", small.headers["Cache-Control"])
        self.assertEqual(self.studio.get("/api/film/dst/3?size=64", headers={"If-None-Match": small.headers["ETag"]}).status, 304)
        for path in ("/api/film/dst/8", "/api/film/dst/-1", "/api/film/dst/x", "/api/film/dst/1e0", "/api/film/none/0", "/api/film/result/0"):
            self.assertEqual(self.studio.get(path).status, 404, path)

    def test_what_the_extraction_found_by_frame(self):
        self.assertEqual(self.studio.get("/api/found/dst").json["frames"], "1" * FilmTest.FRAMES)
        faces = sorted((self.work / "data_dst/aligned").glob("*.jpg"))
        faces[2].unlink()
        faces[5].rename(faces[5].with_name("any name.jpg"))
        found = self.studio.get("/api/found/dst").json
        self.assertEqual((found["frames"], found["faces"]), ("11-11111", FilmTest.FRAMES - 1))
        at = self.studio.get("/api/found/dst/4?count=3").json["frames"]
        self.assertEqual([frame["frame"] for frame in at], [4, 5, 6])
        self.assertEqual(at[1]["faces"][0]["path"], "data_dst/aligned/any name.jpg")
        left, top, right, bottom = at[1]["faces"][0]["box"]
        points = at[1]["faces"][0]["landmarks"]
        self.assertEqual(len(points), 136)
        inside = sum(left <= x <= right and top <= y <= bottom for x, y in zip(points[::2], points[1::2]))
        self.assertGreater(inside, 40)
        self.assertEqual(self.studio.get("/api/found/other").status, 400)

    def test_marks_are_read_from_the_file(self):
        self.assertEqual(self.studio.get("/api/marks?path=data_dst.mp4").json, {"path": "data_dst.mp4", "type": "", "synthetic": False})
        run_well("-w", self.work, "train", "saehd", *TINY_MODEL, *ONE_THREAD, "--target-iter", 1)
        run_well("-w", self.work, "merge", *ONE_THREAD)
        run_well("-w", self.work, "video", "encode")
        for path in ("result.mp4", "data_dst/merged/00001.png"):
            self.assertTrue(self.studio.get(f"/api/marks?path={path}").json["synthetic"], path)

    def test_a_dry_request_starts_nothing(self):
        told = self.studio.post("/api/jobs", {"verb": "sort", "positionals": {"side": "src"}, "options": {"by": "blur"}, "dry": True})
        self.assertEqual((told.status, told.json), (200, {"command": f"understudy -w {self.work} sort --by=blur src", "problem": ""}))
        wrong = self.studio.post("/api/jobs", {"verb": "sort", "options": {"bye": "blur"}, "dry": True}).json
        self.assertEqual(wrong["command"], "")
        self.assertIn("side", wrong["problem"])
        self.assertEqual(self.jobs(), [])


class Bundle(StudioTest):
    def test_the_page_is_small(self):
        sizes = {name: len(gzip.compress(self.studio.get(f"/{name}").body)) for name in ("studio.js", "studio.zh.js", "studio.css")}
        print(json.dumps({"compressed": sizes}))
        self.assertLess(sum(sizes.values()), 300_000)
        # The guide's pictures are in the program, in both languages.
        for name in ("home", "frames", "faces", "training", "merge", "result"):
            for language in ("en", "zh"):
                picture = self.studio.get(f"/guide/studio-{name}.{language}.webp")
                self.assertEqual((picture.status, picture.headers["Content-Type"]), (200, "image/webp"))


if __name__ == "__main__":
    program.main()
