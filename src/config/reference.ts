/** One thing that can be configured. */
export interface Setting {
  /** Where it stands in the file; `<name>` is any connection's name. */
  readonly name: string;
  /** The environment variable that gives it; null: the file alone does. */
  readonly variable: string | null;
  /** What holds when nothing is said, as it would be written; null: nothing. */
  readonly default: string | null;
  readonly required: boolean;
  readonly meaning: string;
}

const connection = 'connections.<name>';

/** Everything that can be configured: the one list that loading, messages and documentation share. */
export const SETTINGS: readonly Setting[] = [
  optional('server.host', 'BRIDGE_HOST', '127.0.0.1', 'The address to listen on.'),
  optional('server.port', 'BRIDGE_PORT', '8080', 'The port to listen on; 0 takes any free one.'),
  optional('server.publicUrl', 'BRIDGE_PUBLIC_URL', null, 'The address that clients reach the bridge under.'),
  optional(
    'server.adminToken',
    'BRIDGE_ADMIN_TOKEN',
    null,
    'The bearer token of the admin API; without it the API is closed.',
  ),
  optional(
    'server.logLevel',
    'BRIDGE_LOG_LEVEL',
    'info',
    'What is logged: fatal, error, warn, info, debug, trace or silent.',
  ),
  optional(
    'store.url',
    'BRIDGE_DATABASE_URL',
    'sqlite:./data/bridge.db',
    'The database: sqlite:PATH, relative or absolute.',
  ),
  required(
    'store.secretKey',
    'BRIDGE_SECRET_KEY',
    'The key that encrypts stored credentials: 32 bytes as hex or base64.',
  ),
  required(`${connection}.baseUrl`, 'CONCUR_BASE_URL', "The base URI of the company's Concur data centre."),
  required(`${connection}.companyId`, 'CONCUR_COMPANY_ID', 'The UUID of the company in Concur.'),
  required(`${connection}.clientId`, 'CONCUR_CLIENT_ID', 'The client id of the application in Concur.'),
  required(
    `${connection}.clientSecret`,
    'CONCUR_CLIENT_SECRET',
    'The client secret of the application in Concur.',
  ),
  optional(
    `${connection}.refreshToken`,
    'CONCUR_REFRESH_TOKEN',
    null,
    'The first refresh token; once it was used, the stored one wins until this value changes.',
  ),
  optional(`${connection}.scimToken`, 'BRIDGE_SCIM_TOKEN', null, 'The bearer token of the SCIM client.'),
  optional(
    `${connection}.rateLimit`,
    null,
    null,
    'The most requests per second that a SCIM token may send; more are answered 429 with Retry-After. Without it there is no limit. Each process counts for itself.',
  ),
  optional(
    `${connection}.allowedHosts`,
    'CONCUR_ALLOWED_HOSTS',
    '',
    "Hosts besides SAP's own that Concur's tokens may be sent to, as host or host:port, also by plain http; in the variable separated by commas. For tests only.",
  ),
  optional(
    `${connection}.writeApi`,
    null,
    'auto',
    'The service that writes go to: User Provisioning (provisioning), Identity, which knows no spend and no travel profile (identity), or the first where the company granted its two scopes (auto).',
  ),
  optional(
    `${connection}.mapping.defaults`,
    null,
    '',
    'Values for Concur attributes that no client sends, by attribute key, such as timezone.',
  ),
  optional(
    `${connection}.mapping.attributes`,
    null,
    '',
    'What attributes of Concur are filled with, by attribute key, before the built-in mapping; docs/mapping.md describes it.',
  ),
  optional(
    `${connection}.mapping.currencies`,
    null,
    '',
    'Reimbursement currencies by country, where the currency of the country is not wanted.',
  ),
  optional(
    `${connection}.polling.interval`,
    null,
    '5s',
    'The shortest wait between two looks at a provisioning request.',
  ),
  optional(`${connection}.batching.operations`, null, '100', 'The most operations in a Bulk request.'),
  optional(`${connection}.batching.bytes`, null, '400000', 'The largest Bulk request, in bytes.'),
  optional(
    `${connection}.groups.unknownMembers`,
    null,
    'accept',
    'Members of a group who are not here: remembered (accept), or the request answered with an error (refuse).',
  ),
  optional(
    `${connection}.groups.rules`,
    null,
    '',
    'What groups give to their members in Concur: entitlements, roles, travel groups, a travel rule class; docs/mapping.md describes it.',
  ),
  optional(
    `${connection}.groups.ownership`,
    null,
    'additive',
    'What becomes of what others gave in Concur in the lists that rules give something of: it stays (additive), or is taken away (exclusive).',
  ),
  optional(
    `${connection}.approvers.fromManager`,
    null,
    '',
    'What the manager of a person approves for them in Concur, such as report, request; docs/mapping.md describes it.',
  ),
  optional(
    `${connection}.validation`,
    null,
    'refuse',
    "What becomes of a write that breaks one of Concur's rules for identity: answered 400 (refuse), or accepted and not delivered (accept).",
  ),
  optional(
    `${connection}.delivery`,
    null,
    'on',
    'Whether changes are sent to Concur (on), or only accepted and planned (off).',
  ),
  optional(
    `${connection}.verdictWindow`,
    null,
    '2s',
    "How long a write may wait for Concur's verdict, so that the client's own log has Concur's refusal; 0s: it never waits.",
  ),
  optional(
    `${connection}.deletion`,
    null,
    'deactivate',
    'What a DELETE of a client does in Concur: the user is deactivated (deactivate), or deactivated and then deleted for ever, which SAP advises against (delete).',
  ),
  optional(
    `${connection}.scope`,
    null,
    '',
    'Whom the connection is for, as a SCIM filter over the User, such as userType eq "Employee"; everybody where there is none. docs/operations.md describes it.',
  ),
  optional(
    `${connection}.scopeExit`,
    null,
    'deactivate',
    'What becomes in Concur of somebody whom the bridge provisioned and who leaves the scope: deactivated (deactivate), or left as they are (keep).',
  ),
  optional(
    `${connection}.deactivationGuard.people`,
    null,
    '100',
    'The most people who may lose access within the time of the guard; more are held for an admin. off: no such limit.',
  ),
  optional(
    `${connection}.deactivationGuard.percent`,
    null,
    '20',
    'The same as a share of the active people, in per cent, for companies of more than ten. off: no such limit.',
  ),
  optional(
    `${connection}.deactivationGuard.within`,
    null,
    '1h',
    'The time in which the guard counts, up to 7d. The guard as a whole is switched off by deactivationGuard: off.',
  ),
];

/** The setting at a place in the file, such as `connections.default.baseUrl`. */
export function settingAt(path: readonly PropertyKey[]): Setting | undefined {
  const name = generic(path).join('.');
  return SETTINGS.find((setting) => setting.name === name);
}

/** The names that may stand at a place in the file. */
export function namesAt(path: readonly PropertyKey[]): readonly string[] {
  const place = generic(path);
  const below = SETTINGS.map((setting) => setting.name.split('.')).filter((segments) =>
    place.every((segment, index) => segments[index] === segment),
  );
  return [...new Set(below.flatMap((segments) => segments[place.length] ?? []))];
}

function generic(path: readonly PropertyKey[]): readonly string[] {
  return path.map((segment, index) =>
    index === 1 && path[0] === 'connections' ? '<name>' : String(segment),
  );
}

function required(name: string, variable: string, meaning: string): Setting {
  return { name, variable, default: null, required: true, meaning };
}

function optional(name: string, variable: string | null, standard: string | null, meaning: string): Setting {
  return { name, variable, default: standard, required: false, meaning };
}
