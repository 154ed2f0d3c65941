# SPDX-License-Identifier: Apache-2.0
"""The screen of faces over 50,000 faces, in Chromium: first pictures, scrolling, jumps, filters, the server's memory. The faces are
a few drawn ones under many names, their measures in the catalogue as if each had been measured; each has a thumbnail of its own.
Usage: studio_faces.py UNDERSTUDY NODE WEB [FACES]"""
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "support"))
import program  # noqa: E402
from studio import TOKEN, Studio  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent


def many(film, side, count):
    """So many faces, by hard links, with rows of the catalogue that are copies of the real ones'."""
    program.run_well("-w", film, "catalogue", side)
    aligned = film / f"data_{side}/aligned"
    real = sorted(path.name for path in aligned.glob("*.jpg"))
    chance = random.Random(20261130)
    database = sqlite3.connect(film / ".understudy/catalogue.db")
    columns = [row[1] for row in database.execute("PRAGMA table_info(faces)")]
    copied = ", ".join(name for name in columns if name not in ("id", "folder", "name"))
    folder = f"data_{side}/aligned"
    for i in range(count - len(real)):
        face = chance.choice(real)
        name = f"{10_000_000 + i}_0.jpg"
        os.link(aligned / face, aligned / name)
        new = database.execute(f"INSERT INTO faces (folder, name, {copied}) SELECT folder, ?, {copied} FROM faces WHERE folder = ? "
                               "AND name = ? RETURNING id", (name, folder, face)).fetchone()
        database.execute("INSERT INTO blobs SELECT ?, histograms, blocks, embedding FROM blobs WHERE id = (SELECT id FROM faces WHERE "
                         "folder = ? AND name = ?)", (new[0], folder, face))
    database.commit()
    database.close()


def main():
    program.UNDERSTUDY, node, web = sys.argv[1:4]
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 50_000
    with tempfile.TemporaryDirectory(prefix="understudy-bench-") as scratch:
        film = pathlib.Path(scratch) / "film"
        program.make_clips(film, size=360, frames=60)
        program.run_well("-w", film, "extract", "src", "--image-size", "512")
        many(film, "src", count)
        studio = Studio(film)
        try:
            status = subprocess.run([node, HERE / "studio_faces.mjs", web, shutil.which("chromium"), f"http://127.0.0.1:{studio.port}/?token={TOKEN}",
                                     str(studio.process.pid)], check=False).returncode
        finally:
            studio.kill()
    return status


if __name__ == "__main__":
    sys.exit(main())
