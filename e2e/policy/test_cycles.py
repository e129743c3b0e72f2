"""Which paths count as a use, and what is a cycle."""

import tempfile
import unittest
from pathlib import Path

from cycles import Crate, report, tokens


class Cycles(unittest.TestCase):
    def crate(self, files):
        """A crate with these source files."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        root = Path(folder.name) / "sample"
        for name, text in files.items():
            file = root / "src" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return Crate(root)

    def arrows(self, files):
        """The arrows of a crate."""
        return sorted(self.crate(files).arrows)

    def test_a_cycle_is_reported_with_its_places(self):
        files = {"lib.rs": "mod a; mod b; mod c;", "a.rs": "use crate::b::B;", "b/mod.rs": "", "b/deep.rs": "\nfn f() { crate::c::g() }", "c.rs": "use super::a;"}
        crate = self.crate(files)
        self.assertEqual(crate.cycles(), [["a", "b", "c"]])
        self.assertEqual(report(crate)[0], "sample: a, b, c")
        self.assertIn("    b -> c: b/deep.rs:2", report(crate))

    def test_one_direction_is_no_cycle(self):
        files = {"lib.rs": "mod a; mod b;", "a.rs": "use crate::b::{B, c::{D as E, F}};", "b.rs": "use self::inner::G; use crate::b::H;"}
        self.assertEqual(self.arrows(files), [("a", "b")])
        self.assertEqual(self.crate(files).cycles(), [])

    def test_groups_and_paths_in_code_count(self):
        files = {"a.rs": "use crate::{b::X, c};", "b.rs": "fn f() -> Vec<crate::c::T> {}", "c.rs": ""}
        self.assertEqual(self.arrows(files), [("a", "b"), ("a", "c"), ("b", "c")])

    def test_super_counts_when_it_reaches_the_root(self):
        files = {"a/mod.rs": "use super::b::X;", "a/deep.rs": "use super::own; use super::super::c;", "b.rs": "", "c.rs": ""}
        self.assertEqual(self.arrows(files), [("a", "b"), ("a", "c")])

    def test_tests_do_not_count(self):
        files = {
            "a.rs": '#[cfg(test)]\nmod tests { use crate::b; }\n#[cfg(any(test, feature = "testing"))]\nfn f(x: u8) { crate::b::g() }\n#[cfg(test)]\nuse crate::b::h;',
            "a/tests.rs": "use crate::b;",
            "b/tests/one.rs": "use crate::a;",
            "b.rs": "#[cfg(not(test))] use crate::c;",
            "c.rs": "",
        }
        self.assertEqual(self.arrows(files), [("b", "c")])

    def test_comments_and_texts_do_not_count(self):
        files = {"a.rs": "// crate::b\n/* crate::b /* crate::b */ */ /// crate::b\nconst T: &str = \"crate::b \\\" crate::b\";\nconst R: &str = r#\"crate::b\"#; const C: char = '\"'; fn f<'a>() { crate::c::g() }", "b.rs": "", "c.rs": ""}
        self.assertEqual(self.arrows(files), [("a", "c")])

    def test_a_re_export_counts_as_the_module_that_defines_the_name(self):
        files = {"lib.rs": "pub use a::Error;\npub(crate) use crate::b::{C, D as E};", "a.rs": "use crate::{C, E};", "b.rs": "use crate::Error;"}
        self.assertEqual(self.crate(files).cycles(), [["a", "b"]])

    def test_an_item_of_the_root_counts_as_the_root(self):
        files = {"lib.rs": "mod a;\nuse a::Config;\npub struct Server { config: Config }", "a.rs": "use crate::Server;"}
        self.assertEqual(self.crate(files).cycles(), [["a", "crate"]])

    def test_a_macro_counts_as_its_module(self):
        files = {"lib.rs": "mod a;", "a.rs": "macro_rules! words { () => {} }", "b.rs": "crate::words!();"}
        self.assertEqual(self.arrows(files), [("b", "a")])

    def test_lines_are_counted(self):
        self.assertEqual(tokens('/* a\n */ "x\ny"\nname')[-1], ("name", 4))


if __name__ == "__main__":
    unittest.main()
