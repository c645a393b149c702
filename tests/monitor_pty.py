#!/usr/bin/env python3
"""monitor_pty.py: runs a command on a pseudo-terminal and looks at what it leaves.

    monitor_pty.py COLUMNSxROWS [key=SECONDS:TEXT | signal=SECONDS:NAME | resize=SECONDS:CxR]... -- COMMAND...

Writes everything the program sent to the file `screen`, and prints one line each: `exit STATUS`,
`terminal same|changed`, `left-screen yes|no`, `frames N`, `per-second N` (the most in one)."""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time


def resize(fd, text):
    columns, rows = map(int, text.split("x"))
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def act(what, text, fd, pid):
    if what == "key":
        os.write(fd, text.encode().decode("unicode_escape").encode())
    elif what == "signal":
        os.kill(pid, getattr(signal, "SIG" + text))
    else:
        resize(fd, text)


def main():
    split = sys.argv.index("--")
    plan = []
    for word in sys.argv[2:split]:
        what, rest = word.split("=", 1)
        when, text = rest.split(":", 1)
        plan.append((float(when), what, text))
    main_fd, side_fd = pty.openpty()
    resize(side_fd, sys.argv[1])
    before = termios.tcgetattr(side_fd)
    pid = os.fork()
    if pid == 0:
        os.login_tty(side_fd) if hasattr(os, "login_tty") else login(side_fd)
        os.execvp(sys.argv[split + 1], sys.argv[split + 1:])
    begin = time.monotonic()
    seen = bytearray()
    frames = []
    status = None
    while status is None or select.select([main_fd], [], [], 0)[0]:
        if select.select([main_fd], [], [], 0.02)[0]:
            piece = os.read(main_fd, 65536)
            frames += [time.monotonic()] * piece.count(b"\x1b[?2026h")
            seen += piece
        if plan and time.monotonic() - begin >= plan[0][0]:
            act(plan[0][1], plan[0][2], main_fd, pid)
            plan.pop(0)
        if status is None:
            done, raw = os.waitpid(pid, os.WNOHANG)
            status = raw if done == pid else None
        if time.monotonic() - begin > 30:
            os.kill(pid, signal.SIGKILL)
    with open("screen", "wb") as out:
        out.write(seen)
    most = max((sum(1 for f in frames if t <= f < t + 1) for t in frames), default=0)
    print("exit", os.waitstatus_to_exitcode(status))
    print("terminal", "same" if termios.tcgetattr(side_fd) == before else "changed")
    entered, left = seen.rfind(b"\x1b[?1049h"), seen.rfind(b"\x1b[?1049l")
    print("left-screen", "yes" if left > entered >= 0 and seen.rfind(b"\x1b[?25h") > entered else "no")
    print("frames", len(frames))
    print("per-second", most)


def login(fd):
    """What os.login_tty does, for a Python before 3.11's."""
    os.setsid()
    fcntl.ioctl(fd, termios.TIOCSCTTY, 0)
    for target in (0, 1, 2):
        os.dup2(fd, target)


main()
