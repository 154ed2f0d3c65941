# SPDX-License-Identifier: Apache-2.0
"""The keys while training in a terminal, on a pseudo terminal with a little shell of our own in it.
Usage: keys_test.py UNDERSTUDY"""
import os
import pathlib
import pty
import signal
import sys
import termios
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import program  # noqa: E402
from program import ENVIRONMENT, FilmTest, ONE_THREAD, TINY_MODEL  # noqa: E402


class Terminal:
    """understudy in the foreground of a new terminal, below a shell that tells of its stops and its end."""

    def __init__(self, *arguments):
        report_out, report_in = os.pipe()
        orders_out, self.orders = os.pipe()
        self.shell, self.master = pty.fork()
        if self.shell == 0:
            self._be_shell([program.UNDERSTUDY, *map(str, arguments)], report_in, orders_out)
        os.close(report_in)
        os.close(orders_out)
        self.reports = os.fdopen(report_out)
        self.child = int(self.reports.readline())
        self.output = ""
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    @staticmethod
    def _be_shell(command, reports, orders):
        try:
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            signal.signal(signal.SIGQUIT, signal.SIG_IGN)
            child = os.fork()
            if child == 0:
                os.setpgid(0, 0)
                os.tcsetpgrp(0, os.getpid())
                signal.signal(signal.SIGTTOU, signal.SIG_DFL)
                signal.signal(signal.SIGQUIT, signal.SIG_DFL)
                os.execve(command[0], command, ENVIRONMENT)
            os.write(reports, f"{child}\n".encode())
            while True:
                _, status = os.waitpid(child, os.WUNTRACED)
                if not os.WIFSTOPPED(status):
                    os.write(reports, f"ended {os.waitstatus_to_exitcode(status)}\n".encode())
                    os._exit(0)
                os.tcsetpgrp(0, os.getpgrp())
                os.write(reports, b"stopped\n")
                if os.read(orders, 1) == b"f":
                    os.tcsetpgrp(0, child)
                os.kill(child, signal.SIGCONT)
        finally:
            os._exit(1)

    def _read(self):
        while True:
            try:
                data = os.read(self.master, 4096)
            except OSError:  # the other side is closed
                return
            if not data:
                return
            self.output += data.decode(errors="replace")

    def press(self, keys):
        os.write(self.master, keys.encode())

    def wait_until(self, holds, what, timeout=60):
        end = time.time() + timeout
        while not holds():
            if time.time() > end:
                raise AssertionError(f"{what} did not come:\n{self.output[-2000:]}")
            time.sleep(0.02)

    def wait_for(self, text, after=0):
        self.wait_until(lambda: text in self.output[after:], repr(text))

    def takes_keys(self):
        """Whether the terminal hands over single keys without showing them."""
        return termios.tcgetattr(self.master)[3] & (termios.ICANON | termios.ECHO) == 0

    def is_as_found(self):
        flags = termios.ICANON | termios.ECHO | termios.ISIG
        return termios.tcgetattr(self.master)[3] & flags == flags

    def close(self):
        for pid in self.child, self.shell:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        os.waitpid(self.shell, 0)
        self.reader.join(10)
        os.close(self.master)
        os.close(self.orders)
        self.reports.close()


class Keys(FilmTest):
    SIDES = "src", "dst"

    def train(self, *more):
        terminal = Terminal("-w", self.film, *more, "train", "saehd", "--model", self.name(), *TINY_MODEL,
                            *ONE_THREAD, "--target-iter", 100000)
        self.addCleanup(terminal.close)
        return terminal

    def started(self):
        terminal = self.train()
        terminal.wait_for("iterations")
        terminal.wait_until(terminal.takes_keys, "the key mode")
        return terminal

    def model(self):
        return self.film / "model" / self.name()

    def check_end(self, terminal, status):
        self.assertEqual(terminal.reports.readline(), f"ended {status}\n", terminal.output[-2000:])
        self.assertTrue(terminal.is_as_found())

    def test_keys_command_and_enter_ends_saved(self):
        terminal = self.started()
        self.assertEqual(terminal.output.count("s save, b backup, p preview, space next preview"), 1)
        terminal.press("s")
        terminal.wait_for("saved model at iteration")
        terminal.press("p")
        # The preview before the first iteration has no batch yet.
        terminal.wait_until(lambda: any((self.model() / "previews").glob("*of the batch*")), "the preview")
        at = len(terminal.output)
        terminal.press("qx\033[A\033[B")  # no keys of ours; the arrows' letters are not taken for keys
        terminal.press(" ")
        terminal.wait_for("Preview: SAEHD masked (2 of 4)")
        terminal.press("l")
        terminal.wait_for("Loss graph: the last 5000 iterations")
        terminal.press("b")
        terminal.wait_for("saved backup of iteration")
        terminal.wait_for("iterations", after=at)  # it goes on
        self.assertNotIn("\033[A", terminal.output)  # nothing is shown
        terminal.press("\r")
        self.check_end(terminal, 130)
        self.assertGreaterEqual(terminal.output.count("saved model at iteration"), 2)
        self.assertTrue((self.model() / "generations.json").exists())

    def test_interrupt_puts_the_terminal_back(self):
        terminal = self.started()
        terminal.press("\003")
        self.check_end(terminal, 130)
        self.assertTrue((self.model() / "generations.json").exists())

    def test_signals_put_the_terminal_back(self):
        for number in signal.SIGQUIT, signal.SIGHUP, signal.SIGABRT:
            with self.subTest(signal=number):
                terminal = self.started()
                os.kill(terminal.child, number)
                self.check_end(terminal, -number)

    def test_suspended_and_back(self):
        terminal = self.started()
        terminal.press("\032")
        self.assertEqual(terminal.reports.readline(), "stopped\n")
        self.assertTrue(terminal.is_as_found())
        os.write(terminal.orders, b"f")
        terminal.wait_until(terminal.takes_keys, "the key mode again")
        terminal.press("s")
        terminal.wait_for("saved model at iteration")
        # In the background it leaves the terminal alone and is not stopped for reading it.
        terminal.press("\032")
        self.assertEqual(terminal.reports.readline(), "stopped\n")
        os.write(terminal.orders, b"b")
        at = len(terminal.output)
        terminal.wait_for("iterations", after=at)
        terminal.press("s\n")
        time.sleep(0.5)
        self.assertTrue(terminal.is_as_found())
        os.kill(terminal.child, signal.SIGTERM)
        self.check_end(terminal, 130)

    def test_json_leaves_the_terminal_alone(self):
        terminal = self.train("--json")
        terminal.wait_for('"iterations"')
        self.assertTrue(terminal.is_as_found())
        self.assertNotIn("next preview", terminal.output)
        terminal.press('{"command":"stop"}\n')
        self.check_end(terminal, 130)


if __name__ == "__main__":
    program.main()
