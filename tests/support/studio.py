# SPDX-License-Identifier: Apache-2.0
"""The studio's server as a page sees it: started, asked, killed and started again."""
import contextlib
import http.client
import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.parse

import program

TOKEN = "0123456789abcdef0123456789abcdef"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


class Studio:
    """A server over a workspace. Its list of recent workspaces lies beside it, never with the user's own."""

    def __init__(self, workspace, *options, state=None):
        self.workspace = pathlib.Path(workspace)
        self.environment = {**program.ENVIRONMENT, "XDG_STATE_HOME": str(state or self.workspace.parent / "state")}
        self.options = options
        self.port = None
        self.start()

    def start(self, timeout=30):
        self.process = subprocess.Popen(
            [program.UNDERSTUDY, "-w", self.workspace, "--json", "studio", "--port", str(self.port or 0), "--no-open", "--token", TOKEN,
             *map(str, self.options)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self.environment)
        for line in self.process.stdout:
            event = json.loads(line)
            if event["event"] == "note" and "http://" in event["text"]:
                self.port = urllib.parse.urlsplit(event["text"][event["text"].index("http"):]).port
                return
        raise AssertionError(f"the studio did not start: {self.process.stderr.read()}")

    def ask(self, method, path, body=None, headers=None, token=TOKEN, timeout=30):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            sent = {**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
            connection.request(method, path, body if isinstance(body, (bytes, str, type(None))) else json.dumps(body), sent)
            reply = connection.getresponse()
            return Answer(reply.status, dict(reply.getheaders()), reply.read())
        finally:
            connection.close()

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.ask("POST", path, {} if body is None else body, **more)

    def begin(self, verb, positionals=None, **more):
        answer = self.post("/api/jobs", {"verb": verb, "positionals": positionals or {}, **more})
        if answer.status != 201:
            raise AssertionError((answer.status, answer.body))
        return answer.json["job"]

    def job(self, name):
        return self.get(f"/api/jobs/{name}").json

    def wait(self, name, states=("done", "failed", "cancelled"), timeout=120):
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            job = self.job(name)
            if job["state"] in states:
                return job
            time.sleep(0.05)
        raise AssertionError(f"{name} is still {job['state']}: {job}")

    def stream(self, path, headers=None, timeout=60):
        """The messages of a stream as they come: (event, id, data)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        connection.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}", "Accept": "text/event-stream", **(headers or {})})
        reply = connection.getresponse()
        if reply.status != 200:
            raise AssertionError((reply.status, reply.read()))
        kind, number, data = "message", None, []
        try:
            for line in reply:
                line = line.decode().rstrip("\n")
                if line.startswith("event: "):
                    kind = line[7:]
                elif line.startswith("id: "):
                    number = int(line[4:])
                elif line.startswith("data: "):
                    data.append(line[6:])
                elif not line and data:
                    yield kind, number, json.loads("\n".join(data))
                    kind, number, data = "message", None, []
        finally:
            connection.close()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self._gone()

    def end(self):
        """For the end of a test, however it came: the server and every job that still runs, with what it started."""
        if self.process.poll() is None:
            self.kill()
        for lock in (self.workspace / ".understudy/jobs").glob("*/lock"):
            kill_group(pid_of(self.workspace, lock.parent.name))

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        return self._gone()

    @contextlib.contextmanager
    def standing_still(self, *jobs):
        """The server and these jobs write nothing meanwhile: for whoever copies their files or puts others in their place."""
        pids = [self.process.pid, *(pid_of(self.workspace, job) for job in jobs)]
        try:
            for pid in pids:
                stand_still(pid)
            yield
        finally:
            for pid in pids:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGCONT)

    def _gone(self):
        status = self.process.wait(30)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            pipe.close()
        return status


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def stand_still(pid):
    """Returns when all threads have stopped."""
    os.kill(pid, signal.SIGSTOP)
    end = time.monotonic() + 30
    while any(task.read_text().rsplit(")", 1)[1].split()[0] not in "TZ" for task in pathlib.Path(f"/proc/{pid}/task").glob("*/stat")):
        if time.monotonic() > end:
            raise AssertionError(f"{pid} does not stand still")
        time.sleep(0.01)


def pid_of(workspace, job):
    """The process that holds the job's lock."""
    try:
        return int((pathlib.Path(workspace) / ".understudy/jobs" / job / "lock").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def kill_and_wait(pid):
    """Returns when it has ended and writes nothing any more."""
    os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + 30
    while alive(pid):
        if time.monotonic() > end:
            raise AssertionError(f"{pid} does not end")
        time.sleep(0.01)


def kill_process(pid):
    if pid <= 0:
        return False  # kill(0) is all of this test's own group
    try:
        os.kill(pid, signal.SIGKILL)
        return True
    except OSError:
        return False


def kill_group(pid):
    """A job leads a group of its own; a process of another's group is left alone."""
    try:
        if pid > 0 and os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGKILL)
    except OSError:
        pass


class StudioTest(program.FilmTest):
    SIDES, EXTRACT = ("src", "dst"), ("--image-size", 96)

    def setUp(self):
        self.work = self.film_copy()
        self.studio = Studio(self.work)
        self.addCleanup(self.studio.end)

    def jobs(self):
        """Those that were asked for here; the film was made from a terminal."""
        return [job for job in self.studio.get("/api/jobs").json if job["here"]]
