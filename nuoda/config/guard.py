"""Start a program as another user and tie its life to the caller's: `guard.py PARENT SIGNAL USER -- COMMAND…`.

Run by path with the standard library only. SIGNAL is the number that the program gets when PARENT dies (0: none; Linux
only). USER is a name or `-`. The interpreter has loaded everything before it drops its rights, so that the command
also starts where the interpreter's own folder is closed to that user.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, signal_number, user = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    command = sys.argv[5:]
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    if user != "-":
        entry = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
        os.environ.update(HOME="/", USER=user, LOGNAME=user)
    os.umask(0o077)
    if libc is not None and signal_number:
        # After setuid: a change of user clears the wish.
        libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("the parent has gone")
    os.execv(command[0], command)


main()
