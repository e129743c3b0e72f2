#!/usr/bin/env python3
"""Reports import cycles between the top-level modules of each crate.

    cycles.py [CRATE…]

A crate whose modules use each other in a circle can only be read as a whole. This reads the paths that begin with
`crate`, `super` or `self` in the code of crates/*/src without tests, and draws an arrow from the top-level module that
has the path to the one that the path names. A name that the root re-exports counts as a name of the module that defines
it. An item that the root (lib.rs or main.rs) defines counts as part of a module `crate`, which uses whatever the root
uses. Prints each set of modules that reach each other, with the places of the arrows; ends with 1 if there is one.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOKEN = re.compile(
    r"""
    (?P<skip>//[^\n]*|\s+)
    | (?P<comment>/\*)
    | (?P<text>b?r(?P<hashes>\#*)".*?"(?P=hashes)|[bc]?"(?:\\.|[^"\\])*")
    | (?P<char>b?'(?:\\(?:x[0-9a-fA-F]{2}|u\{[0-9a-fA-F_]+\}|.)|[^'\\])')
    | (?P<lifetime>'\w+)
    | (?P<name>(?:r\#)?[A-Za-z_]\w*)
    | (?P<mark>::|=>|->|.)
    """,
    re.X | re.S,
)  # fmt: skip


def tokens(source):
    """Names and marks of Rust code with their lines, without comments and literals."""
    found, at, line = [], 0, 1
    while at < len(source):
        match = TOKEN.match(source, at)
        end = match.end()
        if match.lastgroup == "comment":
            depth = 1
            while depth and (mark := re.compile(r"/\*|\*/").search(source, end)):
                depth += 1 if mark[0] == "/*" else -1
                end = mark.end()
            end = end if not depth else len(source)
        elif match.lastgroup in ("name", "mark"):
            found.append((match[0], line))
        elif match["text"] is not None or match["char"] is not None:
            found.append(('""', line))
        line += source.count("\n", at, end)
        at = end
    return found


def closing(code, at):
    """The place after the bracket that closes the one at `at`."""
    depth = 0
    while at < len(code):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(code[at][0], 0)
        at += 1
        if depth == 0:
            break
    return at


def without_tests(code):
    """Code without the items that only tests have."""
    kept, at = [], 0
    while at < len(code):
        if code[at][0] == "#" and at + 1 < len(code) and code[at + 1][0] == "[":
            end = closing(code, at + 1)
            attribute = [text for text, _ in code[at + 2 : end - 1]]
            if attribute[:1] == ["cfg"] and "test" in attribute and "not" not in attribute:
                at = item_end(code, end)
                continue
            kept += code[at:end]
            at = end
            continue
        kept.append(code[at])
        at += 1
    return kept


def item_end(code, at):
    """The place after the item at `at`: after its `;`, its block, or the comma of a field or variant."""
    while at < len(code):
        text = code[at][0]
        if text == "{":
            return closing(code, at)
        if text in "([":
            at = closing(code, at)
            continue
        if text in ";,":
            return at + 1
        if text == "}":
            return at
        at += 1
    return at


def path_ends(code, at):
    """All paths of a use tree at `at` (`a::{b, c::d}` has two), as lists of names, and the place after it."""
    names = []
    while at < len(code):
        text = code[at][0]
        if text == "{":
            end = closing(code, at)
            paths, at = [], at + 1
            while at < end - 1:
                inner, after = path_ends(code, at)
                paths += [names + path for path in inner]
                at = max(after, at + 1)
                while at < end - 1 and code[at][0] != ",":
                    at += 1
                at += 1
            return paths, end
        if re.match(r"\w", text):
            names.append(text.removeprefix("r#"))
            at += 1
            if at < len(code) and code[at][0] == "::":
                at += 1
                continue
        break
    return [names], at


class Crate:
    """The modules of one crate and the names that its root has."""

    def __init__(self, folder):
        self.name, self.src = folder.name, folder / "src"
        self.modules = {path.stem for path in self.src.iterdir() if path.suffix == ".rs" or path.is_dir()} - {"lib", "main", "bin"}
        self.root = next((self.src / name for name in ("lib.rs", "main.rs") if (self.src / name).is_file()), None)
        self.reexports, self.macros = {}, {}
        self.arrows = defaultdict(list)
        files = [file for file in sorted(self.src.rglob("*.rs")) if not is_test(file.relative_to(self.src))]
        code = {file: without_tests(tokens(file.read_text())) for file in files}
        for file, own in code.items():
            self.find_macros(file, own)
        if self.root:
            code[self.root] = self.take_reexports(code[self.root])
        for file, own in code.items():
            self.read(file, own)

    def path_of(self, file):
        """The module path of a file."""
        parts = list(file.relative_to(self.src).with_suffix("").parts)
        return parts[:-1] if parts[-1] in ("mod", "lib", "main") else parts

    def find_macros(self, file, code):
        """Exported macros belong to the root, wherever they are written."""
        path = self.path_of(file)
        for (first, _), (_, _), (name, _) in zip(code, code[1:], code[2:]):
            if first == "macro_rules" and path:
                self.macros[name] = path[0]

    def take_reexports(self, code):
        """Keeps the names that the root only passes on; answers the rest of its code."""
        rest, at = [], 0
        while at < len(code):
            if code[at][0] == "pub":
                use = closing(code, at + 1) if code[at + 1][0] == "(" else at + 1
                if code[use][0] == "use":
                    start = use + 1
                    if code[start][0] in ("crate", "self"):
                        start += 2
                    paths, end = path_ends(code, start)
                    if paths[0][0] in self.modules:
                        for path in paths:
                            self.reexports[path[-1]] = path[0]
                        # A name after `as` is the one that others use.
                        while code[end][0] != ";":
                            if code[end][0] == "as":
                                self.reexports[code[end + 1][0]] = paths[0][0]
                            end += 1
                        at = end + 1
                        continue
            rest.append(code[at])
            at += 1
        return rest

    def read(self, file, code):
        """Draws the arrows of one file."""
        base = self.path_of(file)
        inline, depth, at = [], 0, 0
        while at < len(code):
            text, line = code[at]
            if text == "mod" and at + 2 < len(code) and code[at + 2][0] == "{":
                inline.append((depth, code[at + 1][0]))
            depth += {"{": 1, "}": -1}.get(text, 0)
            if text == "}" and inline and inline[-1][0] == depth:
                inline.pop()
            here = base + [name for _, name in inline]
            follows = at + 1 < len(code) and code[at + 1][0] == "::"
            begins = follows and (at == 0 or code[at - 1][0] != "::")
            if begins and text in ("crate", "super", "self"):
                paths, _ = path_ends(code, at)
                for path in paths:
                    self.draw(here, path, file, line)
            elif begins and not here and text in self.modules:
                self.arrow("crate", text, file, line)
            at += 1

    def draw(self, here, path, file, line):
        """One arrow for one path."""
        start, rest = (list(here) if path[0] != "crate" else []), path[1:]
        if path[0] == "super":
            start = start[:-1]
        while rest and rest[0] == "super":
            start, rest = start[:-1], rest[1:]
        whole = start + [name for name in rest if name != "self"]
        source = here[0] if here else "crate"
        if not whole:
            return
        name = whole[0]
        if name in self.modules:
            target = name
        elif len(whole) == 1 or not start:
            target = self.reexports.get(name) or self.macros.get(name) or "crate"
        else:
            return
        self.arrow(source, target, file, line)

    def arrow(self, source, target, file, line):
        """Notes an arrow with its place."""
        if source != target:
            self.arrows[source, target].append(f"{file.relative_to(self.src)}:{line}")

    def cycles(self):
        """Sets of modules that reach each other."""
        reach = defaultdict(set)
        for source, target in self.arrows:
            reach[source].add(target)
        grown = True
        while grown:
            grown = False
            for targets in list(reach.values()):
                more = set().union(*(reach.get(target, set()) for target in targets)) - targets
                targets |= more
                grown |= bool(more)
        sets = {frozenset(m for m in reach[module] if module in reach.get(m, ())) for module in reach if module in reach[module]}
        return sorted(map(sorted, sets))


def is_test(path):
    """Whether a source file belongs to tests only."""
    return path.stem == "tests" or "tests" in path.parts[:-1] or path.parts[0] == "bin"


def report(crate):
    """Lines about the cycles of a crate."""
    lines = []
    for modules in crate.cycles():
        lines.append(f"{crate.name}: {', '.join(modules)}")
        for (source, target), places in sorted(crate.arrows.items()):
            if source in modules and target in modules:
                more = f" and {len(places) - 1} more" if len(places) > 1 else ""
                lines.append(f"    {source} -> {target}: {places[0]}{more}")
    return lines


def main(wanted):
    """Reads all crates, or those that are named."""
    folders = [folder.parent for folder in sorted(ROOT.glob("crates/*/src")) if not wanted or folder.parent.name in wanted]
    found = [(crate, lines) for crate in map(Crate, folders) if (lines := report(crate))]
    for _, lines in found:
        print("\n".join(lines))
    print(f"{len(folders)} crates, {len(found)} with import cycles")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
