"""What counts as a mutation that applies and that a test notices."""

import tempfile
import unittest
from pathlib import Path
from unittest import mock

import mutations as module
from mutations import BROKE, FAILED, HUNG, LISTS, PASSED, Mutation, check, check_counts, control_of, mutated, order, outcome_of, program_of, read_controls, read_lists, run_all, synchronise  # fmt: skip

SOURCE = "fn rule() -> bool {\n    fresh && open\n}\n"


def mutation(**changes):
    """A mutation that applies to the tree below."""
    members = {
        "name": "t05_sequence_reuse",
        "file": "crates/scheme/src/device.rs",
        "find": "fresh && open",
        "replace": "open",
        "crate": "ipse-server",
        "test": "t05_a_copy_is_noticed",
    }
    return Mutation(**{**members, **changes})


class Tree(unittest.TestCase):
    """A small tree of crates."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("crates/scheme/src/lib.rs", "")
        self.write("crates/scheme/src/device.rs", SOURCE)
        self.write("crates/server/src/lib.rs", "fn t18_in_the_library() {}")
        self.write("crates/server/tests/it/threats.rs", "fn t05_a_copy_is_noticed() {}")

    def write(self, name, text):
        """Writes a file of the tree."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


class Checking(Tree):
    CONTROLS = {"t05_sequence_reuse": 1}

    def complaints(self, *mutations):
        return check(mutations, self.CONTROLS, self.root)

    def test_a_good_mutation_passes(self):
        self.assertEqual(self.complaints(mutation()), [])
        self.assertEqual(self.complaints(mutation(name="t05_sequence_reuse_late")), [])

    def test_further_changes_are_checked_and_made_and_undone(self):
        self.write("crates/scheme/src/rule.rs", SOURCE)
        also = ({"file": "crates/scheme/src/rule.rs", "find": "fresh && open", "replace": "fresh"},)
        both = mutation(also=also)
        self.assertEqual(self.complaints(both), [])
        with mutated(both, self.root):
            texts = [(self.root / name).read_text() for name, _, _ in both.changes]
        self.assertEqual(texts, [SOURCE.replace("fresh && open", "open"), SOURCE.replace("fresh && open", "fresh")])
        self.assertEqual((self.root / "crates/scheme/src/rule.rs").read_text(), SOURCE)
        (complaint,) = self.complaints(mutation(also=({**also[0], "find": "stale"},)))
        self.assertIn("occurs 0 times in crates/scheme/src/rule.rs", complaint)

    def test_text_that_does_not_occur_once_is_reported(self):
        for find, count in [("stale && open", 0), ("e", 3)]:
            (complaint,) = self.complaints(mutation(find=find))
            self.assertIn(f"occurs {count} times", complaint)

    def test_each_wrong_member_is_reported(self):
        for changes in [
            {"file": "crates/scheme/src/gone.rs"},
            {"file": "crates/server/tests/it/threats.rs"},
            {"replace": "fresh && open"},
            {"crate": "ipse-scheme"},
            {"test": "t05_a_copy"},
            {"name": "t06_unknown"},
            {"name": "t05_sequence_reused"},
        ]:
            self.assertEqual(len(self.complaints(mutation(**changes))), 1, changes)

    def test_a_name_that_occurs_twice_is_reported(self):
        self.assertEqual(self.complaints(mutation(), mutation()), ["t05_sequence_reuse: the name occurs twice"])

    def test_a_test_that_is_defined_twice_is_reported(self):
        self.write("crates/server/tests/it/copy.rs", "fn t05_a_copy_is_noticed() {}")
        self.assertEqual(len(self.complaints(mutation())), 1)

    def test_a_control_with_too_few_mutations_is_reported(self):
        controls = {"t05_sequence_reuse": 2, "t11_decision_unique": 1}
        found = check_counts([mutation()], controls)
        self.assertEqual(found, ["t05_sequence_reuse: 1 of 2 mutations", "t11_decision_unique: 0 of 1 mutations"])

    def test_a_mutation_belongs_to_the_longest_name(self):
        controls = {"t19_jti": 1, "t19_jti_once": 1}
        self.assertEqual(control_of("t19_jti_once_operator", controls), "t19_jti_once")
        self.assertIsNone(control_of("t19_jtis", controls))

    def test_unknown_and_missing_members_are_reported(self):
        self.write("lists/a.toml", '[[mutation]]\nname = "t05_a"\nfiles = "x"\n')
        self.write("lists/b.toml", "[[mutation]")
        found, complaints = read_lists(self.root / "lists")
        self.assertEqual((found, len(complaints)), ([], 2))

    def test_the_controls_of_this_tree_are_read(self):
        self.assertGreater(len(read_controls(LISTS / "controls.txt")), 30)


class Copying(Tree):
    def test_the_copy_follows_the_tree_and_keeps_the_times_of_unchanged_files(self):
        copy = self.root / "copy"
        names = ["crates/scheme/src/lib.rs", "crates/scheme/src/device.rs"]
        synchronise(self.root, copy, names)
        before = (copy / names[0]).stat().st_mtime_ns
        self.write(names[1], "fn other() {}")
        (copy / "left-over.rs").write_text("")
        synchronise(self.root, copy, names)
        self.assertEqual((copy / names[0]).stat().st_mtime_ns, before)
        self.assertEqual((copy / names[1]).read_text(), "fn other() {}")
        self.assertFalse((copy / "left-over.rs").exists())

    def test_a_mutation_is_undone_also_after_an_interrupt(self):
        file = self.root / mutation().file
        with self.assertRaises(KeyboardInterrupt), mutated(mutation(), self.root):
            self.assertIn("    open\n", file.read_text())
            raise KeyboardInterrupt
        self.assertEqual(file.read_text(), SOURCE)

    def test_programs_and_order(self):
        self.assertEqual(program_of(mutation(), self.root), ("ipse-server", ("--test", "it")))
        in_library = mutation(test="t18_in_the_library")
        self.assertEqual(program_of(in_library, self.root), ("ipse-server", ("--lib",)))
        self.write("crates/ipse/src/main.rs", "fn t01_in_the_program() {}")
        self.assertEqual(program_of(mutation(crate="ipse", test="t01_in_the_program"), self.root)[1], ("--bins",))
        first = mutation(file="crates/jose/src/jws.rs")
        self.assertEqual(order([mutation(), in_library, first], self.root), [first, in_library, mutation()])


class FakeBuilder:
    """Builds nothing; answers the outcomes on unchanged and on mutated code."""

    def __init__(self, copy, before, after):
        self.copy, self.before, self.after = copy, before, after

    def is_mutated(self):
        return (self.copy / mutation().file).read_text() != SOURCE

    def build(self, program):
        outcome = self.after if self.is_mutated() else self.before
        return ("program" if outcome else None), ""

    def test(self, executable, name, crate, limit):
        return (self.after if self.is_mutated() else self.before), 1, ""


class Results(Tree):
    def status(self, before, after, alive=True, hangs=False):
        """The exit status for one mutation."""
        postgres = mock.Mock(is_alive=lambda: alive)
        with mock.patch.object(module, "LOGS", self.root), mock.patch("builtins.print"):
            return run_all([mutation(hangs=hangs)], FakeBuilder(self.root, before, after), postgres)

    def test_a_test_that_fails_on_mutated_code_notices(self):
        self.assertEqual(self.status(PASSED, FAILED), 0)

    def test_a_test_that_hangs_notices_only_if_the_entry_says_so(self):
        self.assertEqual(self.status(PASSED, HUNG), 1)
        self.assertEqual(self.status(PASSED, HUNG, hangs=True), 0)
        self.assertIn("(hung)", (self.root / "mutations.txt").read_text())

    def test_a_test_that_ends_without_a_panic_proves_nothing(self):
        self.assertEqual(self.status(PASSED, BROKE), 1)
        self.assertEqual(self.status(PASSED, BROKE, hangs=True), 1)

    def test_the_outcome_comes_from_the_status_and_the_output(self):
        panicked = "thread 'a' panicked at src/lib.rs:1:1:\n"
        failed = "test result: FAILED. 0 passed; 1 failed; 0 ignored"
        for status, output, outcome in [
            (None, panicked, HUNG),
            (0, "test result: ok. 1 passed; 0 failed", PASSED),
            (0, "test result: ok. 0 passed; 0 failed", BROKE),
            (101, panicked + failed, FAILED),
            (101, "note: test did not panic as expected\n" + failed, FAILED),
            (101, 'Error: "no"\n' + failed, FAILED),
            (101, failed, BROKE),
            (-9, "", BROKE),
            (-6, panicked, BROKE),
        ]:
            self.assertEqual(outcome_of(status, output), outcome, output)

    def test_whether_it_hangs_is_read(self):
        entry = "\n".join(f'{name} = "x"' for name in ("name", "file", "find", "replace", "crate", "test"))
        self.write("lists/a.toml", f"[[mutation]]\n{entry}\nhangs = true\n[[mutation]]\n{entry}\n[[mutation]]\n{entry}\nhangs = 1\n")
        found, complaints = read_lists(self.root / "lists")
        self.assertEqual(([one.hangs for one in found], len(complaints)), ([True, False], 1))

    def test_a_test_that_passes_on_mutated_code_does_not(self):
        self.assertEqual(self.status(PASSED, PASSED), 1)

    def test_a_test_that_fails_on_unchanged_code_proves_nothing(self):
        self.assertEqual(self.status(FAILED, FAILED), 1)
        self.assertEqual(self.status(HUNG, FAILED), 1)

    def test_code_that_does_not_build_proves_nothing(self):
        self.assertEqual(self.status(PASSED, None), 1)
        self.assertEqual(self.status(None, FAILED), 1)

    def test_a_failure_without_postgresql_proves_nothing(self):
        self.assertEqual(self.status(PASSED, FAILED, alive=False), 1)


if __name__ == "__main__":
    unittest.main()
