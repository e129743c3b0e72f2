// Waiting for something to become true, with a deadline instead of a sleep.

/** Asks `ask` again and again until it answers something truthy; the last failure explains a timeout. */
export async function until(what, ask, { within = 30_000, every = 100 } = {}) {
  const deadline = performance.now() + within;
  let last;
  for (;;) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`${what}: not within ${within} ms${last ? `; last: ${last.message}` : ""}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
