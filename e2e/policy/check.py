#!/usr/bin/env python3
"""Checks dependencies and pages of the documentation.

    check.py [ROOT]

- `cargo metadata` and every package-lock.json against deny.toml: licences, banned crates, sources, checksums.
- docs/dependencies.md explains each direct dependency and no other.
- docs/security.md has the same threats as the names of the tests, names tests and modules that exist, and lists each fuzz target.
- Links and paths in the pages lead to files and headings that exist.
- The code writes the log messages that docs/running.md lists.

Prints each complaint. The exit status is 1 if there is one.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

# Licences that only npm packages have: of a typeface, and those of NPM_DEV_ONLY.
NPM_ALSO = {"MPL-2.0", "OFL-1.1"}
# Folders with a package.json.
NPM = ("app", "e2e", "e2e/clients/node", "crates/demo/shop")
# Weak copyleft is fine in what only tests and builds use, unmodified and unshipped.
NPM_DEV_ONLY = {"MPL-2.0"}
# Their package.json names the licence under an older name, or only their readme does.
NPM_LICENCES = {"passport-strategy 1.0.0": "MIT", "pause 0.0.1": "MIT"}


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
        # The expression is incomplete.
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
            complaints.append(f"{name}: has no licence")
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
        licence = package.get("license") or NPM_LICENCES.get(name.removeprefix(f"{where}: "))
        unshipped = package.get("dev") or package.get("devOptional") or package.get("optional") or where.startswith("e2e")
        if not licence:
            complaints.append(f"{name}: has no licence")
        elif not acceptable(licence, allowed if unshipped else allowed - NPM_DEV_ONLY):
            complaints.append(f"{name}: licence {licence}")
        if package.get("hasInstallScript") and not unshipped:
            complaints.append(f"{name}: runs a script when it is installed")
    return complaints


def check_documented(page, direct):
    """Complaints when docs/dependencies.md and the direct dependencies do not agree."""
    named = set(re.findall(r"^\| `([^`]+)` \|", page, re.M))
    missing = [f"docs/dependencies.md: {name} is not explained" for name in sorted(direct - named)]
    return missing + [f"docs/dependencies.md: {name} is not used" for name in sorted(named - direct)]


def check_threats(page, sources, modules):
    """Complaints when docs/security.md and the tests, or docs/security.md and the modules, do not agree.

    A threat is a heading that begins with the prefix of its tests. `modules` has a name such as `scheme/device` for each
    file and folder of each crate.
    """
    threats = re.findall(r"^### `(t\d\d_)`", page, re.M)
    tests = set(re.findall(r"""(?:\bfn |\bdef test_|\b(?:test|it)\(")(t\d\d_)\w""", sources))
    complaints = [f"docs/security.md: {prefix} has two headings" for prefix in sorted(set(threats)) if threats.count(prefix) > 1]
    complaints += [f"docs/security.md: no test begins with {prefix}" for prefix in sorted(set(threats) - tests)]
    complaints += [f"docs/security.md: no threat {prefix}, but tests" for prefix in sorted(tests - set(threats))]
    named = {name for line in re.findall(r"^Code: (.*)$", page, re.M) for name in re.findall(r"`([a-z_]+/[a-z_/]+)`", line)}
    return complaints + [f"docs/security.md: there is no module {name}" for name in sorted(named - modules)]


def check_named_tests(page, sources):
    """Complaints about tests that docs/security.md names and that do not exist.

    The name of a test has the prefix of a threat, or five words and more.
    """
    named = set(re.findall(r"`(t\d\d_\w+|[a-z]+(?:_[a-z0-9]+){4,})`", page))
    tests = set(re.findall(r"""(?:\bfn |\bdef test_|\b(?:test|it)\(")(\w+)""", sources))
    return [f"docs/security.md: there is no test {name}" for name in sorted(named - tests)]


def check_fuzz_targets(page, targets):
    """Complaints when docs/security.md and the names of the fuzz targets do not agree."""
    lists = re.findall(r"^- Fuzz targets: (.*)$", page, re.M)
    named = {name for line in lists for name in re.findall(r"`([^`]+)`", line)}
    complaints = [f"docs/security.md: there is no fuzz target {name}" for name in sorted(named - targets)]
    return complaints + [f"docs/security.md: fuzz target {name} is not listed" for name in sorted(targets - named)]


def anchor(heading):
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def check_links(name, text, root):
    """Complaints about links of a page, and about paths in backquotes, that lead nowhere."""
    complaints = []
    folder = (root / name).parent
    for link in re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'src="([^"]+)"', text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, fragment = link.partition("#")
        target = folder / path if path else root / name
        if not target.exists():
            complaints.append(f"{name}: there is no {link}")
        elif fragment and fragment not in {anchor(heading) for heading in re.findall(r"^#+ (.*)$", target.read_text(), re.M)}:
            complaints.append(f"{name}: there is no heading {link}")
    for path in re.findall(r"`((?:app|crates|docs|e2e|fuzz)/[\w./-]+)`", text):
        if not path.startswith("app/dist") and not (root / path).exists():
            complaints.append(f"{name}: there is no {path}")
    return complaints


def check_messages(page, sources):
    """Complaints about messages that docs/running.md lists and no code writes."""
    section = page.partition("### Log messages")[2].partition("\n#")[0]
    return [f"docs/running.md: no code logs {message}" for message in re.findall(r'"[^"]+"', section) if message not in sources]


def modules_of(root):
    """A name such as `scheme/device` for each source file and folder of each crate."""
    found = set()
    for path in root.glob("crates/*/src/**/*"):
        if path.is_dir() or path.suffix == ".rs":
            crate, _, *inner = path.relative_to(root / "crates").with_suffix("").parts
            found.add("/".join([crate, *inner]))
    return found


def direct_dependencies(root, packages):
    """Names of the direct dependencies of our own crates and packages."""
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
    patterns = ("crates/*/src/**/*.rs", "crates/*/tests/**/*.rs", "e2e/policy/test_*.py", "e2e/tests/*.mjs", "app/test/**/*.ts")
    tests = [file.read_text() for pattern in patterns for file in root.glob(pattern)]
    security = (root / "docs/security.md").read_text()
    complaints += check_threats(security, "\n".join(tests), modules_of(root))
    complaints += check_named_tests(security, "\n".join(tests))
    complaints += check_fuzz_targets(security, {file.stem for file in root.glob("fuzz/fuzz_targets/*.rs")})
    code = "\n".join(file.read_text() for file in root.glob("crates/*/src/**/*.rs"))
    complaints += check_messages((root / "docs/running.md").read_text(), code)
    pages = [root / "README.md", root / "CONTRIBUTING.md", *sorted(root.glob("docs/**/*.md")), *sorted(root.glob("e2e/**/README.md"))]
    for page in [page for page in pages if "node_modules" not in page.parts]:
        complaints += check_links(str(page.relative_to(root)), page.read_text(), root)
    for complaint in complaints:
        print(complaint)
    print(f"{len(packages)} crates, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    here = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    sys.exit(main(here))
