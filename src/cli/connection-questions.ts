import type { Command } from 'commander';
import { type DataCentreOptions, withDataCentreOptions } from './data-centre.ts';
import { type Question, settingQuestion } from './questions.ts';

/** What the options of a command say about a connection's company and application. */
export interface ConnectionOptions extends DataCentreOptions {
  readonly companyId?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
}

/** Lets a command be told the settings that a connection must have. */
export function withRequiredSettings(command: Command): Command {
  return withDataCentreOptions(command)
    .option('--company-id <uuid>', 'the UUID of the company in Concur')
    .option('--client-id <id>', 'the client id of the application in Concur')
    .option('--client-secret <secret>', 'its client secret; - reads it from stdin');
}

/** What must be known of a connection beside its data centre, by the name of the setting. */
export function connectionQuestions(options: ConnectionOptions): ReadonlyMap<string, Question> {
  const { companyId, clientId, clientSecret } = options;
  return new Map([
    asked('companyId', {
      option: '--company-id',
      message: 'The UUID of the company in Concur',
      given: companyId,
    }),
    asked('clientId', {
      option: '--client-id',
      message: 'The client id of the application in Concur',
      given: clientId,
    }),
    asked('clientSecret', {
      option: '--client-secret',
      message: 'The client secret of the application in Concur',
      secret: true,
      given: clientSecret,
    }),
  ]);
}

function asked(key: string, question: Parameters<typeof settingQuestion>[1]): [string, Question] {
  const setting = `connections.<name>.${key}`;
  return [setting, settingQuestion(setting, question)];
}
