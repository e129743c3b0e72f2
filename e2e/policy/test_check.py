"""t37: a bad dependency fails the check."""

import tempfile
import tomllib
import unittest
from pathlib import Path

from check import (
    acceptable,
    check_crates,
    check_documented,
    check_fuzz_targets,
    check_links,
    check_messages,
    check_named_tests,
    check_npm,
    check_threats,
)

POLICY = tomllib.loads((Path(__file__).resolve().parents[2] / "deny.toml").read_text())
INDEX = "registry+https://github.com/rust-lang/crates.io-index"


def planted(licence="MIT", **changes):
    """Complaints about one crate with these properties."""
    package = {"name": "planted", "version": "1.0.0", "source": INDEX, "checksum": "00", **changes}
    found = check_crates([{**package, "license": licence}], {"package": [package]}, POLICY)
    return found


class Crates(unittest.TestCase):
    def test_t37_a_good_crate_passes(self):
        self.assertEqual(planted(), [])
        self.assertEqual(planted("MIT/Apache-2.0"), [])

    def test_t37_a_planted_licence_fails(self):
        for licence in ["GPL-3.0-only", "AGPL-3.0", "MIT AND GPL-2.0", "SSPL-1.0", None, "(MIT", "MIT OR"]:
            self.assertEqual(len(planted(licence)), 1, licence)

    def test_t37_a_banned_crate_fails(self):
        for name in ["rsa", "openssl", "openssl-sys", "native-tls"]:
            self.assertEqual(planted(name=name), [f"{name} 1.0.0: banned"])

    def test_t37_a_foreign_source_fails(self):
        for source in ["git+https://git.example/planted#0000", "registry+https://crates.example/index"]:
            self.assertEqual(planted(source=source), [f"planted 1.0.0: source {source}"])

    def test_t37_an_unlocked_crate_fails(self):
        self.assertEqual(planted(checksum=None), ["planted 1.0.0: no checksum"])


class Packages(unittest.TestCase):
    def complaints(self, where="app", **changes):
        package = {"version": "1.0.0", "license": "MIT", "integrity": "sha512-0", **changes}
        return check_npm(where, {"packages": {"": {}, "node_modules/planted": package}}, POLICY)

    def test_t37_a_good_package_passes(self):
        self.assertEqual(self.complaints(), [])
        self.assertEqual(self.complaints("e2e", license="MPL-2.0"), [])

    def test_t37_a_planted_package_fails(self):
        for changes in [
            {"license": "GPL-3.0"},
            {"license": "MPL-2.0"},
            {"license": None},
            {"integrity": None},
            {"resolved": "git+ssh://git@git.example/planted.git#0000"},
            {"hasInstallScript": True},
        ]:
            self.assertEqual(len(self.complaints(**changes)), 1, changes)


class Documented(unittest.TestCase):
    def test_t37_an_unexplained_dependency_fails(self):
        page = "| `known` | MIT | for | instead |\n"
        self.assertEqual(check_documented(page, {"known"}), [])
        self.assertEqual(check_documented(page, {"known", "planted"}), ["docs/dependencies.md: planted is not explained"])
        self.assertEqual(check_documented(page, set()), ["docs/dependencies.md: known is not used"])


class Threats(unittest.TestCase):
    PAGE = "### `t01_` A threat\n\n- A control.\n\nCode: `scheme/device`, `jose/jws`.\n"
    MODULES = {"scheme/device", "jose/jws"}
    TESTS = "fn " + "t01_a_test() {}"

    def test_a_page_that_agrees_passes(self):
        self.assertEqual(check_threats(self.PAGE, self.TESTS, self.MODULES), [])
        for source in ["def test_" + "t01_a_test(self):", 'test("' + 't01_a_test", async () => {', 'it("' + 't01_a_test: it passes", () => {']:
            self.assertEqual(check_threats(self.PAGE, source, self.MODULES), [])

    def test_a_threat_without_tests_is_reported(self):
        self.assertEqual(check_threats(self.PAGE, "", self.MODULES), ["docs/security.md: no test begins with t01_"])

    def test_a_test_without_a_threat_is_reported(self):
        self.assertEqual(check_threats("", self.TESTS, self.MODULES), ["docs/security.md: no threat t01_, but tests"])

    def test_a_threat_with_two_headings_is_reported(self):
        self.assertEqual(len(check_threats(self.PAGE * 2, self.TESTS, self.MODULES)), 1)

    def test_a_module_that_does_not_exist_is_reported(self):
        found = check_threats(self.PAGE, self.TESTS, {"jose/jws"})
        self.assertEqual(found, ["docs/security.md: there is no module scheme/device"])


class NamedTests(unittest.TestCase):
    PAGE = "The member `aud`. Controlled: `t01_it_is_refused`, `an_answer_that_is_late_fails`.\n"
    TESTS = "fn " + "t01_it_is_refused() {}\nfn an_answer_that_is_late_fails() {}"

    def test_names_of_tests_that_exist_pass(self):
        self.assertEqual(check_named_tests(self.PAGE, self.TESTS), [])

    def test_a_named_test_that_does_not_exist_is_reported(self):
        found = check_named_tests(self.PAGE, self.TESTS.replace("late", "early"))
        self.assertEqual(found, ["docs/security.md: there is no test an_answer_that_is_late_fails"])


class FuzzTargets(unittest.TestCase):
    PAGE = "- A control.\n- Fuzz targets: `jws`, `link`.\n\nCode: `jose/jws`.\n"

    def test_a_list_that_agrees_passes(self):
        self.assertEqual(check_fuzz_targets(self.PAGE, {"jws", "link"}), [])

    def test_a_target_that_does_not_exist_is_reported(self):
        self.assertEqual(check_fuzz_targets(self.PAGE, {"jws"}), ["docs/security.md: there is no fuzz target link"])

    def test_a_target_that_is_not_listed_is_reported(self):
        self.assertEqual(check_fuzz_targets(self.PAGE, {"jws", "link", "view"}), ["docs/security.md: fuzz target view is not listed"])


class Links(unittest.TestCase):
    def complaints(self, text):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "docs").mkdir()
            (root / "docs/other.md").write_text("## 1. A heading, `with` marks\n")
            return check_links("docs/page.md", text, root)

    def test_links_that_lead_somewhere_pass(self):
        for text in ["[a](other.md)", "[a](other.md#1-a-heading-with-marks)", "[a](https://site.example/gone)", "`docs/other.md`", "`app/dist`"]:
            self.assertEqual(self.complaints(text), [], text)

    def test_links_that_lead_nowhere_are_reported(self):
        for text in ["[a](gone.md)", "[a](other.md#a-heading)", '<img src="gone.png">', "`docs/gone.md`"]:
            self.assertEqual(len(self.complaints(text)), 1, text)


class Messages(unittest.TestCase):
    def test_a_message_that_no_code_writes_is_reported(self):
        page = '### Log messages\n\n- "a job failed": a job\n\n## Next\n\n"another"\n'
        self.assertEqual(check_messages(page, 'warn!("a job failed")'), [])
        self.assertEqual(check_messages(page, ""), ['docs/running.md: no code logs "a job failed"'])


class Expressions(unittest.TestCase):
    def test_expressions(self):
        allowed = {"MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"}
        self.assertTrue(acceptable("GPL-2.0 OR (MIT AND Apache-2.0)", allowed))
        self.assertTrue(acceptable("Apache-2.0 WITH LLVM-exception OR GPL-3.0", allowed))
        self.assertFalse(acceptable("MIT AND (GPL-2.0 OR LGPL-3.0)", allowed))


if __name__ == "__main__":
    unittest.main()
