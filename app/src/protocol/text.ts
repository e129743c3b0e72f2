// A person decides by this text, so it must look the same to everybody (threats row 8).

const MAX_LENGTH = 2000;

// Control, format (bidirectional, zero-width), unassigned, private and surrogate code points, and the separators for lines
// and paragraphs.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;
const WORDS = /[\p{L}\p{M}]+/gu;

// The three scripts with letters that look alike: Latin, Greek and Cyrillic.
const SCRIPTS = [
  /[A-Za-z\u00c0-\u024f\u1e00-\u1eff]/,
  /[\u0370-\u03ff\u1f00-\u1fff]/,
  /[\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f]/,
];

const mixesScripts = (word: string): boolean => {
  const letters = word.replace(/\p{M}/gu, "");
  return SCRIPTS.filter((script) => script.test(letters)).length > 1;
};

export function isSafe(text: string): boolean {
  if ([...text].length > MAX_LENGTH || INVISIBLE.test(text)) return false;
  return !(text.match(WORDS) ?? []).some(mixesScripts);
}
