"""Checks of a contract suite: each prints one line, `ok - name`, `not ok - name: why` or `skip - name: why`.

A suite reads the sandbox's ready line from the environment variable SANDBOX_READY and ends with `finish()`,
whose exit code is 1 when a check failed.
"""

import json
import os
import sys
import time
import traceback
import urllib.request

READY = json.loads(os.environ["SANDBOX_READY"])
_counts = {"ok": 0, "not ok": 0, "skip": 0}


class Skip(Exception):
    """Raised by a check that cannot run here; the text says why."""


def _line(outcome, name, why=""):
    _counts[outcome] += 1
    text = " ".join(str(why).split())
    print(f"{outcome} - {name}" + (f": {text}" if text else ""), flush=True)


def check(name):
    """Decorator: runs the function at once as a check. Its result is kept under the function's name; None after a failure."""

    def run(function):
        try:
            result = function()
        except Skip as why:
            _line("skip", name, why)
            return None
        except Exception as error:  # a check may fail in any way, and the next one still runs
            last = traceback.extract_tb(error.__traceback__)[-1]
            _line("not ok", name, f"{type(error).__name__}: {error} ({os.path.basename(last.filename)}:{last.lineno})")
            return None
        _line("ok", name)
        return result

    return run


def equal(found, wanted):
    if found != wanted:
        raise AssertionError(f"found {found!r}, wanted {wanted!r}")


def until(condition, what, seconds=30):
    """Asks again every tenth of a second; gives what `condition` gave."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come within {seconds} s")
        time.sleep(0.1)


def control(method, path, body=None):
    """Calls the sandbox's control API and gives its JSON answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(READY["control"] + path, data=data, method=method, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        text = response.read().decode()
        return json.loads(text) if text else None


def finish():
    sys.exit(1 if _counts["not ok"] else 0)
