import type { core } from 'zod';
import { nearestName } from '../domain/nearest-name.ts';
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
  const near = nearestName(key, valid);
  return {
    path: [...path, key].map(String).join('.'),
    message:
      near === undefined
        ? `is not known; valid are ${valid.join(', ')}`
        : `is not known; did you mean ${near}?`,
  };
}
