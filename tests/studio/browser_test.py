# SPDX-License-Identifier: Apache-2.0
"""The studio in a real Chromium: a film from its two videos to the played result without a terminal, over the server's death;
every screen in both languages. Usage: browser_test.py NODE WEB [--shots FOLDER] UNDERSTUDY"""
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import program  # noqa: E402
from program import FilmTest  # noqa: E402
from studio import TOKEN, Studio  # noqa: E402

NODE, WEB = sys.argv[1], sys.argv[2]
del sys.argv[1:3]
SHOTS = ""
if sys.argv[1] == "--shots":
    SHOTS = sys.argv[2]
    del sys.argv[1:3]


class Browser(FilmTest):
    def test_a_film_in_the_browser(self):
        chromium = shutil.which("chromium")
        if not chromium:
            self.skipTest("there is no Chromium here")
        studio = Studio(self.film_copy())
        self.addCleanup(lambda: studio.process.poll() is None and studio.kill())
        driver = subprocess.Popen([NODE, HERE / "browser_test.mjs", WEB, chromium, f"http://127.0.0.1:{studio.port}/?token={TOKEN}", SHOTS],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        said = []
        for line in driver.stdout:
            said.append(line)
            print(line, end="", flush=True)
            if line.strip() == "kill the server":
                studio.kill()
                studio.start()
                driver.stdin.write("it is back\n")
                driver.stdin.flush()
        driver.stdin.close()
        driver.stdout.close()
        self.assertEqual(driver.wait(60), 0, "".join(said[-20:]))


if __name__ == "__main__":
    program.main()
