const STAR = 42;
const SLASH = 47;

/**
 * Whether a path matches an owner's pattern: `*` stands for anything within a segment, `**` also across `/`;
 * everything else for itself.
 *
 * All places of the pattern that the text so far can have led to are followed side by side, so that the time is at
 * most (path × pattern) steps whatever the pattern; a regular expression could be made to take for ever.
 */
export function matchesPath(pattern: string, path: string): boolean {
  const star = pattern.indexOf("*");
  if (star === -1) return pattern === path;
  if (!path.startsWith(pattern.slice(0, star))) return false;

  const steps = compile(pattern);
  let here = new Uint8Array(steps.length + 1);
  let next = new Uint8Array(steps.length + 1);
  reach(here, 0, steps);
  for (let at = 0; at < path.length; at++) {
    const unit = path.charCodeAt(at);
    next.fill(0);
    let alive = false;
    for (let place = 0; place < steps.length; place++) {
      const step = steps[place];
      if (here[place] === 0 || step === undefined) continue;
      if (step === ACROSS || (step === WITHIN && unit !== SLASH)) reach(next, place, steps);
      else if (step === unit) reach(next, place + 1, steps);
      else continue;
      alive = true;
    }
    if (!alive) return false;
    [here, next] = [next, here];
  }
  return here[steps.length] === 1;
}

/** `*` and `**` in a compiled pattern; everything else is its UTF-16 unit. */
const WITHIN = -1;
const ACROSS = -2;

function compile(pattern: string): number[] {
  const steps: number[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const unit = pattern.charCodeAt(at);
    if (unit !== STAR) steps.push(unit);
    else if (pattern.charCodeAt(at + 1) !== STAR) steps.push(WITHIN);
    else {
      steps.push(ACROSS);
      // Three stars and more are two.
      while (pattern.charCodeAt(at + 1) === STAR) at++;
    }
  }
  return steps;
}

/** Marks a place, and those behind stars that stand for nothing. */
function reach(places: Uint8Array, place: number, steps: readonly number[]): void {
  for (let at = place; ; at++) {
    places[at] = 1;
    const step = steps[at];
    if (step !== WITHIN && step !== ACROSS) return;
  }
}
