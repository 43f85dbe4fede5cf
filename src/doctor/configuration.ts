import type { Loaded } from '../config/configuration.ts';
import { type Check, failed, ok } from './check.ts';

/** Whether the program can be started at all. */
export const configuration: Check<Loaded> = {
  id: 'configuration',
  title: 'The configuration can be used',
  needs: [],
  look: (loaded) => {
    if (loaded.kind === 'invalid') {
      return failed(
        loaded.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'),
        'Put right what is named, in the file or in the environment (docs/configuration.md lists every setting), or let init write a file.',
      );
    }
    const names = loaded.configuration.connections.map(({ name }) => name);
    return ok(
      `${names.length === 1 ? 'One connection' : `${names.length} connections`}: ${names.join(', ')}.`,
    );
  },
};
