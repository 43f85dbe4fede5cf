import crypto from 'node:crypto';

/**
 * Makes a UUID. It begins with the time (RFC 9562 §5.7), so that what is new comes last in an index by id, and the
 * database writes few pages for it; Node before 24.16 makes wholly random ones.
 */
export const newId: () => string = crypto.randomUUIDv7 ?? crypto.randomUUID;
