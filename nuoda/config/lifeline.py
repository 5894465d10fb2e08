"""End this process when its parent dies, however that dies."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
import time

PR_SET_PDEATHSIG = 1


def tie(signal_number: int) -> None:
    """Ask for `signal_number` when the parent ends; where the kernel cannot (other than Linux), watch from a thread."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal_number)
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal_number)

    threading.Thread(target=watch, daemon=True, name="lifeline").start()
