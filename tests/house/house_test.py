# SPDX-License-Identifier: Apache-2.0
"""The house rules that a compiler does not hold: who may include whom, which room owns which outside library, sizes,
licences, option names. Usage: house_test.py ROOT UNDERSTUDY"""
import collections
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(sys.argv[1])
UNDERSTUDY = sys.argv[2]

# Room -> what it may include beside itself. Bottom to top; a folder belongs to the longest name that fits.
LIB = {
    "lib/base": [],
    "lib/journal": ["lib/base"],
    "lib/options": ["lib/base"],
    "lib/jobs": ["lib/base", "lib/options"],
    "lib/image": ["lib/base"],
    "lib/exr": ["lib/base", "lib/image"],
    "lib/media": ["lib/base", "lib/image"],
    "lib/infer": ["lib/base", "lib/image"],
    "lib/enhance": ["lib/base", "lib/options", "lib/image", "lib/infer"],
    "lib/face": ["lib/base", "lib/image"],
    "lib/face/labels": ["lib/base", "lib/journal", "lib/image", "lib/face"],
    "lib/face/synthetic": ["lib/base", "lib/image", "lib/face"],
    "lib/measures": ["lib/base", "lib/image", "lib/face"],
    "lib/catalogue": ["lib/base", "lib/jobs", "lib/face", "lib/measures"],
    "lib/selection": ["lib/base", "lib/jobs", "lib/image", "lib/face", "lib/measures", "lib/catalogue"],
    "lib/detect": ["lib/base", "lib/image", "lib/infer", "lib/face"],
    "lib/identity": ["lib/base", "lib/image", "lib/infer", "lib/face", "lib/detect"],
    "lib/score": ["lib/base", "lib/image", "lib/infer", "lib/face", "lib/detect", "lib/identity"],
    "lib/project": ["lib/base", "lib/journal", "lib/options", "lib/image", "lib/media", "lib/face"],
    "lib/predict": ["lib/base", "lib/options", "lib/image", "lib/face", "lib/infer"],
    "lib/timeline": ["lib/base", "lib/journal", "lib/options", "lib/image"],
    "lib/tensor": ["lib/base", "lib/image"],
    "lib/loop": ["lib/base", "lib/options", "lib/jobs", "lib/image", "lib/tensor"],
    "lib/winograd": ["lib/tensor"],
    "lib/nets": ["lib/base", "lib/tensor", "lib/winograd"],
    "lib/training": ["lib/base", "lib/options", "lib/jobs", "lib/image", "lib/face", "lib/predict", "lib/tensor", "lib/loop",
                     "lib/nets"],
    "lib/start": ["lib/base", "lib/image", "lib/face", "lib/tensor", "lib/nets", "lib/training"],
    "lib/xseg": ["lib/base", "lib/options", "lib/jobs", "lib/image", "lib/infer", "lib/face", "lib/face/synthetic", "lib/tensor",
                 "lib/loop", "lib/nets", "lib/training"],
}
STEPS = ["steps/1_frames", "steps/2_extract", "steps/3_curate", "steps/3_faceset", "steps/3_identity", "steps/4_mask",
         "steps/4_xseg", "steps/5_train", "steps/6_merge", "steps/7_video", "steps/score", "steps/demo"]
ROOMS = {**LIB, **{step: list(LIB) for step in STEPS}, 
         "server": ["lib/base", "lib/options", "lib/jobs", "lib/image", "lib/media", "lib/face", "lib/measures", "lib/catalogue",
                    "lib/selection", "lib/project", "lib/timeline"],
         "apps/understudy": [*LIB, *STEPS, "server"]}

# Outside library -> the rooms whose files may name its headers. A room whose own headers carry the library (lib/tensor
# does: its values are tensors) passes it on to those that may include it.
OWNERS = {
    r"(torch|ATen|c10)/": ["lib/tensor", "lib/winograd", "lib/nets", "lib/training"],
    r"opencv2/": ["lib/image", "lib/face"],
    r"(libav\w+|libsw\w+)/": ["lib/media"],
    r"Imf\w+\.h": ["lib/exr"],
    r"openvino/": ["lib/infer"],
    r"(png|jpeglib)\.h": ["lib/image"],
    r"sqlite3\.h": ["lib/catalogue"],
    r"httplib\.h": ["server"],
    r"CLI/": ["lib/options", "apps/understudy"],
    r"(unistd|fcntl|signal|dlfcn|poll|csignal|sys/\w+)(\.h)?$": ["lib/base"],
}
LIBRARIES_IN_CPP_ONLY = r"((opencv2|libav\w+|libsw\w+|openvino)/|Imf\w+\.h)"
# Headers of our own that carry such a library -> the rooms whose .cpp files may include them.
INTERNAL_HEADERS = {
    "lib/image/cv.hpp": ["lib/image", "lib/face"],
    "lib/media/deinterlacer.hpp": ["lib/media"],
    "lib/media/encoder_choice.hpp": ["lib/media"],
    "lib/media/picture_planes.hpp": ["lib/media"],
    "lib/media/ffmpeg.hpp": ["lib/media"],
    "lib/media/ffmpeg_functions.hpp": ["lib/media"],
    "lib/media/hardware.hpp": ["lib/media"],
    "lib/media/joined_clock.hpp": ["lib/media"],
    "lib/media/output.hpp": ["lib/media"],
    "lib/media/packet_index.hpp": ["lib/media"],
    "lib/media/sound.hpp": ["lib/media"],
    "lib/media/stream_light.hpp": ["lib/media"],
    "lib/media/video_decoder.hpp": ["lib/media"],
    "lib/media/video_info.hpp": ["lib/media"],
}

# Files that start a thread otherwise than by lib/base/workers.hpp, where an exception ends the process, and why they may.
THREADS = {
    "lib/base/workers.cpp": "the wall itself",
    "lib/detect/face_finder.cpp": "std::async gives what is thrown to whoever waits",
    "lib/score/look.cpp": "std::async likewise",
    "steps/6_merge/to_video.cpp": "std::async likewise",
    "steps/7_video/video.cpp": "std::async likewise",
    "lib/tensor/spinning.cpp": "a thread that only sleeps",
}

LONGEST = 450
LONGEST_FUNCTION = 60


def sources(*folders, suffixes=(".cpp", ".hpp")):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes:
                yield path.relative_to(ROOT).as_posix(), path.read_text()


def room_of(name):
    return max((room for room in ROOMS if name.startswith(room + "/")), key=len, default=None)


def is_test(name):
    return name.endswith("_test.cpp")


def includes(text):
    return re.findall(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', text, re.M)


def functions(text):
    """(line, length, first line) of what is defined outside of classes, as clang-format lays it out: from a line that
    begins in the first column to the brace that stands there."""
    start, opened = None, False
    for number, line in enumerate(text.split("\n"), 1):
        if start is None and re.match(r"[A-Za-z\[]", line) and not re.match(r"(namespace|struct|class|enum|using|template)\b", line):
            start, opened, head = number, False, line
        if start is None:
            continue
        opened = opened or line.rstrip().endswith("{")
        if line.startswith("}"):
            if line == "}":
                yield start, number - start + 1, head
            start = None
        elif not opened and line.rstrip().endswith(";"):
            start = None


class House(unittest.TestCase):
    def complain(self, problems):
        self.assertFalse(problems, "\n" + "\n".join(problems))

    def test_every_room_is_in_the_table(self):
        found = {pathlib.Path(name).parent.as_posix() for name, _ in sources("lib", "steps", "server", "apps")}
        self.assertGreater(len(found), 15)
        self.complain([f"{folder} is in no room" for folder in sorted(found) if room_of(folder + "/") is None])
        self.complain([f"{room} of the table does not exist" for room in ROOMS if not (ROOT / room).is_dir()])

    def test_rooms_include_only_what_lies_below_them(self):
        problems, seen = [], 0
        for name, text in sources("lib", "steps", "server", "apps"):
            room = room_of(name)
            # A test may make its own input with any shared room, never with another step.
            allowed = ROOMS[room] + (list(LIB) if is_test(name) else []) + [room]
            for bracket, header in includes(text):
                if bracket != '"':
                    continue
                seen += 1
                if room_of(header) not in allowed:
                    problems.append(f"{name} includes {header}: {room} may not")
        self.assertGreater(seen, 300)
        self.complain(problems)

    def test_functions_are_short(self):
        problems, seen = [], 0
        for name, text in sources("lib", "steps", "server", "apps", "tools", "bench", "fuzz"):
            for line, length, head in functions(text):
                seen += 1
                # A table of options or numbers is read row by row.
                if length > LONGEST_FUNCTION and not head.startswith("constexpr "):
                    problems.append(f"{name}:{line}: {length} lines: {head}")
        self.assertGreater(seen, 2000)
        self.complain(problems)

    def test_nothing_includes_tests_or_benchmarks(self):
        self.complain([f"{name} includes {header}" for name, text in sources("lib", "steps", "server", "apps")
                       for _, header in includes(text) if header.startswith(("tests/", "bench/"))])

    def test_outside_libraries_stay_in_their_rooms(self):
        problems = []
        for name, text in sources("lib", "steps", "server", "apps"):
            for _, header in includes(text):
                for pattern, owners in OWNERS.items():
                    if re.match(pattern, header) and room_of(name) not in owners and not is_test(name):
                        problems.append(f"{name} includes <{header}>, which is for {', '.join(owners)} only")
                if re.match(LIBRARIES_IN_CPP_ONLY, header) and name.endswith(".hpp") and name not in INTERNAL_HEADERS:
                    problems.append(f"{name} carries <{header}> to all who include it")
                if header in INTERNAL_HEADERS:
                    public = name.endswith(".hpp") and name not in INTERNAL_HEADERS
                    if public or room_of(name) not in INTERNAL_HEADERS[header]:
                        problems.append(f"{name} includes {header}, which is for the .cpp files of its room")
        self.complain(problems)

    def test_files_are_short_enough_to_read(self):
        problems = []
        for name, text in sources("lib", "steps", "server", "apps", "tests", "fuzz", "bench", "tools", suffixes=(".cpp", ".hpp", ".py")):
            lines = text.count("\n")
            if lines > LONGEST:
                problems.append(f"{name} has {lines} lines, more than {LONGEST}")
        self.complain(problems)

    def test_threads_are_started_behind_the_wall(self):
        starts = re.compile(r"std::(jthread|async)\b|std::thread\s*[({]|std::thread\s+\w+\s*[({]")
        found = {name for name, text in sources("lib", "steps", "server", "apps") if not is_test(name) and starts.search(text)}
        self.complain([f"{name} starts threads itself: use lib/base/workers.hpp" for name in sorted(found - set(THREADS))])
        self.assertIn("lib/base/workers.cpp", found)

    def test_types_have_names_of_their_own(self):
        """Two types of one name in different rooms are one to the linker: of what both need (how a vector of them grows, what
        describes an option) it keeps the one's for both."""
        opened = re.compile(r"^namespace ?([\w:]*) ?\{|^(\})  // namespace|"
                            r"^(?:class|struct|enum class|enum) (\w+)(?: final)?(?: ?: ?[^:{][^{]*)? \{", re.M)
        seen = {}
        for name, text in sources("lib", "steps", "server", "apps"):
            spaces = []
            for space, closed, type_name in opened.findall(text):
                if type_name:
                    if "" not in spaces:  # what has no name is its file's own
                        seen.setdefault("::".join([*spaces, type_name]), set()).add(name)
                elif not closed:
                    spaces.append(space)
                elif spaces:
                    spaces.pop()
        self.assertGreater(len(seen), 500)
        self.complain([f"{type_name} is in {' and '.join(sorted(names))}" for type_name, names in sorted(seen.items()) if len(names) > 1])

    def test_every_source_names_its_licence(self):
        found = list(sources("lib", "steps", "server", "apps", "tests", "fuzz", "bench", "tools", suffixes=(".cpp", ".hpp", ".py")))
        self.complain([f"{name} has no SPDX line" for name, text in found
                       if "SPDX-License-Identifier: Apache-2.0" not in "".join(text.splitlines(True)[:2])])

    def test_headers_are_guarded(self):
        self.complain([f"{name} has no #pragma once" for name, text in sources("lib", "steps", "server", "apps", "tests", "bench")
                       if name.endswith(".hpp") and "#pragma once" not in text])

    def test_no_source_knows_a_machine(self):
        place = re.compile(r"""["'\s(=](/work|/home|/root|/tmp|/mnt|/usr/local)/""")
        self.complain([f"{name}:{i}: {line.strip()}" for name, text in sources("lib", "steps", "server", "apps", "bench")
                       for i, line in enumerate(text.splitlines(), 1)
                       if place.search(line) and not is_test(name)])

    def test_options_of_a_verb_have_one_name_each(self):
        page = subprocess.run([UNDERSTUDY, "--options-markdown"], capture_output=True, text=True, check=True).stdout
        problems, seen = [], 0
        for verb in page.split("\n## ")[1:]:
            flags = collections.Counter(re.findall(r"^\| `--([a-z0-9-]+)`", verb, re.M))
            seen += len(flags)
            problems += [f"{verb.splitlines()[0]}: --{key} is there {n} times" for key, n in flags.items() if n > 1]
        self.assertGreater(seen, 200)
        self.complain(problems)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
