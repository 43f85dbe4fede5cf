import type { Request, RequestHandler, Router } from 'express';
import type { JsonObject } from '../../domain/json.ts';
import { entitlements } from '../../scim/catalogue/entitlements.ts';
import type { CatalogueEntry } from '../../scim/catalogue/entry.ts';
import { pageOf } from '../../scim/catalogue/page.ts';
import { roles } from '../../scim/catalogue/roles.ts';
import { notFound } from '../../scim/error.ts';
import { parseProjection } from '../../scim/projection.ts';
import { entitlementResourceType, type ResourceType, roleResourceType } from '../../scim/registry.ts';
import { cursorResponse, listResponse, represent } from '../../scim/representation.ts';
import { route } from '../route.ts';
import { answer, baseUrlOf, resourceUrl } from './answer.ts';
import { listQuery, queryParameters } from './list-query.ts';

/**
 * Serves `/Roles` and `/Entitlements`, which Okta's Identity Governance reads to offer them: what SAP Concur knows,
 * and nobody can change here.
 */
export function serveCatalogue(router: Router, publicUrl: string | null): void {
  serve(router, roleResourceType, roles, publicUrl);
  serve(router, entitlementResourceType, entitlements, publicUrl);
}

function serve(
  router: Router,
  type: ResourceType,
  entries: readonly CatalogueEntry[],
  publicUrl: string | null,
): void {
  const resourceOf = (
    entry: CatalogueEntry,
    req: Parameters<typeof baseUrlOf>[0] & Pick<Request, 'query'>,
  ): JsonObject => {
    const { id, ...resource } = entry;
    const location = resourceUrl(baseUrlOf(req, publicUrl), type, id);
    return represent(type, resource, { id, meta: { location } }, undefined, parseProjection(req.query, type));
  };

  const list: RequestHandler = (req, res) => {
    const query = listQuery(queryParameters(req.query), type);
    const { total, items, nextCursor } = pageOf(entries, query, type);
    const resources = items.map((entry) => resourceOf(entry, req));
    const body =
      query.paging.kind === 'index'
        ? listResponse(resources, total, query.paging.startIndex)
        : cursorResponse(resources, total, nextCursor);
    answer(req, res, 200, body);
  };
  const read: RequestHandler<{ id: string }> = (req, res) => {
    const entry = entries.find(({ id }) => id === req.params.id);
    if (entry === undefined) throw notFound(`No ${type.name} has this id.`);
    answer(req, res, 200, resourceOf(entry, req));
  };

  route(router, type.endpoint, { GET: list });
  route(router, `${type.endpoint}/:id`, { GET: read });
}
