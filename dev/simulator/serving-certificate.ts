import { generateKeyPairSync, sign } from 'node:crypto';

/** Private key and self-signed certificate, both PEM. */
export interface ServingCertificate {
  readonly key: string;
  readonly certificate: string;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const VERSION_FIELD = 0xa0;
const EXTENSIONS_FIELD = 0xa3;
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

const ECDSA_WITH_SHA256 = der(SEQUENCE, oid('2a8648ce3d040302'));
const BASIC_CONSTRAINTS = oid('551d13');
const ALTERNATIVE_NAMES = oid('551d11');
const TRUE = Buffer.from([0x01, 0x01, 0xff]);

/**
 * Creates a key and certificate for a TLS server on loopback: kubectl sends its token over TLS only. The certificate is
 * encoded here because Node creates keys and signatures but no certificates.
 */
export function createServingCertificate(): ServingCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const body = certificateBody(publicKey.export({ type: 'spki', format: 'der' }));
  const signature = Buffer.concat([Buffer.of(0), sign('sha256', body, privateKey)]);
  const certificate = der(SEQUENCE, body, ECDSA_WITH_SHA256, der(BIT_STRING, signature));
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), certificate: pem(certificate) };
}

/** TBSCertificate of RFC 5280, version 3. */
function certificateBody(publicKey: Buffer): Buffer {
  const commonName = der(SEQUENCE, oid('550403'), der(UTF8_STRING, Buffer.from('simulator')));
  const name = der(SEQUENCE, der(SET, commonName));
  const validity = der(SEQUENCE, utcTime('200101000000Z'), utcTime('491231235959Z'));
  const addresses = [Buffer.of(127, 0, 0, 1), Buffer.of(...Array(15).fill(0), 1)]; // 127.0.0.1 and ::1
  const addressNames = addresses.map((address) => der(IP_ADDRESS, address));
  const names = der(SEQUENCE, der(DNS_NAME, Buffer.from('localhost')), ...addressNames);
  const extensions = der(
    SEQUENCE,
    der(SEQUENCE, BASIC_CONSTRAINTS, TRUE, der(OCTET_STRING, der(SEQUENCE, TRUE))),
    der(SEQUENCE, ALTERNATIVE_NAMES, der(OCTET_STRING, names)),
  );
  const version = der(VERSION_FIELD, der(INTEGER, Buffer.of(2)));
  const serial = der(INTEGER, Buffer.of(1));
  const parts = [version, serial, ECDSA_WITH_SHA256, name, validity, name, publicKey];
  return der(SEQUENCE, ...parts, der(EXTENSIONS_FIELD, extensions));
}

function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag), lengthOf(body.length), body]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
}

function oid(hex: string): Buffer {
  return der(OBJECT_ID, Buffer.from(hex, 'hex'));
}

function utcTime(text: string): Buffer {
  return der(UTC_TIME, Buffer.from(text));
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/gu) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
