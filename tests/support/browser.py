# SPDX-License-Identifier: Apache-2.0
"""Scripts that drive the studio's page in a real Chromium. Taken from the command line: NODE WEB [--shots FOLDER], where to put pictures
of what is seen."""
import pathlib
import shutil
import subprocess
import sys

from studio import TOKEN

NODE, WEB = (str(pathlib.Path(name).resolve()) for name in sys.argv[1:3])
del sys.argv[1:3]
SHOTS = ""
if sys.argv[1] == "--shots":
    SHOTS = sys.argv[2]
    del sys.argv[1:3]
CHROMIUM = shutil.which("chromium")
SCRIPTS = pathlib.Path(__file__).resolve().parent.parent / "studio"


def command(script, studio, *arguments):
    return [NODE, SCRIPTS / script, WEB, CHROMIUM, f"http://127.0.0.1:{studio.port}/?token={TOKEN}", *map(str, arguments)]


def drive(script, studio, *arguments):
    """Runs a script; what it says is shown, and told when it fails."""
    done = subprocess.run(command(script, studio, *arguments), stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL, timeout=560)
    print(done.stdout, end="", flush=True)
    if done.returncode != 0:
        raise AssertionError("\n".join(done.stdout.splitlines()[-12:]))
