import { Agent, request } from 'undici';
import { isAllowedConcurUrl } from '../domain/hosts.ts';

/** What was found at a base URL. */
export type Reached =
  | {
      readonly kind: 'reached';
      readonly httpStatus: number;
      /** Concur's clock minus ours, in ms, to the second; null when it did not say what time it is. */
      readonly clockOffset: number | null;
    }
  | { readonly kind: 'not allowed'; readonly message: string }
  | {
      readonly kind: 'unreachable';
      /** Node's name of the failure, such as `ENOTFOUND`; null without one. */
      readonly code: string | null;
      readonly message: string;
    };

/** What a failure to connect means, by Node's name of it; the first row that fits counts. */
const CAUSES: readonly { readonly codes: RegExp; readonly means: string }[] = [
  {
    codes: /^(ENOTFOUND|EAI_AGAIN|EAI_FAIL|ENODATA)$/,
    means: 'The host name cannot be resolved: check the address, and the DNS of this machine.',
  },
  {
    codes: /^ECONNREFUSED$/,
    means:
      'The host refuses the connection: check the address, and whether a proxy or a firewall is in between.',
  },
  {
    codes: /^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|UND_ERR_HEADERS_TIMEOUT|ABORT_ERR|TimeoutError)$/,
    means: 'The host does not answer in time: check whether a firewall lets this machine out.',
  },
  {
    codes: /^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ENETDOWN)$/,
    means: 'There is no way to the host: check the network of this machine.',
  },
  {
    codes: /^(CERT_|.*_CERT|.*SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT)/,
    means:
      'The certificate of the host is not accepted: check the clock of this machine, and whether a proxy with a certificate of its own is in between (NODE_EXTRA_CA_CERTS names it).',
  },
  {
    codes: /^(ERR_SSL|ERR_TLS|EPROTO)/,
    means: 'TLS with the host fails: check the address, and whether a proxy is in between.',
  },
  {
    codes: /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/,
    means: 'The connection to the host breaks: check whether a proxy or a firewall is in between.',
  },
];

/**
 * Tells whether a base URL can be reached, by one GET without any secret; every HTTP status will do. Its `Date`
 * (RFC 9110 §6.6.1) tells Concur's clock, at the middle of the exchange. Never rejects.
 *
 * @param options.timeout how long the answer may take, in ms
 */
export async function reach(
  baseUrl: string,
  options: { allowedHosts: readonly string[]; clock: () => number; timeout: number },
): Promise<Reached> {
  const { allowedHosts, clock, timeout } = options;
  if (!isAllowedConcurUrl(baseUrl, allowedHosts)) {
    const message =
      "This is neither an https address of SAP Concur's own hosts nor among the allowed hosts: nothing was sent there.";
    return { kind: 'not allowed', message };
  }
  const agent = new Agent();
  try {
    const started = clock();
    const signal = AbortSignal.timeout(timeout);
    const { statusCode, headers, body } = await request(baseUrl, { dispatcher: agent, signal });
    const middle = (started + clock()) / 2;
    await body.dump();
    const date = Date.parse(String(headers.date));
    return {
      kind: 'reached',
      httpStatus: statusCode,
      clockOffset: Number.isNaN(date) ? null : offset(date, middle),
    };
  } catch (error) {
    const code = codeOf(error);
    const means = CAUSES.find(({ codes }) => code !== null && codes.test(code))?.means;
    return { kind: 'unreachable', code, message: means ?? 'The host cannot be reached.' };
  } finally {
    await agent.destroy();
  }
}

/** `Date` has whole seconds, cut off: half a second is missing in the mean. Adding 0 makes a 0 of -0. */
function offset(date: number, ours: number): number {
  return Math.round((date + 500 - ours) / 1000) * 1000 + 0;
}

/** The code of a failure, which may stand on its cause, or on the first of several (one per address). */
function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error.name === 'TimeoutError' ? error.name : codeOf(error.cause);
}
