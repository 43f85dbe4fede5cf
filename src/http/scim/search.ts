import type { RequestHandler, Router } from 'express';
import type { ListQuery, Paging } from '../../scim/directory.ts';
import { invalidValue } from '../../scim/error.ts';
import { parseFilterAmong } from '../../scim/filter/several-types.ts';
import { parseProjection } from '../../scim/projection.ts';
import { listResponse } from '../../scim/representation.ts';
import { readBody } from '../body.ts';
import { route } from '../route.ts';
import { baseUrlOf } from './answer.ts';
import type { Endpoint } from './endpoint.ts';
import { answerList, type Shown } from './json-text.ts';
import { type ListParameters, pagingOf, searchParameters } from './list-query.ts';

type IndexPaging = Extract<Paging, { kind: 'index' }>;

/**
 * Serves `/.search`: the resources of all types that a search request asks for (RFC 7644 §3.4.3), type after type,
 * those of each oldest first. There is no order across types, and no cursor.
 */
export function serveRootSearch(
  router: Router,
  endpoints: readonly Endpoint[],
  publicUrl: string | null,
): void {
  const search: RequestHandler = async (req, res) => {
    const asked = searchParameters(await readBody(req, res));
    const paging = indexPaging(asked);
    const baseUrl = baseUrlOf(req, publicUrl);
    const parts = endpoints.map((endpoint) => ({
      endpoint,
      filter: filterFor(asked, endpoint, endpoints),
      view: { baseUrl, projection: parseProjection(asked, endpoint.type) },
    }));
    const resources: Shown[] = [];
    let total = 0;
    for (const { endpoint, filter, view } of parts) {
      if (filter === undefined) continue;
      const startIndex = Math.max(1, paging.startIndex - total);
      const count = paging.count - resources.length;
      const page = await endpoint.list(
        { filter, sort: null, paging: { kind: 'index', startIndex, count } },
        view,
      );
      total += page.total;
      resources.push(...page.items);
    }
    await answerList(req, res, listResponse(resources, total, paging.startIndex));
  };
  route(router, '/.search', { POST: search });
}

function indexPaging(asked: ListParameters): IndexPaging {
  const paging = pagingOf(asked);
  const own = 'use the .search of one type, such as /Users/.search';
  if (paging.kind === 'cursor') throw invalidValue(`There is no cursor across resource types: ${own}.`);
  if (asked.sortBy !== undefined) throw invalidValue(`There is no order across resource types: ${own}.`);
  return paging;
}

/** What the filter is for the resources of one type; undefined: none of them match. */
function filterFor(
  { filter }: ListParameters,
  { type }: Endpoint,
  endpoints: readonly Endpoint[],
): ListQuery['filter'] | undefined {
  if (filter === undefined) return null;
  const others = endpoints.map((endpoint) => endpoint.type).filter((other) => other !== type);
  const own = parseFilterAmong(filter, type, others);
  if (typeof own !== 'boolean') return own;
  return own ? null : undefined;
}
