"""What counts as having missed a control, and what does not."""

import unittest

from controls import FAILED, HUNG, PASSED, controls, dependents, judge, nearest, tests_of, users

TEST, OTHER = ("ipse-server", "it::t11_one"), ("ipse-openid", "t11_two")
NEEDED = {"store": {"ipse-server"}}


class Verdicts(unittest.TestCase):
    def test_a_test_that_passes_with_and_fails_without_has_noticed(self):
        self.assertEqual(judge(NEEDED, {TEST: PASSED}, {TEST: FAILED}), (True, "t11_one"))

    def test_a_hang_is_a_failure_and_is_called_one(self):
        self.assertEqual(judge(NEEDED, {TEST: PASSED}, {TEST: HUNG}), (True, "t11_one (hung)"))

    def test_nobody_noticing_is_said(self):
        self.assertFalse(judge(NEEDED, {TEST: PASSED}, {TEST: PASSED})[0])

    def test_a_row_that_is_red_anyway_proves_nothing(self):
        for before in [FAILED, HUNG]:
            good, why = judge(NEEDED, {TEST: before, OTHER: PASSED}, {TEST: FAILED, OTHER: FAILED})
            self.assertEqual((good, why), (False, "not green with the control: t11_one"))

    def test_no_test_and_other_tests_prove_nothing(self):
        self.assertFalse(judge(NEEDED, {}, {})[0])
        self.assertFalse(judge(NEEDED, {TEST: PASSED}, {OTHER: FAILED})[0])

    def test_every_crate_that_asks_for_it_must_be_missed(self):
        needed = {"store": {"ipse-server"}, "openid": {"ipse-openid"}}
        before = {TEST: PASSED, OTHER: PASSED}
        self.assertFalse(judge(needed, before, {TEST: FAILED, OTHER: PASSED})[0])
        self.assertTrue(judge(needed, before, {TEST: FAILED, OTHER: FAILED})[0])


class Finding(unittest.TestCase):
    def test_tests_stand_in_the_crate_itself_or_above_it(self):
        above = {"store": {"scheme", "server"}, "openid": {"server"}}
        self.assertEqual(nearest({"store", "openid"}, {"openid": 1, "server": 1}, above),
                         {"store": {"server"}, "openid": {"openid"}})  # fmt: skip

    def test_who_needs_whom_is_followed_through(self):
        def package(name, *needs):
            return {"name": name, "dependencies": [{"name": need} for need in (*needs, "serde")]}

        found = dependents([package("a"), package("b", "a"), package("c", "b", "c")])
        self.assertEqual(found, {"a": {"b", "c"}, "b": {"c"}, "c": set()})

    def test_every_control_is_asked_for_and_has_tests(self):
        known = controls()
        self.assertGreater(len(known), 30)
        for value, name in known.items():
            self.assertTrue(users(name), value)
            self.assertTrue(tests_of(value.split("_")[0]), value)


if __name__ == "__main__":
    unittest.main()
