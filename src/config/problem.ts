import type { core } from 'zod';
import { namesAt, settingAt } from './reference.ts';

/** Something wrong with the configuration. It never holds the value itself, which may be a secret. */
export interface Problem {
  /** The place in the file, or the name of the variable. */
  readonly path: string;
  /** What is wrong and what would be valid. */
  readonly message: string;
}

/**
 * The problems that zod found.
 *
 * @param isFromEnvironment whether the environment gives, or would have to give, what stands at a place
 */
export function problemsOf(
  issues: readonly core.$ZodIssue[],
  isFromEnvironment: (path: readonly PropertyKey[]) => boolean,
): readonly Problem[] {
  return issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(issue.path, key));
    const message =
      issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
    return [{ path: placeOf(issue.path, isFromEnvironment), message }];
  });
}

/** How a place is named: by the variable where the environment gives it, else as in the file. */
export function placeOf(
  path: readonly PropertyKey[],
  isFromEnvironment: (path: readonly PropertyKey[]) => boolean,
): string {
  const variable = isFromEnvironment(path) ? settingAt(path)?.variable : undefined;
  return variable ?? path.map(String).join('.');
}

function unknownKey(path: readonly PropertyKey[], key: string): Problem {
  const valid = namesAt(path);
  const near = nearest(key, valid);
  return {
    path: [...path, key].map(String).join('.'),
    message:
      near === undefined
        ? `is not known; valid are ${valid.join(', ')}`
        : `is not known; did you mean ${near}?`,
  };
}

/** The word among `words` that `word` is most likely meant to be; undefined when none is like it. */
function nearest(word: string, words: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const ranked = words
    .map((candidate) => ({ candidate, distance: distance(lower, candidate.toLowerCase()) }))
    .sort((left, right) => left.distance - right.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(2, word.length / 2) ? best.candidate : undefined;
}

/** How many letters must be inserted, left out or replaced (Levenshtein). */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...left].entries()) {
    const next = [index + 1];
    for (let column = 0; column < right.length; column++) {
      const replaced = (row[column] ?? 0) + (right[column] === letter ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
