#!/usr/bin/env python3
"""Refuses identifiers, file names and phrases that this repository no longer uses.

The lists are short: names that were replaced, and phrases that are hard to read. They hold no ordinary words.
docs/glossary.md says which word is used for which thing. Applied migrations keep their text, so SQL is not read.
"""

import bisect
import re
import subprocess
import sys
from pathlib import Path

from cycles import tokens

ROOT = Path(__file__).resolve().parents[2]

# Whole identifiers in Rust code (not in comments or texts), with their successors.
IDENTIFIERS = {
    "Asked": "ActionRequest, ClaimsRequest or PendingStatement",
    "Asking": "Limits",
    "Leave": "Permit",
    "Ending": "LoginResult or ErrorPage",
    "Verdict": "Decision",
    "Deciding": "DecisionTransaction",
    "reread": "load",
    "Face": "Listener or Provider",
    "Front": "AuthorizeParams",
    "Standing": "GrantState",
    "stands": "is_current",
    "Packed": "a typed struct",
    "House": "TestServer",
    "World": "TestNetwork",
    "TestWorld": "TestNetwork",
    "enforced": "a mutation in e2e/policy/mutations",
    "control_off": "a mutation in e2e/policy/mutations",
}

# Parts of identifiers in Rust code, between underscores.
PARTS = {
    "anew": "again",
    "stands": "is",
    "lies": "is",
}

# Names of files and folders.
FILES = {
    r"(^|/)asking(\.rs|/)": "limits.rs",
    r"(^|/)face(\.rs|/)": "routes.rs",
    r"(^|/)ending(\.rs|/)": "login_result.rs",
    r"(^|/)once(\.rs|/)": "idempotency.rs",
    r"(^|/)control(\.rs|/)": "e2e/policy/mutations",
    r"0001_house": "0001_initial",
}

# Phrases anywhere, also across lines of a comment.
PHRASES = {
    r"\banew\b": "again",
    r"\bstands? in\b(?! for)": "is in",
    r"\bstands? for itself\b": "is separate",
    r"\blies? in\b": "is in",
    r"\bof its own kind\b": "separate",
    r"\bat hand\b": "available",
    r"\btakes? (\w+ ){1,4}along\b": "starves, or includes",
    r"\bwho only begins\b": "the subject of the sentence",
    r"\bis not told to who\b": "does not reveal",
    r"\bwhoever (stands|comes next)\b": "the subject of the sentence",
    r"\b(answers|knows|says) of itself\b": "the subject of the sentence",
    # A sentence whose subject is a clause: "Who reads no more has seen enough."
    r"(?<=[.!?;,{}/)] )(?-i:Whoever|Who (did|reads|jumps|writes|takes|holds|wants|owns|knows|finished)) [^.?!;{}]{3,200}\.": "a noun as subject",
    r"\b0001_house\b": "0001_initial",
    r"\bIPSE_CONTROL_OFF\b": "a mutation in e2e/policy/mutations",
}

# What has other rules: this check, the glossary of old words, applied migrations, generated files, data.
EXEMPT = re.compile(r"^e2e/policy/(test_)?old_words\.py$|^docs/glossary\.md$|\.sql$|-lock\.json$|\.lock$|/vectors/|/corpus/|^LICENSE|/texts/(nl|fr|de)\.|\.(png|woff2|svg|bin|txt|json|mp4|y4m|ico)$")

# The start of a comment's line, which a phrase may cross.
BREAK = re.compile(r"\s*\n\s*(?:(?:///|//!|//|\*|#)(?!\*)\s*)?")


def find_phrases(text, phrases=PHRASES):
    """Line, phrase and successor of each old phrase."""
    joined, lines, last = [], [], 0
    position = 0
    # Offsets in the joined text at which a new line of the file begins.
    for match in BREAK.finditer(text):
        piece = text[last : match.start()]
        joined.append(piece)
        position += len(piece) + 1
        lines += [position] * match[0].count("\n")
        joined.append(" ")
        last = match.end()
    joined.append(text[last:])
    whole = "".join(joined)
    found = []
    for phrase, successor in phrases.items():
        for match in re.finditer(phrase, whole, re.I):
            found.append((bisect.bisect_right(lines, match.start()) + 1, match[0], successor))
    return sorted(found)


def find_identifiers(source):
    """Line, identifier and successor of each old identifier in Rust code."""
    found = []
    for name, line in tokens(source):
        if name in IDENTIFIERS:
            found.append((line, name, IDENTIFIERS[name]))
        for part in set(name.lower().split("_")) & set(PARTS) if "_" in name else ():
            found.append((line, name, f"{PARTS[part]} for {part}"))
    return found


def check(names, read):
    """One line for each old word in these files."""
    complaints = []
    for name in names:
        for pattern, successor in FILES.items():
            if re.search(pattern, name) and not name.endswith(".sql"):
                complaints.append(f"{name}: old file name; now: {successor}")
        if EXEMPT.search(name):
            continue
        text = read(name)
        found = find_phrases(text) + (find_identifiers(text) if name.endswith(".rs") else [])
        complaints += [f"{name}:{line}: old word: {word}; now: {successor}" for line, word, successor in sorted(found)]
    return complaints


def main():
    """Reads the files that git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    names = [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    complaints = check(names, lambda name: (ROOT / name).read_text(errors="replace"))
    print("\n".join(complaints))
    print(f"{len(names)} files, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
