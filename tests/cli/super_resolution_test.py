# SPDX-License-Identifier: Apache-2.0
"""Super resolution, two passes and sharpening before the network, from the command line. Usage:
super_resolution_test.py UNDERSTUDY"""
import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import FilmTest, ONE_THREAD, TINY_MODEL, run, run_well  # noqa: E402
from whole_files import png_rows  # noqa: E402


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, body):
    """One field of a protobuf message: a number, or bytes."""
    if isinstance(body, int):
        return varint(number << 3) + varint(body)
    body = body.encode() if isinstance(body, str) else body
    return varint(number << 3 | 2) + varint(len(body)) + body


def onnx_network(scale):
    """A network for pictures that makes each value `scale` times as large, as an ONNX file (github.com/onnx/onnx,
    onnx.proto): 1 x 3 x H x W in and out."""
    def value(name):
        sides = b"".join(field(1, side) for side in (field(1, 1), field(1, 3), field(2, "h"), field(2, "w")))
        return field(1, name) + field(2, field(1, field(1, 1) + field(2, sides)))

    node = field(1, "x") + field(1, "s") + field(2, "y") + field(4, "Mul")
    factor = field(2, 1) + field(8, "s") + field(9, struct.pack("<f", scale))
    graph = field(1, node) + field(2, "picture") + field(5, factor) + field(11, value("x")) + field(12, value("y"))
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 13))


class SuperResolution(FilmTest):
    SIDES, EXTRACT, MODEL, FRAMES = ("src", "dst"), ["--image-size", 128], TINY_MODEL, 8

    def setUp(self):
        self.work = self.film_copy()

    def merge(self, *arguments):
        return run_well("-w", self.work, "merge", *ONE_THREAD, "--colour-transfer", "none", *arguments).report()

    def picture(self, frame):
        return (self.work / f"data_dst/merged/{frame:05}.png").read_bytes()

    def brightness(self, frame):
        rows = png_rows(self.picture(frame))
        return sum(map(sum, rows)) / sum(map(len, rows))

    def distance(self, one, other):
        pairs = [(a, b) for x, y in zip(png_rows(one), png_rows(other)) for a, b in zip(x, y)]
        return sum(abs(a - b) for a, b in pairs) / len(pairs)

    def test_its_power_is_keyed_and_its_faces_are_kept(self):
        self.merge()
        plain = [self.picture(i) for i in (1, 2, 3)]
        run_well("-w", self.work, "merge", "key", "super-resolution-power=0", "--frames", 1)
        run_well("-w", self.work, "merge", "key", "super-resolution-power=100", "--frames", 3)
        first = self.merge("--frames", "1-3")
        self.assertEqual((first["rendered"], first["network_runs"], first["done_before"]), (2, 4, 1))  # frame 1 is as it was; two larger crops and their enhanced faces
        keyed = [self.picture(i) for i in (1, 2, 3)]
        self.assertEqual(keyed[0], plain[0])
        self.assertNotIn(keyed[1], plain)
        self.assertGreater(self.distance(keyed[2], plain[2]), 0.01)
        # Another power of the same faces runs no network.
        run_well("-w", self.work, "merge", "key", "super-resolution-power=60", "--frames", 3)
        again = self.merge("--frames", "1-3")
        self.assertEqual((again["rendered"], again["network_runs"], again["done_before"]), (2, 0, 1))
        self.assertLess(self.distance(self.picture(3), plain[2]), self.distance(keyed[2], plain[2]))

    def test_frames_in_a_window_of_colours_have_their_networks(self):
        """Frame 1 takes no super resolution, and the frames that its colours are measured in do."""
        for frame, power in (1, 0), (4, 100):
            run_well("-w", self.work, "merge", "key", f"super-resolution-power={power}", "--frames", frame)
        merge = lambda *more: run_well("-w", self.work, "merge", *ONE_THREAD, "--colour-window", 3, *more).report()
        self.assertEqual(merge("--frames", 1)["rendered"], 1)
        alone = self.picture(1)
        whole = merge()
        self.assertEqual((whole["done_before"], whole["rendered"]), (1, self.FRAMES - 1))
        self.assertEqual(merge("--frames", 1)["done_before"], 1)
        for path in (self.work / "data_dst/merged").glob("*.png"):
            path.unlink()
        merge()
        self.assertEqual(self.picture(1), alone)

    def move_eyes_from_the_second_frame_on(self, setting, end):
        """What is dst's own face hardly changes, and the first frame and frame `end` not at all."""
        merge = lambda *more: self.merge("--without-model", *more)
        merge()
        plain = [self.picture(i) for i in range(1, end + 1)]
        for frame, value in (2, 100), (end, 0), (1, 0):
            run_well("-w", self.work, "merge", "key", f"{setting}={value}", "--frames", frame, "--kind", "hold")
        self.assertEqual(merge()["rendered"], end - 2)
        moved = [self.picture(i) for i in range(1, end + 1)]
        self.assertEqual((moved[0], moved[-1]), (plain[0], plain[-1]))
        for i in range(1, end - 1):
            self.assertLess(self.distance(moved[i], plain[i]), 0.1)

    def test_gaze_is_a_setting_of_frames_and_leaves_a_face_that_looks_right_alone(self):
        self.move_eyes_from_the_second_frame_on("gaze", 4)
        self.assertEqual(run("-w", self.work, "merge", "--gaze", 101).status, 2)

    def test_lids_are_a_setting_of_frames_and_leave_eyes_that_are_open_as_far_alone(self):
        self.move_eyes_from_the_second_frame_on("lids", 3)
        self.assertEqual(run("-w", self.work, "merge", "--lids", -1).status, 2)

    def test_a_network_of_ones_own(self):
        for name, scale in ("same", 1.0), ("half", 0.5):
            (self.work / f"{name}.onnx").write_bytes(onnx_network(scale))
        frames = ["--frames", "1-2", "--super-resolution-power"]
        power = [*frames, 100, "--super-resolution-model"]
        self.merge("--frames", "1-2")
        plain, bright = self.picture(2), self.brightness(2)
        self.assertEqual(self.merge(*power, self.work / "same.onnx")["rendered"], 2)
        self.assertLess(self.distance(self.picture(2), plain), 1)  # its face enlarged, and nothing else
        self.assertEqual(self.merge(*power, self.work / "same.onnx")["done_before"], 2)
        self.assertEqual(self.merge(*power, self.work / "half.onnx")["rendered"], 2)
        dark = self.brightness(2)
        self.assertLess(dark, bright - 1)
        self.assertEqual(self.merge(*frames, 50, "--super-resolution-model", self.work / "half.onnx")["network_runs"], 0)
        self.assertAlmostEqual(self.brightness(2), (dark + bright) / 2, delta=0.15 * (bright - dark))
        # The same network elsewhere is the same; how it is used makes a difference: half of -1..1 is nearer to grey.
        (self.work / "half.onnx").rename(self.work / "elsewhere.onnx")
        self.assertEqual(self.merge(*frames, 50, "--super-resolution-model", self.work / "elsewhere.onnx")["done_before"], 2)
        signed = self.merge(*power, self.work / "elsewhere.onnx", "--super-resolution-value-range", "signed")
        self.assertEqual(signed["rendered"], 2)
        self.assertGreater(self.brightness(2), dark + 1)
        outcome = run("-w", self.work, "merge", *ONE_THREAD, *power, self.work / "none.onnx")
        self.assertEqual(outcome.status, 1)
        self.assertIn("none.onnx", outcome.complaints()[0])

    def test_a_frame_is_the_same_whatever_is_merged_beside_it(self):
        """Networks are asked about several faces at once; that must not show, or a rerun would differ."""
        for settings in [], ["--two-pass"]:
            self.merge("--prediction-cache", 0, *settings)
            together = self.picture(5)
            for path in (self.work / "data_dst/merged").glob("*.png"):
                path.unlink()
            for frames in "5", "4-6":
                alone = self.merge("--prediction-cache", 0, "--frames", frames, *settings)
                self.assertGreaterEqual(alone["rendered"], 1)
                self.assertEqual(self.picture(5), together)
                (self.work / "data_dst/merged/00005.png").unlink()

    def test_two_passes_and_sharpening_before_run_the_network_on_other_pictures(self):
        made = {self.merge()["network_runs"]: self.picture(2)}
        self.assertEqual(list(made), [self.FRAMES])
        self.assertEqual(self.merge("--two-pass")["network_runs"], self.FRAMES)  # the first pass is kept
        twice = self.picture(2)
        self.assertEqual(self.merge("--pre-sharpen", 60)["network_runs"], self.FRAMES)
        sharp = self.picture(2)
        self.assertEqual(len({made[self.FRAMES], twice, sharp}), 3)


if __name__ == "__main__":
    program.main()
