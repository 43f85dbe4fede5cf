import { confirm, password, select, text } from '@clack/prompts';
import { CommandFailure } from './failure.ts';

/** Where prompts are drawn: what a command prints for programs stays alone on stdout. */
const output = process.stderr;

/** Whether there is somebody at a terminal who can be asked. */
export function hasTerminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Tells what is wrong with an answer; null: nothing. */
export type Check = (value: string) => string | null;

/** Asks for a line of text, again until `check` finds nothing wrong. Enter alone takes `standard`. */
export async function promptText(message: string, check: Check, standard?: string): Promise<string> {
  const answer = await text({
    message,
    output,
    validate: (value) => checked(check, value || (standard ?? '')),
    ...(standard ? { placeholder: standard, defaultValue: standard } : {}),
  });
  return taken<string>(answer).trim() || (standard ?? '');
}

/** Asks for a secret, which is not shown. */
export async function promptSecret(message: string, check: Check): Promise<string> {
  const answer = await password({
    message,
    output,
    clearOnError: true,
    validate: (value) => checked(check, value ?? ''),
  });
  return taken<string>(answer).trim();
}

/** Asks to choose one of several. */
export async function promptChoice(
  message: string,
  choices: readonly { readonly value: string; readonly label: string; readonly hint: string }[],
): Promise<string> {
  return taken<string>(await select<string>({ message, output, options: [...choices] }));
}

/** Asks for a yes; Enter alone is a no. */
export async function promptYes(message: string): Promise<boolean> {
  return taken<boolean>(await confirm({ message, output, initialValue: false }));
}

function checked(check: Check, value: string): string | undefined {
  const problem = check(value);
  return problem === null ? undefined : `It ${problem}`;
}

/** The answer, unless the prompt was cancelled, which clack answers with a symbol. */
function taken<Answer extends string | boolean>(answer: Answer | symbol): Answer {
  if (typeof answer === 'symbol') throw new CommandFailure('Cancelled: nothing was done.', 1);
  return answer;
}
