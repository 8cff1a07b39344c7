"""Whether this process was told to end; long passes ask between two units of work, and forked children see it too.

The doors that receive signals say it; nothing waits here. What cannot be finished in time is left as it is: the rows tell the
next process where to go on.
"""

import mmap

GRACE_SECONDS = 10
"""After being told to end, a process may work so long on the unit in hand, such as a call to a provider; then it is gone."""
_told = mmap.mmap(-1, 1)


def ask() -> None:
    """May be called from a signal handler."""
    _told[0] = 1


def asked() -> bool:
    """True from the moment somebody asked."""
    return _told[0] == 1


def forget() -> None:
    """A new life begins in the same process."""
    _told[0] = 0
