"""Which words are refused, and which are not."""

import unittest

from old_words import check, find_identifiers, find_phrases


class OldWords(unittest.TestCase):
    def complaints(self, name, text):
        return check([name], lambda _: text)

    def test_an_old_phrase_is_refused_with_its_line(self):
        found = self.complaints("docs/page.md", "One.\n\nThe rule stands in `scheme`.\n")
        self.assertEqual(found, ["docs/page.md:3: old word: stands in; now: is in"])

    def test_a_phrase_across_lines_of_a_comment_is_refused(self):
        self.assertEqual([line for line, _, _ in find_phrases("//! a\n//! The rule stands\n//! in `scheme`, and is computed\n//! Anew.")], [2, 4])
        self.assertEqual([line for line, _, _ in find_phrases(" * It lies\n * in the log.")], [1])

    def test_a_clause_as_subject_is_refused_and_a_question_is_not(self):
        self.assertEqual(len(self.complaints("a.rs", "let a = 1;\n    // Who reads no more has seen enough.")), 1)
        self.assertEqual(self.complaints("a.md", "Rules. Who may use whom? Staff: people who work."), [])

    def test_an_old_identifier_is_refused_in_code_only(self):
        self.assertEqual([line for line, _, _ in find_identifiers("// Asked twice.\nstruct Asked;\nlet t = \"Asked\";")], [2])
        self.assertEqual(len(find_identifiers("fn t11_signed_anew() {} fn who_lies_in_wait() {}")), 2)

    def test_an_old_file_name_is_refused(self):
        for name in ["crates/server/src/asking.rs", "crates/openid/src/face/mod.rs", "crates/protocol/src/control.rs"]:
            self.assertEqual(len(self.complaints(name, "")), 1, name)

    def test_ordinary_words_are_not_refused(self):
        text = "Enforced by the store. It understands instructions. The surface stands in for nothing. A world, a house, a leave, a face."
        self.assertEqual(self.complaints("crates/a/src/surface.rs", f"// {text}\nfn understands_families() {{ interface.relies_on() }}"), [])

    def test_migrations_and_this_list_are_exempt(self):
        for name in ["crates/store/migrations/scheme/sqlite/0001_initial.sql", "docs/glossary.md", "e2e/policy/old_words.py"]:
            self.assertEqual(self.complaints(name, "stands in"), [], name)


if __name__ == "__main__":
    unittest.main()
