#!/usr/bin/env python3
"""Builds without each control in turn and expects the tests named after its row to notice.

    controls.py [VALUE…]

A control without a test that fails when it is removed does not count. For every value in the lists of controls
(crates/protocol/src/control.rs, crates/jose/src/control.rs) this looks for the crates whose code asks for the control,
and for each of them takes the tests of the row that stand nearest: its own, else those of the crates that depend on it.

1. With every control on, those tests must pass (once a row). A row that is not green proves nothing.
2. With IPSE_CONTROL_OFF=VALUE, one of them at least must fail, for each crate that asks for the control.

Each test runs in a process of its own. One that hangs without the control, but ended with it, has failed; it is called
`(hung)`. All share one PostgreSQL, which is started here and looked at after each control: a dead one would make every
test fail, which is no proof either. Builds go to target/controls, incrementally, so that a control costs what depends
on it and no more. Writes a table to target/test-logs/controls.txt; ends with 1 if a control was not missed.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
LOGS = TARGET / "test-logs"

# Seconds. The first build compiles everything; a test may take as long as with the control, and some more.
BUILD_LIMIT = 45 * 60
TEST_LIMIT = 10 * 60
SLACK = 60
SLOWER = 10

PASSED, FAILED, HUNG = "passed", "failed", "hung"


# --- What there is ----------------------------------------------------------------------------------------------------


def controls(root=ROOT):
    """Each value with the name of its control."""
    found = {}
    listed = (root / "crates/protocol/src/control.rs").read_text()
    for name, value in re.findall(r'^ +(T\w+) = "(t\d+_\w+)",$', listed, re.M):
        found[value] = name
    # Those of jose are a list of its own: it cannot use the other.
    listed = (root / "crates/jose/src/control.rs").read_text()
    for name, value in re.findall(r'Control::(T\w+) => cfg!\(not\(control_off = "(t\d+_\w+)"\)\)', listed):
        found.setdefault(value, name)
    return dict(sorted(found.items()))


def users(name, root=ROOT):
    """Folders of the crates whose code asks whether this control is built in."""
    asks = re.compile(rf"Control::{name}\b")
    found = set()
    for file in (root / "crates").glob("*/src/**/*.rs"):
        if file.name != "control.rs" and asks.search(file.read_text()):
            found.add(file.relative_to(root / "crates").parts[0])
    return found


def tests_of(row, root=ROOT):
    """For each crate's folder with tests of this row, the targets that hold them: `lib`, or a name under tests/."""
    found = {}
    for crate in sorted((root / "crates").iterdir()):
        for file in [*crate.glob("src/**/*.rs"), *crate.glob("tests/**/*.rs")]:
            if not re.search(rf"fn {row}_\w+\s*\(", file.read_text()):
                continue
            path = file.relative_to(crate).parts
            target = "lib" if path[0] == "src" else path[1].removesuffix(".rs")
            found.setdefault(crate.name, set()).add(target)
    return found


def dependents(packages):
    """For each crate of the workspace, those that need it, directly or not. From `cargo metadata`'s packages."""
    names = {package["name"] for package in packages}
    needs = {p["name"]: {d["name"] for d in p["dependencies"]} & names - {p["name"]} for p in packages}
    grown = True
    while grown:
        grown = False
        for own in needs.values():
            more = set().union(*(needs[other] for other in own)) - own
            own |= more
            grown |= bool(more)
    return {name: {other for other, own in needs.items() if name in own} for name in names}


def nearest(asking, with_tests, above):
    """For each crate that asks for a control, the crates whose tests must notice."""
    return {crate: {crate} if crate in with_tests else above.get(crate, set()) & set(with_tests) for crate in asking}


# --- What is run ------------------------------------------------------------------------------------------------------


RUNNING = set()


def run(command, limit, environment):
    """Exit status (None: it took too long) and everything that was said. Leaves nothing running."""
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True) as process:  # fmt: skip
        RUNNING.add(process.pid)
        try:
            said, _ = process.communicate(timeout=limit)
            return process.returncode, said
        except subprocess.TimeoutExpired:
            kill(process.pid)
            return None, process.communicate()[0]
        except BaseException:
            kill(process.pid)
            raise
        finally:
            RUNNING.discard(process.pid)


def kill(group):
    """Ends a program and what it started."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Postgres:
    """The server that all tests share: each makes a schema of its own in it. It ends when its standard input closes."""

    def __init__(self):
        # As ./test builds it, and where, so that it is there already.
        build = "cargo build --locked --quiet -p ipse-store --features testing --example test_postgres".split()
        status, said = run(build, BUILD_LIMIT, os.environ)
        if status != 0:
            raise SystemExit(f"PostgreSQL cannot be started: {said}")
        # Signals of the terminal are not for it: the tests that are being stopped still need it.
        program = TARGET / "debug/examples/test_postgres"
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        start_new_session=True)  # fmt: skip
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            raise SystemExit("PostgreSQL does not start")

    def answers(self):
        """Whether it can still be reached."""
        socket = bytes.fromhex(re.search(r"@((?:%[0-9a-f]{2})+)/", self.url)[1].replace("%", "")).decode()
        return self.process.poll() is None and (Path(socket) / ".s.PGSQL.5432").exists()

    def end(self):
        """Stops it."""
        self.process.stdin.close()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()


def build(packages, targets, environment):
    """Test programs by crate, or None and what went wrong."""
    command = ["cargo", "test", "--locked", "--no-run", "--message-format=json-render-diagnostics"]
    # Which features dependencies have depends on what is built together. With the server there are two such sets, those
    # of the libraries and its own; the operator alone would be a third, and compile everything once more.
    for package in sorted(packages | ({"ipse-server"} if "ipse-operator" in packages else set())):
        command += ["-p", package]
    for target in sorted(targets):
        command += ["--lib"] if target == "lib" else ["--test", target]
    status, said = run(command, BUILD_LIMIT, environment)
    if status != 0:
        return None, "the build hangs" if status is None else "does not build", said
    programs = {}
    for line in said.splitlines():
        if not line.startswith('{"reason":"compiler-artifact"'):
            continue
        artifact = json.loads(line)
        target = artifact["target"]
        own = "lib" if "lib" in target["kind"] else target["name"]
        package = re.search(r"([\w-]+)[@#][^@#/]+$", artifact["package_id"])
        if artifact.get("executable") and own in targets and package and package[1] in packages:
            programs.setdefault(package[1], []).append(artifact["executable"])
    return programs, "", said


def list_tests(programs, row, environment):
    """Each test of the row as (crate, program, name)."""
    found = []
    for crate, own in sorted(programs.items()):
        for program in own:
            _, said = run([program, "--list", "--format", "terse"], 60, environment)
            found += [(crate, program, n) for n in re.findall(rf"^((?:\w+::)*{row}_\w+): test$", said, re.M)]
    return found


def outcomes(tests, limits, environment, log):
    """Outcome and seconds of each test, by (crate, name). `limits` are seconds by the same, or nothing."""

    def one(test):
        crate, program, name = test
        begun = time.monotonic()
        status, said = run([program, "--exact", name, "--nocapture"], limits.get((crate, name), TEST_LIMIT), environment)
        # A program that runs no test at all says so with 0 as well.
        ran = status != 0 or re.search(r"^test result: ok\. 1 passed", said, re.M)
        outcome = HUNG if status is None else PASSED if status == 0 and ran else FAILED
        log.write(f"--- {crate} {name}: {outcome}\n{said if outcome != PASSED else ''}\n")
        return (crate, name), (outcome, time.monotonic() - begun)

    # The longest first, so that nothing waits for it at the end.
    tests = sorted(tests, key=lambda test: -limits.get((test[0], test[2]), 0))
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        try:
            return dict(pool.map(one, tests))
        except BaseException:
            # Whoever interrupts does not wait for what is under way.
            pool.shutdown(wait=False, cancel_futures=True)
            for group in list(RUNNING):
                kill(group)
            raise


# --- What it means ----------------------------------------------------------------------------------------------------


def judge(needed, before, after):
    """Whether a control was missed, and by what. `needed`: the crates that ask for it, each with those whose tests must
    notice; `before` and `after`: outcomes with and without it, by (crate, test)."""
    if not before:
        return False, "no test is named after its row"
    red = sorted(name for (_, name), outcome in before.items() if outcome != PASSED)
    if red:
        return False, "not green with the control: " + ", ".join(short(name) for name in red)
    if set(before) != set(after):
        return False, "other tests than with the control"
    noticed = {test: outcome for test, outcome in after.items() if outcome != PASSED}
    for asking, crates in sorted(needed.items()):
        if not any(crate in crates for crate, _ in noticed):
            return False, f"{len(after)} tests pass, or fail elsewhere, without it in {asking}"
    words = [short(name) + (" (hung)" if outcome == HUNG else "") for (_, name), outcome in sorted(noticed.items())]
    return True, ", ".join(words)


def short(name):
    """A test without its modules."""
    return name.split("::")[-1]


class Rows:
    """The tests of each row with every control on: built and run once."""

    def __init__(self, environment):
        self.environment, self.known = environment, {}

    def of(self, row, packages, targets):
        """Outcomes and seconds, and what went wrong if nothing could run."""
        key = (row, frozenset(packages))
        if key not in self.known:
            self.known[key] = measure(row, row, packages, targets, {}, self.environment)
        return self.known[key]


def measure(label, row, packages, targets, limits, environment):
    """Builds and runs the tests of a row."""
    log = LOGS / f"control-{label}.log"
    with log.open("w") as out:
        programs, problem, said = build(packages, targets, environment)
        if programs is None:
            out.write(said)
            return {}, f"{problem}: {log}"
        return outcomes(list_tests(programs, row, environment), limits, environment, out), ""


def main(wanted):
    """Tries each control; prints a table."""
    LOGS.mkdir(parents=True, exist_ok=True)
    known = controls()
    if unknown := wanted - set(known):
        raise SystemExit(f"no control: {', '.join(sorted(unknown))}")
    # Whatever server, rounds and cases the caller has set are not meant for here.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("IPSE_")}
    environment |= {"CARGO_TARGET_DIR": str(TARGET / "controls"), "CARGO_INCREMENTAL": "1"}
    environment |= {"CARGO_PROFILE_DEV_DEBUG": "none", "CARGO_PROFILE_TEST_DEBUG": "none"}
    metadata = subprocess.run(["cargo", "metadata", "--locked", "--no-deps", "--format-version=1"], cwd=ROOT, check=True, capture_output=True)  # fmt: skip
    packages = json.loads(metadata.stdout)["packages"]
    folder = {p["name"]: Path(p["manifest_path"]).parent.name for p in packages}
    package = {f: name for name, f in folder.items()}
    above = {folder[name]: {folder[other] for other in own} for name, own in dependents(packages).items()}
    postgres = Postgres()
    environment["IPSE_TEST_POSTGRES"] = postgres.url
    rows = Rows(environment)
    plan = []
    for value, name in known.items():
        if wanted and value not in wanted:
            continue
        row = value.split("_")[0]
        with_tests = tests_of(row)
        needed = nearest(users(name), with_tests, above)
        crates = set().union(*needed.values())
        targets = set().union(*(with_tests[crate] for crate in crates))
        needed = {asking: {package[crate] for crate in own} for asking, own in needed.items()}
        plan.append((value, row, needed, {package[crate] for crate in crates}, targets))
    table = []
    unnoticed = 0

    def verdict(value, good, what, begun):
        nonlocal unnoticed
        unnoticed += not good
        table.append(f"{value:<28} {'noticed' if good else 'NOT NOTICED':<12} {what}")
        print(f"{table[-1]}  ({time.monotonic() - begun:.0f} s)", flush=True)

    try:
        # All that needs every control first, so that nothing is built twice for it.
        for value, row, needed, crates, targets in plan:
            begun = time.monotonic()
            if crates:
                before, problem = rows.of(row, crates, targets)
                green = sum(outcome == PASSED for outcome, _ in before.values())
                print(f"{value:<28} with it: {green} of {len(before)} pass {problem} ({time.monotonic() - begun:.0f} s)", flush=True)  # fmt: skip
        for value, row, needed, crates, targets in plan:
            begun = time.monotonic()
            if not crates:
                verdict(value, False, "no test is named after its row" if needed else "nothing asks for it", begun)
                continue
            before, problem = rows.of(row, crates, targets)
            limits = {test: SLACK + SLOWER * seconds for test, (_, seconds) in before.items()}
            before = {test: outcome for test, (outcome, _) in before.items()}
            red = problem or any(outcome != PASSED for outcome in before.values())
            after = {}
            if not red:
                after, problem = measure(value, row, crates, targets, limits, environment | {"IPSE_CONTROL_OFF": value})
                after = {test: outcome for test, (outcome, _) in after.items()}
            if not problem and not postgres.answers():
                problem = "PostgreSQL is gone"
            good, what = (False, problem) if problem else judge(needed, before, after)
            verdict(value, good, what, begun)
    finally:
        postgres.end()
    table.append(f"{len(table) - unnoticed} controls noticed, {unnoticed} not")
    (LOGS / "controls.txt").write_text("\n".join(table) + "\n")
    # In the words of the others, so that it is counted.
    print(f"test result: {'ok' if not unnoticed else 'FAILED'}. {len(table) - 1 - unnoticed} passed; {unnoticed} failed;")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    # As an interrupt from the keyboard: nothing is left running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(set(sys.argv[1:])))
