#!/usr/bin/env python3
"""Which crates and packages the house may be built from.

    check.py [ROOT]

Checks what `cargo metadata` says, and every package-lock.json, against deny.toml: licences, banned crates, sources, and
that everything is locked with a checksum; that docs/dependencies.md explains each direct dependency; that the tests which
docs/security.md names are there. Names each offender; ends with 1 if there is one.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

# What only npm packages have: the licence of a typeface, and the next.
NPM_ALSO = {"MPL-2.0", "OFL-1.1"}
# Where there are packages.
NPM = ("app", "e2e", "crates/demo/shop")
# Weak copyleft is fine in what only tests and builds use, unmodified and unshipped.
NPM_DEV_ONLY = {"MPL-2.0"}


def acceptable(expression, allowed):
    """Whether an SPDX expression can be met with allowed licences alone. `/` is an old spelling of OR."""
    tokens = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR "))

    def alternatives():
        ok = conjunction()
        while tokens and tokens[0].upper() == "OR":
            tokens.pop(0)
            right = conjunction()
            ok = ok or right
        return ok

    def conjunction():
        ok = single()
        while tokens and tokens[0].upper() == "AND":
            tokens.pop(0)
            right = single()
            ok = ok and right
        return ok

    def single():
        token = tokens.pop(0)
        if token == "(":
            ok = alternatives()
            if tokens.pop(0) != ")":
                raise IndexError
            return ok
        if len(tokens) > 1 and tokens[0].upper() == "WITH":
            tokens.pop(0)
            token = f"{token} WITH {tokens.pop(0)}"
        return token in allowed

    try:
        return alternatives() and not tokens
    except IndexError:
        # It breaks off: whatever was meant, it was not said.
        return False


def check_crates(packages, lock, policy):
    """Complaints about `cargo metadata`'s packages and a parsed Cargo.lock."""
    allowed = set(policy["licenses"]["allow"])
    banned = {entry["name"] for entry in policy["bans"]["deny"]}
    registries = set(policy["sources"]["allow-registry"])
    complaints = []
    for package in packages:
        if package.get("source") is None:
            continue
        name = f"{package['name']} {package['version']}"
        licence = package.get("license")
        if not licence:
            complaints.append(f"{name}: no licence is named")
        elif not acceptable(licence, allowed):
            complaints.append(f"{name}: licence {licence}")
    for package in lock.get("package", []):
        name = f"{package['name']} {package['version']}"
        source = package.get("source")
        if package["name"] in banned:
            complaints.append(f"{name}: banned")
        if source is None:
            continue
        kind, _, where = source.partition("+")
        if kind != "registry" or where not in registries:
            complaints.append(f"{name}: source {source}")
        elif not package.get("checksum"):
            complaints.append(f"{name}: no checksum")
    return complaints


def check_npm(where, lock, policy):
    """Complaints about a parsed package-lock.json."""
    allowed = set(policy["licenses"]["allow"]) | NPM_ALSO
    complaints = []
    for path, package in lock.get("packages", {}).items():
        if path == "" or package.get("link"):
            continue
        name = f"{where}: {path.removeprefix('node_modules/')} {package.get('version')}"
        resolved = package.get("resolved", "")
        if re.match(r"(git|file|http:|github:)", resolved):
            complaints.append(f"{name}: source {resolved}")
        if not package.get("integrity"):
            complaints.append(f"{name}: no checksum")
        licence = package.get("license")
        unshipped = package.get("dev") or package.get("devOptional") or package.get("optional") or where.startswith("e2e")
        if not licence:
            complaints.append(f"{name}: no licence is named")
        elif not acceptable(licence, allowed if unshipped else allowed - NPM_DEV_ONLY):
            complaints.append(f"{name}: licence {licence}")
        if package.get("hasInstallScript") and not unshipped:
            complaints.append(f"{name}: runs a script when it is installed")
    return complaints


def check_documented(page, direct):
    """Complaints when the page about dependencies and the direct dependencies are not the same."""
    named = set(re.findall(r"^\| `([^`]+)` \|", page, re.M))
    missing = [f"docs/dependencies.md: {name} is not explained" for name in sorted(direct - named)]
    return missing + [f"docs/dependencies.md: {name} is not used" for name in sorted(named - direct)]


def check_named(page, sources):
    """Complaints when the page about security and the tests of rows are not the same."""
    there = set(re.findall(r"\b(?:fn |def test_)(t\d\d_\w+)", sources))
    named = set(re.findall(r"`(t\d\d_\w+)`", page))
    # Of tests in Python the page names the file.
    unnamed = set(re.findall(r"\bfn (t\d\d_\w+)", sources)) - named
    missing = [f"docs/security.md: there is no test {name}" for name in sorted(named - there)]
    return missing + [f"docs/security.md: {name} is not named" for name in sorted(unnamed)]


def direct_dependencies(root, packages):
    """Names of what our own crates and packages ask for themselves."""
    ours = [package for package in packages if package.get("source") is None]
    names = {need["name"] for package in ours for need in package["dependencies"] if need.get("source")}
    names |= {name for name, need in tomllib.loads((root / "fuzz/Cargo.toml").read_text())["dependencies"].items() if isinstance(need, str)}
    for file in NPM:
        manifest = json.loads((root / file / "package.json").read_text())
        names |= {*manifest.get("dependencies", {}), *manifest.get("devDependencies", {})}
    return names


def main(root):
    """Checks a checkout."""
    policy = tomllib.loads((root / "deny.toml").read_text())
    metadata = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--locked", "--all-features"],
        cwd=root, check=True, capture_output=True, text=True,
    )  # fmt: skip
    packages = json.loads(metadata.stdout)["packages"]
    lock = tomllib.loads((root / "Cargo.lock").read_text())
    complaints = check_crates(packages, lock, policy)
    for file in NPM:
        path = root / file / "package-lock.json"
        complaints += check_npm(file, json.loads(path.read_text()), policy)
    complaints += check_documented((root / "docs/dependencies.md").read_text(), direct_dependencies(root, packages))
    tests = [file.read_text() for file in [*root.glob("crates/*/src/**/*.rs"), *root.glob("crates/*/tests/**/*.rs"), *root.glob("e2e/policy/test_*.py")]]
    complaints += check_named((root / "docs/security.md").read_text(), "\n".join(tests))
    for complaint in complaints:
        print(complaint)
    print(f"{len(packages)} crates looked at, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    here = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    sys.exit(main(here))
