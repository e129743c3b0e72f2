// Text that a person decides by must look the same to every eye (threats row 8).

const MAX_LENGTH = 2000;

// Control, format (bidirectional, zero-width), unassigned, private and surrogate code points, and the two separators
// that break a line where none was shown.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;
const WORDS = /[\p{L}\p{M}]+/gu;

// Only the three scripts whose letters pass for one another in the languages here.
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
