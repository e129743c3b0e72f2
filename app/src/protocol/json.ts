// A JSON reader (RFC 8259) that refuses what JSON.parse accepts: duplicate members, unpaired surrogates and unlimited
// nesting. Two readers may understand such a text differently, so nobody may sign it.

export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };

const MAX_DEPTH = 16;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPES: Record<string, string> = {
  '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t",
};

export class JsonError extends Error {}

export function parse(text: string): Json {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.space();
  if (!reader.done()) throw new JsonError("text after the value");
  return value;
}

class Reader {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  done(): boolean {
    return this.at === this.text.length;
  }

  space(): void {
    while (" \t\n\r".includes(this.text[this.at] ?? "x")) this.at += 1;
  }

  value(depth: number): Json {
    if (depth > MAX_DEPTH) throw new JsonError("nested too deep");
    this.space();
    switch (this.text[this.at]) {
      case "{":
        return this.object(depth);
      case "[":
        return this.array(depth);
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      case "n":
        return this.word("null", null);
      default:
        return this.number();
    }
  }

  private object(depth: number): Json {
    // No prototype: a member named "__proto__" is an ordinary member.
    const out = Object.create(null) as { [member: string]: Json };
    this.expect("{");
    this.space();
    if (this.accept("}")) return out;
    do {
      this.space();
      const name = this.string();
      if (name in out) throw new JsonError("duplicate member");
      this.space();
      this.expect(":");
      out[name] = this.value(depth + 1);
      this.space();
    } while (this.accept(","));
    this.expect("}");
    return out;
  }

  private array(depth: number): Json {
    const out: Json[] = [];
    this.expect("[");
    this.space();
    if (this.accept("]")) return out;
    do {
      out.push(this.value(depth + 1));
      this.space();
    } while (this.accept(","));
    this.expect("]");
    return out;
  }

  private string(): string {
    this.expect('"');
    let out = "";
    for (;;) {
      const unit = this.text[this.at];
      if (unit === undefined) throw new JsonError("unterminated string");
      this.at += 1;
      if (unit === '"') break;
      if (unit < " ") throw new JsonError("control character in a string");
      out += unit === "\\" ? this.escape() : unit;
    }
    if (!out.isWellFormed()) throw new JsonError("unpaired surrogate");
    return out;
  }

  private escape(): string {
    const letter = this.text[this.at] ?? "";
    this.at += 1;
    if (letter !== "u") {
      const plain = ESCAPES[letter];
      if (plain === undefined) throw new JsonError("unknown escape");
      return plain;
    }
    const hex = this.text.slice(this.at, this.at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw new JsonError("unknown escape");
    this.at += 4;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  private number(): number {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (!match) throw new JsonError("not a value");
    this.at = NUMBER.lastIndex;
    const value = Number(match[0]);
    if (!Number.isFinite(value)) throw new JsonError("number out of range");
    return value;
  }

  private word<T extends Json>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw new JsonError("not a value");
    this.at += word.length;
    return value;
  }

  private accept(unit: string): boolean {
    if (this.text[this.at] !== unit) return false;
    this.at += 1;
    return true;
  }

  private expect(unit: string): void {
    if (!this.accept(unit)) throw new JsonError(`expected ${unit}`);
  }
}
