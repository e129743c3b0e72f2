#!/usr/bin/env python3
"""Builds without each control in turn and expects the tests named after its row to notice.

    controls.py [VALUE…]

A control without a test that fails when it is removed does not count. For every value in the lists of controls
(crates/protocol/src/control.rs, crates/jose/src/control.rs) this builds the crates that have tests of the row with
IPSE_CONTROL_OFF=VALUE, into target/controls, and runs those tests: at least one must fail. Writes a table to
target/test-logs/controls.txt; ends with 1 if a control was not missed.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
LOGS = TARGET / "test-logs"


def controls():
    """Each value with the crates that know it: those of jose alone are not known to the others."""
    found = {}
    protocol = (ROOT / "crates/protocol/src/control.rs").read_text()
    jose = (ROOT / "crates/jose/src/control.rs").read_text()
    for value in re.findall(r'^ +T\w+ = "(t\d+_\w+)",$', protocol, re.M):
        found[value] = None
    for value in re.findall(r'control_off = "(t\d+_\w+)"', jose):
        found.setdefault(value, {"ipse-jose"})
    return dict(sorted(found.items()))


def crates_with_tests():
    """Which crates have tests of which row."""
    rows = {}
    for crate in sorted((ROOT / "crates").iterdir()):
        for file in [*crate.glob("src/**/*.rs"), *crate.glob("tests/**/*.rs")]:
            for row in re.findall(r"fn (t\d+)_\w+\s*\(", file.read_text()):
                rows.setdefault(row, set()).add(f"ipse-{crate.name}" if crate.name != "ipse" else "ipse")
    return rows


def without(value, crates):
    """Names of the row's tests that fail without the control, how many ran, and what went wrong if nothing could run."""
    row = value.split("_")[0]
    environment = {**os.environ, "IPSE_CONTROL_OFF": value, "CARGO_TARGET_DIR": str(TARGET / "controls"), "CARGO_INCREMENTAL": "0"}
    packages = [word for crate in sorted(crates) for word in ("-p", crate)]
    build = subprocess.run(["cargo", "test", "--locked", "--quiet", "--no-run", *packages], cwd=ROOT, env=environment, capture_output=True, text=True)  # fmt: skip
    log = LOGS / f"control-{value}.log"
    if build.returncode != 0:
        log.write_text(build.stdout + build.stderr)
        return [], 0, f"does not build: {log}"
    # The filter of the test harness is a part of the full path; what only resembles the name is sorted out below.
    run = subprocess.run(["cargo", "test", "--locked", "--no-fail-fast", "--lib", "--bins", "--tests", *packages, "--", f"{row}_"], cwd=ROOT, env=environment, capture_output=True, text=True)  # fmt: skip
    log.write_text(run.stdout + run.stderr)
    ended = re.findall(rf"^test ((?:\w+::)*{row}_\w+)(?: - should panic)? \.\.\. (ok|FAILED)", run.stdout, re.M)
    return [name for name, end in ended if end == "FAILED"], len(ended), ""


def main(wanted):
    """Tries each control; prints a table."""
    LOGS.mkdir(parents=True, exist_ok=True)
    rows = crates_with_tests()
    table = []
    unnoticed = 0
    for value, known_to in controls().items():
        if wanted and value not in wanted:
            continue
        begun = time.monotonic()
        crates = rows.get(value.split("_")[0], set())
        crates = crates & known_to if known_to else crates
        failed, ran, problem = without(value, crates) if crates else ([], 0, "no test is named after its row")
        verdict = "noticed" if failed else "NOT NOTICED"
        unnoticed += not failed
        what = ", ".join(name.split("::")[-1] for name in failed) or problem or f"{ran} tests passed without it"
        table.append(f"{value:<28} {verdict:<12} {what}")
        print(f"{table[-1]}  ({time.monotonic() - begun:.0f} s)", flush=True)
    table.append(f"{len(table) - unnoticed} controls noticed, {unnoticed} not")
    (LOGS / "controls.txt").write_text("\n".join(table) + "\n")
    # In the words of the others, so that it is counted.
    print(f"test result: {'ok' if not unnoticed else 'FAILED'}. {len(table) - 1 - unnoticed} passed; {unnoticed} failed;")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main(set(sys.argv[1:])))
