#!/usr/bin/env python3
"""Removes each control from a copy of the code and expects the named test to fail.

    mutations.py check            each mutation still applies; reads files only
    mutations.py run [NAME…]      builds and runs all mutations, or those that begin with a NAME

The mutations are in mutations/*.toml; mutations/README.md describes the format.

`run` copies the tree to target/mutations/tree and never changes the working tree. First it builds and runs all named
tests on the unchanged copy: they must pass. Then, for each mutation, it replaces the text, builds the test's program and
runs the test, which must fail with a panic. A mutation that does not build has failed. A test that hangs has noticed
nothing, unless the entry says `hangs = true`.
All tests share one PostgreSQL. Results go to target/test-logs/mutations.txt, the output of builds and tests to
target/test-logs/mutation-NAME.log. The exit status is 1 if a mutation is not noticed.
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LISTS = Path(__file__).resolve().parent / "mutations"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
LOGS = TARGET / "test-logs"
WORK = TARGET / "mutations"

# Folders that git ignores and tests need. The copy links to them.
LINKS = ("app/node_modules", "app/dist", "crates/demo/shop/node_modules")

# Seconds. The first build compiles all dependencies. A test on mutated code may take SLOWER times as long as before,
# and SLACK more.
BUILD_LIMIT = 45 * 60
TEST_LIMIT = 10 * 60
SLACK = 60
SLOWER = 10

PASSED, FAILED, HUNG, BROKE = "passed", "failed", "hung", "broke"


# --- The lists --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutation:
    """One entry of a list."""

    name: str
    file: str
    find: str
    replace: str
    crate: str
    test: str
    # More changes, each a table with file, find and replace: a check that is made twice is removed in both places.
    also: tuple = ()
    # The mutated code waits forever. A test that does not end then counts as failed.
    hangs: bool = False

    @property
    def changes(self):
        """All changes, as (file, find, replace)."""
        return [(self.file, self.find, self.replace)] + [(c["file"], c["find"], c["replace"]) for c in self.also]

    @property
    def mutated_crate(self):
        """The folder of the crate whose code changes."""
        return Path(self.file).parts[1]

    @property
    def test_crate(self):
        """The folder of the crate that has the test."""
        return self.crate.removeprefix("ipse-")


def read_lists(folder):
    """All mutations of a folder, and complaints about entries that have the wrong members."""
    found, complaints = [], []
    members = {field.name for field in fields(Mutation)} - {"also", "hangs"}
    for file in sorted(folder.glob("*.toml")):
        try:
            entries = tomllib.loads(file.read_text()).get("mutation", [])
        except tomllib.TOMLDecodeError as error:
            complaints.append(f"{file.name}: {error}")
            continue
        for entry in entries:
            also = tuple(entry.pop("also", ()))
            hangs = entry.pop("hangs", False)
            texts = [*entry.values(), *(value for change in also for value in change.values())]
            complete = set(entry) == members and all(set(change) == {"file", "find", "replace"} for change in also)
            if complete and isinstance(hangs, bool) and all(isinstance(text, str) for text in texts):
                found.append(Mutation(**entry, also=also, hangs=hangs))
            else:
                wrong = sorted(set(entry) ^ members) or "not text"
                complaints.append(f"{file.name}: {entry.get('name', '?')}: wrong members: {wrong}")
    return found, complaints


def read_controls(file):
    """The least number of mutations of each control."""
    lines = [line.split() for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return {name: int(count) for name, count in lines}


def control_of(name, controls):
    """The control that a mutation removes: the longest name that it begins with."""
    fitting = [control for control in controls if name == control or name.startswith(control + "_")]
    return max(fitting, key=len, default=None)


def definitions(mutation, root):
    """The files of the test's crate that define the test, relative to the crate's folder."""
    crate = root / "crates" / mutation.test_crate
    defines = re.compile(rf"\bfn {re.escape(mutation.test)}\s*\(")
    files = [*crate.glob("src/**/*.rs"), *crate.glob("tests/**/*.rs")]
    return [file.relative_to(crate) for file in sorted(files) if defines.search(file.read_text())]


def check_mutation(mutation, root):
    """Complaints about one mutation."""
    complaints = []
    for name, find, replace in mutation.changes:
        file = root / name
        if not re.fullmatch(r"crates/[\w-]+/src/[\w/-]+\.rs", name):
            complaints.append(f"{name} is not a source file of a crate")
        elif not file.is_file():
            complaints.append(f"there is no {name}")
        elif (count := file.read_text().count(find)) != 1:
            complaints.append(f"its text occurs {count} times in {name}, not once")
        if find == replace:
            complaints.append("it changes nothing")
    count = len(definitions(mutation, root))
    if count != 1:
        complaints.append(f"{mutation.crate} has {count} files with a test {mutation.test}, not one")
    return [f"{mutation.name}: {complaint}" for complaint in complaints]


def check(mutations, controls, root):
    """Complaints about all mutations."""
    complaints = []
    seen = set()
    for mutation in mutations:
        if mutation.name in seen:
            complaints.append(f"{mutation.name}: the name occurs twice")
        seen.add(mutation.name)
        if control_of(mutation.name, controls) is None:
            complaints.append(f"{mutation.name}: begins with no name of controls.txt")
        complaints += check_mutation(mutation, root)
    return complaints


def check_counts(mutations, controls):
    """Complaints about controls with too few mutations."""
    counts = dict.fromkeys(controls, 0)
    for mutation in mutations:
        if (control := control_of(mutation.name, controls)) is not None:
            counts[control] += 1
    return [f"{name}: {counts[name]} of {least} mutations" for name, least in controls.items() if counts[name] < least]


# --- The copy ---------------------------------------------------------------------------------------------------------


def tracked(root):
    """The files of a working tree that git knows or would add."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    return sorted({name for name in listed.split("\0") if name and (root / name).is_file()})


def synchronise(root, copy, names):
    """Makes the copy equal to the tree. Cargo compares times, so an unchanged file keeps its own."""
    wanted = set(names)
    for file in [path for path in copy.rglob("*") if path.is_file() or path.is_symlink()]:
        if str(file.relative_to(copy)) not in wanted | set(LINKS):
            file.unlink()
    for name in names:
        source, target = root / name, copy / name
        if target.is_file() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        shutil.copymode(source, target)
    for name in LINKS:
        source, target = root / name, copy / name
        if source.is_dir() and not target.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(source)


@contextlib.contextmanager
def mutated(mutation, copy):
    """The copy with one mutation, for the duration of a `with`."""
    originals = {copy / name: (copy / name).read_text() for name, _, _ in mutation.changes}
    for name, find, replace in mutation.changes:
        file = copy / name
        file.write_text(file.read_text().replace(find, replace))
    try:
        yield
    finally:
        for file, text in originals.items():
            file.write_text(text)


# --- Building and running ---------------------------------------------------------------------------------------------


def run(command, limit, environment, folder=ROOT):
    """The exit status (None: it took too long) and the output. Leaves nothing running."""
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True) as process:  # fmt: skip
        try:
            output, _ = process.communicate(timeout=limit)
            return process.returncode, output
        except subprocess.TimeoutExpired:
            kill(process.pid)
            return None, process.communicate()[0]
        except BaseException:
            kill(process.pid)
            raise


def kill(group):
    """Ends a program and the programs that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


class Postgres:
    """The server that all tests share. Each test creates its own schema. The server ends when its standard input closes."""

    def __init__(self):
        # ./test builds the same program in the same place.
        build = "cargo build --locked --quiet -p ipse-store --features testing --example test_postgres".split()
        status, output = run(build, BUILD_LIMIT, os.environ)
        if status != 0:
            raise SystemExit(f"PostgreSQL cannot be started: {output}")
        # A new session: an interrupt must not stop the server before the tests that use it.
        program = TARGET / "debug/examples/test_postgres"
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        start_new_session=True)  # fmt: skip
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            raise SystemExit("PostgreSQL does not start")

    def is_alive(self):
        """Whether tests can still reach it."""
        socket = bytes.fromhex(re.search(r"@((?:%[0-9a-f]{2})+)/", self.url)[1].replace("%", "")).decode()
        return self.process.poll() is None and (Path(socket) / ".s.PGSQL.5432").exists()

    def stop(self):
        """Stops it."""
        self.process.stdin.close()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()


def program_of(mutation, root):
    """The test program that contains the test: its crate, and cargo's option that selects it."""
    path = definitions(mutation, root)[0].parts
    if path[0] == "tests":
        return mutation.crate, ("--test", path[1].removesuffix(".rs"))
    is_library = (root / "crates" / mutation.test_crate / "src/lib.rs").exists()
    return mutation.crate, ("--lib",) if is_library else ("--bins",)


def order(mutations, root):
    """Mutations of one crate together, and of these, those of one test program: builds are then small."""
    return sorted(mutations, key=lambda m: (m.mutated_crate, program_of(m, root), m.file, m.name))


class Builder:
    """Builds and runs test programs of the copy."""

    def __init__(self, copy, environment):
        self.copy, self.environment = copy, environment

    def build(self, program):
        """The path of the test program (None if it does not build) and cargo's output."""
        crate, option = program
        command = ["cargo", "test", "--locked", "--no-run", "--message-format=json-render-diagnostics", "-p", crate, *option]
        status, output = run(command, BUILD_LIMIT, self.environment, self.copy)
        messages = [line for line in output.splitlines() if line.startswith("{")]
        said = "\n".join(line for line in output.splitlines() if not line.startswith("{"))
        if status != 0:
            return None, said
        for message in map(json.loads, messages):
            if message["reason"] != "compiler-artifact" or not message["profile"]["test"] or not message.get("executable"):
                continue
            if option[0] != "--test" or message["target"]["name"] == option[1]:
                return message["executable"], said
        return None, said

    def test(self, executable, name, crate, limit):
        """The outcome of a test, its seconds and its output."""
        begun = time.monotonic()
        folder = self.copy / "crates" / crate
        _, listed = run([executable, "--list", "--format", "terse"], 60, self.environment, folder)
        full = re.findall(rf"^((?:\w+::)*{re.escape(name)}): test$", listed, re.M)
        if len(full) != 1:
            return PASSED, 0, f"{len(full)} tests are named {name}"
        status, output = run([executable, "--exact", full[0], "--include-ignored", "--nocapture"], limit, self.environment, folder)
        return outcome_of(status, output), time.monotonic() - begun, output


def outcome_of(status, output):
    """What the exit status (None: it took too long) and the output of one test mean."""
    if status is None:
        return HUNG
    # A program that runs no test at all also succeeds, and one that ends without a panic has tested nothing.
    if status == 0:
        return PASSED if re.search(r"^test result: ok\. 1 passed", output, re.M) else BROKE
    failed = re.search(r"^test result: FAILED\. 0 passed; 1 failed", output, re.M)
    return FAILED if failed and re.search(r"panicked at|^Error: |did not panic", output, re.M) else BROKE


def log(name, text):
    """Keeps the output of a build or a test."""
    file = LOGS / f"mutation-{name}.log"
    file.write_text(text)
    return file


def run_unchanged(mutations, builder):
    """The seconds that each named test takes on the unchanged copy, by crate and test. A test that fails is missing."""
    seconds = {}
    programs = {}
    for mutation in mutations:
        programs.setdefault(program_of(mutation, builder.copy), set()).add((mutation.crate, mutation.test, mutation.test_crate))
    for program, tests in programs.items():
        label = f"{program[0]} {' '.join(program[1])}"
        begun = time.monotonic()
        executable, said = builder.build(program)
        if executable is None:
            print(f"unchanged: {label}: does not build: {log(program[0], said)}", flush=True)
            continue
        print(f"unchanged: {label}: built ({time.monotonic() - begun:.0f} s)", flush=True)
        for crate, test, folder in sorted(tests):
            outcome, took, output = builder.test(executable, test, folder, TEST_LIMIT)
            if outcome == PASSED and took > 0:
                seconds[crate, test] = took
            else:
                print(f"unchanged: {test}: {outcome}: {log(test, output)}", flush=True)
    return seconds


def try_mutation(mutation, builder, postgres, limit):
    """Whether the named test notices a mutation, and what happened."""
    with mutated(mutation, builder.copy):
        executable, said = builder.build(program_of(mutation, builder.copy))
        if executable is None:
            return False, f"does not build: {log(mutation.name, said)}"
        outcome, _, output = builder.test(executable, mutation.test, mutation.test_crate, limit)
    file = log(mutation.name, output)
    # Without PostgreSQL every test fails, which proves nothing.
    if not postgres.is_alive():
        return False, "PostgreSQL has stopped"
    if outcome == FAILED or (outcome == HUNG and mutation.hangs):
        return True, mutation.test + (" (hung)" if outcome == HUNG else "")
    return False, f"{mutation.test} {outcome}: {file}"


# --- Commands ---------------------------------------------------------------------------------------------------------


def command_check():
    """Prints complaints; the status is 1 if there are any."""
    mutations, complaints = read_lists(LISTS)
    controls = read_controls(LISTS / "controls.txt")
    complaints += check(mutations, controls, ROOT)
    complaints += check_counts(mutations, controls)
    print("\n".join([*complaints, f"{len(mutations)} mutations, {len(complaints)} complaints"]))
    return 1 if complaints else 0


def command_run(wanted):
    """Runs mutations; prints and stores a table."""
    mutations, complaints = read_lists(LISTS)
    mutations = [m for m in mutations if not wanted or any(m.name.startswith(name) for name in wanted)]
    complaints += [complaint for mutation in mutations for complaint in check_mutation(mutation, ROOT)]
    if complaints or not mutations:
        print("\n".join(complaints) or "no mutation has such a name")
        return 1
    LOGS.mkdir(parents=True, exist_ok=True)
    copy = WORK / "tree"
    copy.mkdir(parents=True, exist_ok=True)
    with (WORK / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("another run uses target/mutations") from None
        synchronise(ROOT, copy, tracked(ROOT))
        # The caller's server, rounds and cases do not apply here.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("IPSE_")}
        environment |= {"CARGO_TARGET_DIR": str(WORK / "build"), "CARGO_INCREMENTAL": "1", "CARGO_TERM_COLOR": "never"}
        environment |= {"CARGO_PROFILE_DEV_DEBUG": "none", "CARGO_PROFILE_TEST_DEBUG": "none"}
        environment["INSTA_UPDATE"] = "no"
        postgres = Postgres()
        environment["IPSE_TEST_POSTGRES"] = postgres.url
        try:
            return run_all(order(mutations, copy), Builder(copy, environment), postgres)
        finally:
            postgres.stop()


def run_all(mutations, builder, postgres):
    """Tries each mutation."""
    seconds = run_unchanged(mutations, builder)
    table = []
    unnoticed = 0
    for number, mutation in enumerate(mutations, 1):
        begun = time.monotonic()
        if (before := seconds.get((mutation.crate, mutation.test))) is None:
            noticed, what = False, f"{mutation.test} does not pass on the unchanged code"
        else:
            noticed, what = try_mutation(mutation, builder, postgres, SLACK + SLOWER * before)
        unnoticed += not noticed
        line = f"{mutation.name:<44} {'noticed' if noticed else 'NOT NOTICED':<12} {what}"
        table.append(line)
        print(f"{number:>3}/{len(mutations)} {line} ({time.monotonic() - begun:.0f} s)", flush=True)
    table.append(f"{len(table) - unnoticed} mutations noticed, {unnoticed} not")
    (LOGS / "mutations.txt").write_text("\n".join(table) + "\n")
    # The form of cargo test, which ./test counts.
    print(f"test result: {'FAILED' if unnoticed else 'ok'}. {len(mutations) - unnoticed} passed; {unnoticed} failed;")
    return 1 if unnoticed else 0


def main(arguments):
    """Runs a command."""
    match arguments:
        case ["check"]:
            return command_check()
        case ["run", *names]:
            return command_run(names)
    print(__doc__)
    return 2


if __name__ == "__main__":
    # SIGTERM ends it as an interrupt from the keyboard does: nothing keeps running.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
