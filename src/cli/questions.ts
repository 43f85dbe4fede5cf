import { text } from 'node:stream/consumers';
import { problemWith } from '../config/answer.ts';
import { CommandFailure } from './failure.ts';
import { type Check, hasTerminal, promptSecret, promptText } from './prompts.ts';

/** Something that a command must know: an option says it, or somebody at the terminal. */
export interface Question {
  /** The option that answers it, as it is typed. */
  readonly option: string;
  readonly message: string;
  readonly secret: boolean;
  readonly check: Check;
  /** What holds where nobody answers; without it somebody must. */
  readonly standard?: string;
  /** What the option says. */
  readonly given: string | undefined;
}

/** A question whose answer is a setting, and is checked as loading would check it. */
export function settingQuestion(
  setting: string,
  question: Omit<Question, 'check' | 'secret'> & { readonly secret?: true },
): Question {
  const { standard } = question;
  return {
    ...question,
    secret: question.secret === true,
    // Enter alone leaves out what has no default and may be left out.
    check: (value) => (value === '' && standard === '' ? null : problemWith(setting, value)),
  };
}

/** A question whose answer may be any text. */
export function textQuestion(question: Omit<Question, 'check'>): Question {
  return { ...question, check: (value) => (value.trim() === '' ? 'must be a text that is not empty' : null) };
}

/**
 * Refuses answers of options that are wrong, and, where nobody can be asked, questions without an answer: all of
 * them at once, with exit code 2.
 */
export function refuseUnanswerable(questions: readonly Question[]): void {
  const wrong = questions.flatMap(({ option, given, check }) => {
    const problem = given === undefined || given === '-' ? null : check(given);
    return problem === null ? [] : [`${option} ${problem}`];
  });
  const open = hasTerminal()
    ? []
    : questions.filter(({ given, standard }) => given === undefined && standard === undefined);
  const missing = open.map(({ option, message }) => `  ${option}  ${message}`);
  if (missing.length > 0) missing.unshift('There is no terminal to ask at; these options are missing:');
  const problems = [...wrong, ...missing];
  if (problems.length > 0) throw new CommandFailure(problems.join('\n'), 2);
}

/** The answer to a question: of its option (`-`: what stands on stdin), of the person at the terminal, or the default. */
export async function answerTo({
  given,
  message,
  option,
  secret,
  check,
  standard,
}: Question): Promise<string> {
  if (given === '-') {
    const piped = (await text(process.stdin)).trim();
    const problem = check(piped);
    if (problem !== null) throw new CommandFailure(`${option} - reads stdin: it ${problem}`, 2);
    return piped;
  }
  if (given !== undefined) return given.trim();
  if (!hasTerminal()) return standard ?? '';
  return secret ? await promptSecret(message, check) : await promptText(message, check, standard);
}
