// TLS_CIPHER_SUITES: names as Go has them, of the suites that Calico knows, to what OpenSSL calls them.
import { suggest } from '../errors/index.ts';

const TLS_12: ReadonlyMap<string, string> = new Map([
  ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ['TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
  ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA', 'ECDHE-ECDSA-AES256-SHA'],
  ['TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA', 'ECDHE-RSA-AES256-SHA'],
  ['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', 'ECDHE-RSA-AES128-SHA'],
  ['TLS_RSA_WITH_AES_256_GCM_SHA384', 'AES256-GCM-SHA384'],
  ['TLS_RSA_WITH_AES_128_GCM_SHA256', 'AES128-GCM-SHA256'],
]);
/** The same on both sides. */
const TLS_13 = ['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'];
const NAMES = [...TLS_13, ...TLS_12.keys()];

/**
 * Undefined where nothing is asked for. In Go such a list says nothing about TLS 1.3, so that one without suites of TLS 1.3
 * leaves all of them; one that names some means those.
 */
export function cipherList(text: string, problems: string[]): string | undefined {
  if (text.trim() === '') return undefined;
  const given = text.split(',').map((name) => name.trim());
  for (const name of given) {
    if (NAMES.includes(name)) continue;
    const meant = suggest(name, NAMES);
    problems.push(
      `TLS_CIPHER_SUITES: ${JSON.stringify(name)} is no cipher suite that Calico knows${meant ? `, did you mean ${meant}?` : ''}`,
    );
  }
  const newer = given.filter((name) => TLS_13.includes(name));
  const older = given.flatMap((name) => TLS_12.get(name) ?? []);
  return [...(newer.length > 0 ? newer : TLS_13), ...older].join(':');
}
