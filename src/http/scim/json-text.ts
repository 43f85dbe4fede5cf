import type { Request, Response } from 'express';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { ListResponse } from '../../scim/representation.ts';
import { answer, setMediaType } from './answer.ts';

/** The text of a JSON object in pieces, made as they are asked for: of what is too long to be made at once. */
export type JsonText = AsyncIterable<string>;

/** A resource as a client sees it, at once or piece by piece. */
export type Shown = JsonObject | JsonText;

/** A page of resources, whichever way it was asked for. */
export type ShownList = Omit<ListResponse<Shown>, 'startIndex'>;

/** Characters that are written at a time; so many are made before the first, so that what fails early is answered. */
const PIECE = 65_536;

/**
 * The text of an object with one more attribute, an array whose elements come in parts; none, and the attribute is left
 * out (RFC 7643 §2.5).
 *
 * @param object has other attributes
 */
export async function* textWith(
  object: JsonObject,
  name: string,
  parts: AsyncIterable<readonly JsonValue[]>,
): AsyncGenerator<string> {
  const whole = JSON.stringify(object);
  const begin = `${whole.slice(0, -1)},${JSON.stringify(name)}:[`;
  let isFirst = true;
  for await (const part of parts) {
    if (part.length === 0) continue;
    yield `${isFirst ? begin : ','}${JSON.stringify(part).slice(1, -1)}`;
    isFirst = false;
  }
  yield isFirst ? whole : ']}';
}

/**
 * Answers with a resource; resolves when all is handed over, or the client has gone. What fails while its text is made
 * is thrown: the answer may then have begun.
 */
export async function answerShown(
  req: Pick<Request, 'accepts' | 'headers' | 'method' | 'fresh'>,
  res: Response,
  status: number,
  shown: Shown,
): Promise<void> {
  if (!isText(shown)) return answer(req, res, status, shown);
  await answerText(req, res, status, shown);
}

/** As `answerShown`, with a list. */
export async function answerList(
  req: Pick<Request, 'accepts' | 'headers' | 'method' | 'fresh'>,
  res: Response,
  list: ShownList,
): Promise<void> {
  if (!list.Resources.some(isText)) return answer(req, res, 200, list);
  await answerText(req, res, 200, textOfList(list));
}

async function* textOfList({ Resources: resources, ...head }: ShownList): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"Resources":[`;
  for (const [index, resource] of resources.entries()) {
    if (index > 0) yield ',';
    if (isText(resource)) yield* resource;
    else yield JSON.stringify(resource);
  }
  yield ']}';
}

function isText(shown: Shown): shown is JsonText {
  return Symbol.asyncIterator in shown;
}

async function answerText(
  req: Pick<Request, 'accepts' | 'headers' | 'method' | 'fresh'>,
  res: Response,
  status: number,
  text: JsonText,
): Promise<void> {
  res.status(status);
  // RFC 9110 §9.3.2 and §13.1.2: neither has a body, and none is made for them.
  if (req.method === 'HEAD' || req.fresh) {
    setMediaType(req, res);
    res.send();
    return;
  }
  let piece = '';
  for await (const next of text) {
    piece += next;
    if (piece.length < PIECE) continue;
    if (res.destroyed) return;
    if (!res.headersSent) setMediaType(req, res);
    if (!res.write(piece)) await drained(res);
    piece = '';
  }
  if (!res.headersSent) setMediaType(req, res);
  res.end(piece);
}

/** A client that reads slowly is waited for, so that what it has not read yet is not kept here. */
function drained(res: Response): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      res.off('drain', go).off('close', go);
      resolve();
    };
    res.on('drain', go).on('close', go);
    if (res.destroyed) go();
  });
}
