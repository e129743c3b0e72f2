// Waits for a condition, with a deadline instead of a sleep.

/** Milliseconds until a wait fails. Long, because a test must not depend on how busy the machine is. */
export const PATIENCE = 180_000;

/** Milliseconds until a file of tests fails. */
export const FILE_PATIENCE = 1_200_000;

/** Calls `ask` until it returns a truthy value, and returns that. The last error explains a timeout. */
export async function until(what, ask, { within = PATIENCE, every = 100 } = {}) {
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
