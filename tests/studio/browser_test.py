# SPDX-License-Identifier: Apache-2.0
"""The studio in a real Chromium: a film from its two videos to the played result without a terminal, over the server's death;
every screen in both languages. Usage: browser_test.py NODE WEB [--shots FOLDER] UNDERSTUDY"""
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import browser  # noqa: E402
import program  # noqa: E402
from program import FilmTest  # noqa: E402
from studio import Studio  # noqa: E402


@unittest.skipUnless(browser.CHROMIUM, "there is no Chromium here")
class Browser(FilmTest):
    def test_a_film_in_the_browser(self):
        studio = Studio(self.film_copy())
        self.addCleanup(studio.end)
        driver = subprocess.Popen(browser.command("browser_test.mjs", studio, browser.SHOTS), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  text=True)
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
