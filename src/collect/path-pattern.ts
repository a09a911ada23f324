const STAR = 42;
const SLASH = 47;

/** Whether a path matches an owner's pattern. */
export function matchesPath(pattern: string, path: string): boolean {
  return pathMatcher(pattern)(path);
}

/**
 * What tells of paths whether they match an owner's pattern: `*` stands for anything within a segment, `**` also across
 * `/`; everything else for itself.
 *
 * All places of the pattern that the text so far can have led to are followed side by side, so that the time is at
 * most (path × pattern) steps whatever the pattern; a regular expression could be made to take for ever.
 */
export function pathMatcher(pattern: string): (path: string) => boolean {
  const star = pattern.indexOf("*");
  if (star === -1) return (path) => path === pattern;
  const lastStar = pattern.lastIndexOf("*");
  const start = pattern.slice(0, star);
  const end = pattern.slice(lastStar + 1);
  const between = follower(compile(pattern.slice(star, lastStar + 1)));
  return (path) =>
    path.length >= start.length + end.length &&
    path.startsWith(start) &&
    path.endsWith(end) &&
    between(path, start.length, path.length - end.length);
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

/** What tells whether the units of a text from `from` to before `to` lead through all steps. */
function follower(steps: readonly number[]): (text: string, from: number, to: number) => boolean {
  // When each place was last reached, in units since `from`, counted from 1.
  const reachedAt = new Int32Array(steps.length + 1);
  let here: number[] = [];
  let next: number[] = [];

  /** Adds a place, and those behind stars that stand for nothing, unless they were reached by now. */
  function reach(places: number[], place: number, time: number): void {
    for (let at = place; reachedAt[at] !== time; at++) {
      reachedAt[at] = time;
      places.push(at);
      const step = steps[at];
      if (step !== WITHIN && step !== ACROSS) return;
    }
  }

  return (text, from, to) => {
    reachedAt.fill(0);
    here.length = 0;
    reach(here, 0, 1);
    for (let at = from; at < to; at++) {
      const unit = text.charCodeAt(at);
      const time = at - from + 2;
      next.length = 0;
      for (const place of here) {
        const step = steps[place];
        if (step === ACROSS || (step === WITHIN && unit !== SLASH)) reach(next, place, time);
        else if (step === unit) reach(next, place + 1, time);
      }
      if (next.length === 0) return false;
      [here, next] = [next, here];
    }
    return reachedAt[steps.length] === to - from + 1;
  };
}
