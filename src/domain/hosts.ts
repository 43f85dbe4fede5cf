/** The domains under which SAP runs Concur (Concur, "Base URIs"; `concurcdc.cn` is the data centre in China). */
const CONCUR_DOMAINS: readonly string[] = ['concursolutions.com', 'concurcdc.cn'];

/**
 * Tells whether secrets and tokens may be sent to a URL: https to a host of SAP Concur on its
 * standard port, or https or http to a host that the configuration names.
 *
 * @param allowedHosts further hosts, as `host` (any port) or `host:port`
 */
export function isAllowedConcurUrl(url: string, allowedHosts: readonly string[]): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, port, username, password } = new URL(url);
  // RFC 3986 §3.2.1: what stands before "@" is no host, and has no business in an address of Concur.
  if (username !== '' || password !== '') return false;
  if (protocol !== 'https:' && protocol !== 'http:') return false;
  const isConcur = CONCUR_DOMAINS.some((domain) => hostname.endsWith(`.${domain}`));
  if (isConcur && protocol === 'https:' && port === '') return true;
  const effectivePort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  return allowedHosts.some((allowed) => {
    const named = allowed.toLowerCase();
    return named === hostname || named === `${hostname}:${effectivePort}`;
  });
}
