import { type Command, Option } from 'commander';
import type { Grant } from '../concur/grant.ts';
import { answerTo, type Question, textQuestion } from './questions.ts';

/** What the options of a command say about whom Concur gives the token for. */
export interface GrantOptions {
  readonly requestToken?: string;
  /** True: a person, whose name is asked for. */
  readonly user?: string | true;
  readonly password?: string;
  readonly clientCredentials?: true;
}

/** The grant that is wanted, before anybody was asked. */
export interface GrantWanted {
  readonly questions: readonly Question[];
  /** Asks what is open. */
  answer(companyId: string): Promise<Grant>;
}

/** Lets a command be told what to ask Concur for a token with. */
export function withGrantOptions(command: Command): Command {
  return command
    .option('--request-token <token>', 'the company request token; - reads it from stdin')
    .addOption(
      new Option(
        '--user [name]',
        'sign in as a person instead, for whom Concur provisions nothing',
      ).conflicts('requestToken'),
    )
    .option('--password <password>', "the person's password; - reads it from stdin")
    .addOption(
      new Option(
        '--client-credentials',
        'as the application itself instead, for which Concur provisions nothing',
      ).conflicts(['requestToken', 'user']),
    );
}

/** The grant that the options choose: with a company request token where they do not say otherwise. */
export function grantWanted({ requestToken, user, password, clientCredentials }: GrantOptions): GrantWanted {
  if (clientCredentials) {
    return { questions: [], answer: async () => ({ kind: 'client credentials' }) };
  }
  if (user !== undefined) {
    const name = textQuestion({
      option: '--user',
      message: 'The user name in Concur',
      secret: false,
      given: user === true ? undefined : user,
    });
    const secret = textQuestion({
      option: '--password',
      message: 'The password',
      secret: true,
      given: password,
    });
    return {
      questions: [name, secret],
      answer: async () => ({
        kind: 'user password',
        username: await answerTo(name),
        password: await answerTo(secret),
      }),
    };
  }
  const token = textQuestion({
    option: '--request-token',
    message: 'The company request token (made by the Concur administrator, good for 24 hours)',
    secret: true,
    given: requestToken,
  });
  return {
    questions: [token],
    answer: async (companyId) => ({
      kind: 'company request token',
      companyId,
      requestToken: await answerTo(token),
    }),
  };
}
