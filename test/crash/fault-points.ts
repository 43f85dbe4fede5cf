/** Called at every named point; what it does there is up to the caller. */
export type Reach = (point: string) => void;

/**
 * Wraps a port so that every method passes two points: `method:before`, when nothing has happened
 * yet, and `method:after`, when it has happened and the caller has not heard of it. A claim that found
 * nothing has changed nothing: it has no point after it.
 */
export function withFaultPoints<Port extends object>(port: Port, reach: Reach): Port {
  return new Proxy(port, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function' || typeof name !== 'string' || SYNCHRONOUS.has(name)) return member;
      return async (...args: unknown[]) => {
        reach(`${name}:before`);
        const result: unknown = await Reflect.apply(member, target, args);
        const nothing = CLAIMS.has(name) && Array.isArray(result) && result.length === 0;
        if (!nothing) reach(`${name}:after`);
        return result;
      };
    },
  });
}

const CLAIMS: ReadonlySet<string> = new Set(['claim', 'claimPolls', 'recover']);

/** What neither the network nor the disk is asked for has nothing to cut. */
const SYNCHRONOUS: ReadonlySet<string> = new Set(['bulkSize', 'pause', 'granted']);
