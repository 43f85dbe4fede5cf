/** Which rooms of `src/` a room may import from, besides itself; '' holds the files beside the rooms. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[] | 'everything'>> = {
  domain: [],
  scim: ['domain'],
  mapping: ['domain', 'scim'],
  config: ['domain'],
  store: ['domain', 'scim'],
  http: ['domain', 'scim'],
  concur: ['domain'],
  worker: ['domain', 'mapping'],
  simulator: [],
  demo: 'everything',
  doctor: 'everything',
  cli: 'everything',
  '': 'everything',
};
