"""The book of what a Python suite has shown: checks, waits, families.

It is part of both Python suites (v1-python has a link to it), and must know neither client.
"""

import os
import sys
import time
import traceback

DEADLINE = float(os.environ.get("CONFORMANCE_DEADLINE", "30"))


class Failed(Exception):
    """A check did not hold: the rest of its family would stand on sand."""


class Book:
    """What was shown, what failed, and which calls the client was made to make."""

    def __init__(self):
        self.family, self.shown, self.failures, self.called = "", 0, [], set()

    def show(self, what, holds, detail=""):
        """One check. What it says is what it shows; a failed one ends its family."""
        if not holds:
            raise Failed(f"{what}{': ' if detail != '' else ''}{detail}")
        self.shown += 1
        print(f"ok    {self.family}: {what}", flush=True)

    def same(self, what, found, wanted):
        """A check that two values are equal, showing both when they are not."""
        self.show(what, found == wanted, f"found {found!r}, wanted {wanted!r}" if found != wanted else "")

    def wait(self, what, probe, seconds=DEADLINE):
        """Polls until `probe` answers something true, which it returns; a check in itself."""
        end, found = time.monotonic() + seconds, None
        while time.monotonic() < end:
            found = probe()
            if found:
                self.show(what, True)
                return found
            time.sleep(0.05)
        raise Failed(f"{what}: not within {seconds:.0f} s (last seen: {found!r})")

    def uncalled(self):
        """Calls of the client that no check has made, as texts."""
        raise NotImplementedError

    def run(self, families):
        """Runs the families, or those that the arguments name, and then tells which calls none of them made. Returns the
        program's status."""
        only = sys.argv[1:]
        for name, family in families:
            if only and name not in only:
                continue
            self.family = name
            try:
                family(self)
            except Exception as fault:  # one family's fault must not hide the others
                self.failures.append(name)
                ours = [frame for frame in traceback.extract_tb(fault.__traceback__) if "families" in frame.filename]
                at = f" ({os.path.basename(ours[-1].filename)}:{ours[-1].lineno})" if ours else ""
                print(f"FAIL  {name}{at}: {type(fault).__name__}: {fault}", flush=True)
        missed = [] if only else self.uncalled()
        for call in missed:
            print(f"FAIL  coverage: {call} was never called")
        print(f"{self.shown} checks held, {len(self.failures)} families failed, {len(self.called)} different calls made")
        return 1 if self.failures or missed else 0
