import type { Router } from 'express';
import type { Reload, ReloadOutcome } from '../../domain/reload.ts';
import { invalidValue, ScimError } from '../../scim/error.ts';
import { route } from '../route.ts';
import { pageReport } from './presenters.ts';

/** Serves what the configuration would change if it were read again, and reads it again. */
export function serveReload(router: Router, reload: Reload): void {
  route(router, '/reload', {
    GET: async (_req, res) => void res.json(reloadReport(await reload.preview(), false)),
    POST: async (_req, res) => void res.json(reloadReport(await reload.apply(), true)),
  });
}

/**
 * The effect on each connection.
 *
 * @throws ScimError 400 naming every problem, 409 naming what needs a restart or while another is under way, 503 at
 *   the end of the process
 */
function reloadReport(outcome: ReloadOutcome, applied: boolean) {
  switch (outcome.kind) {
    case 'usable':
      return { applied, ...pageReport({ items: outcome.effects, nextCursor: null }, (effect) => effect) };
    case 'invalid': {
      const problems = outcome.problems.map(({ path, message }) => `${path}: ${message}`);
      throw invalidValue(`The configuration is not usable, and nothing was changed. ${problems.join('; ')}.`);
    }
    case 'needs_restart':
      throw new ScimError(
        409,
        undefined,
        `Nothing was changed: only a restart can change ${outcome.settings.join(', ')}.`,
      );
    case 'busy':
      throw new ScimError(409, undefined, 'A reload is under way; nothing was changed. Try again later.');
    case 'closing':
      throw new ScimError(503, undefined, 'The server is closing; nothing was changed.');
  }
}
