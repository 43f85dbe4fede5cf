import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
/** NIST SP 800-38D §8.2.2: a random nonce of 96 bits is safe for 2^32 encryptions under one key. */
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

/** The secret key is not the one that a stored credential was encrypted with. */
export class SecretKeyError extends Error {
  constructor(what: string, cause: unknown) {
    super(`BRIDGE_SECRET_KEY does not open ${what}: it was stored under another key`, { cause });
    this.name = 'SecretKeyError';
  }
}

/**
 * Encrypts a secret: base64 of nonce, tag and ciphertext.
 *
 * @param key 32 bytes
 * @param place where the secret is kept; it cannot be opened as if it were kept elsewhere
 */
export function seal(secret: string, key: Buffer, place: string): string {
  const nonce = randomBytes(NONCE_LENGTH);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_LENGTH });
  cipher.setAAD(Buffer.from(place));
  const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]).toString('base64');
}

/** Decrypts what `seal` made. Fails with `SecretKeyError` for another key or another place. */
export function open(sealed: string, key: Buffer, place: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  const nonce = bytes.subarray(0, NONCE_LENGTH);
  const tag = bytes.subarray(NONCE_LENGTH, NONCE_LENGTH + TAG_LENGTH);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_LENGTH });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(tag);
  try {
    const secret = decipher.update(bytes.subarray(NONCE_LENGTH + TAG_LENGTH));
    return Buffer.concat([secret, decipher.final()]).toString('utf8');
  } catch (error) {
    throw new SecretKeyError(place, error);
  }
}
