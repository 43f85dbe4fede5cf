import type { Message } from './attributes.ts';

/** What a route answers: the status, the JSON body if there is one, and further headers. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request refused at the HTTP boundary; `answer` is what the caller gets. */
export class Refusal extends Error {
  readonly answer: Answer;
  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

const CONCUR_ERROR = 'urn:ietf:params:scim:api:messages:concur:2.0:Error';

/** What a refusal says besides its status. */
export interface ErrorOptions {
  readonly detail?: string;
  readonly scimType?: string;
  readonly messages?: readonly Message[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer in Concur's error form (v4.user-provisioning.md, "Error Response" and "Concur Error"). */
export function errorAnswer(status: number, options: ErrorOptions = {}): Answer {
  const messages = options.messages ?? [];
  const detail = options.detail ?? messages[0]?.message;
  return {
    status,
    body: {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error', CONCUR_ERROR],
      status: String(status),
      ...(detail === undefined ? {} : { detail }),
      ...(options.scimType === undefined ? {} : { scimType: options.scimType }),
      ...(messages.length === 0 ? {} : { [CONCUR_ERROR]: { messages } }),
    },
    ...(options.headers ? { headers: options.headers } : {}),
  };
}

/** Ends the handling of a request with an error answer. */
export function refuse(status: number, detail: string, scimType?: string): never {
  throw new Refusal(errorAnswer(status, { detail, ...(scimType === undefined ? {} : { scimType }) }));
}
