import { styleText } from 'node:util';
import type { OperationState, RequestState } from '../domain/ports.ts';
import type { State } from '../domain/provisioning.ts';

type Colour = 'green' | 'yellow' | 'red' | 'cyan' | 'dim' | 'bold';

const COLOURS: Readonly<Record<State | RequestState | OperationState, Colour>> = {
  queued: 'cyan',
  sending: 'cyan',
  processing: 'cyan',
  open: 'cyan',
  retried: 'cyan',
  in_sync: 'green',
  completed: 'green',
  applied: 'green',
  partial: 'yellow',
  unknown: 'yellow',
  failed: 'red',
  refused: 'red',
  held: 'red',
  unmanaged: 'dim',
};

/** Colours a text for the terminal; elsewhere, and where NO_COLOR is set, it stays as it is. */
export function colour(how: Colour, text: string): string {
  return styleText(how, text, { stream: process.stdout });
}

/** A state of a person, a request or an operation in the colour that says how good it is. */
export function colourState(state: State | RequestState | OperationState): string {
  return colour(COLOURS[state], state);
}
