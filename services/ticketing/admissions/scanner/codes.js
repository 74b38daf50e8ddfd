// Reads badge codes (tests/contracts/badge.v1.json): "MSM:" + base45(27 bytes of record + 64 of signature).
// Signatures are checked here, with nothing but the public keys at hand.

const PREFIX = "MSM:";
const LENGTH = 141;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const SAYABLE = /^[23456789ABCDEFGHJKLMNPQRSTUVWXYZ]{8}$/;
const KINDS = ["", "visitor", "exhibitor", "organiser", "service", "press"];
const DAY_ZERO = Date.UTC(2020, 0, 1);
const RECORD = 27;

/** What was meant: {badge, kind, firstDay, lastDay}, {reference} for typed letters, or {reason} why it is nothing. */
export async function readCode(text, fair) {
  const code = text.replace(/[\r\n\t]+$|^[\r\n\t ]+/g, "").toUpperCase();
  if (code.startsWith(PREFIX)) return readSigned(code.padEnd(LENGTH).slice(PREFIX.length), fair);
  const typed = lettersOf(code);
  return typed ? { reference: typed } : { reason: "unreadable" };
}

/** The eight letters of a badge, however they were typed; empty when they are none. */
export function lettersOf(typed) {
  const tidy = tidyReference(typed);
  return SAYABLE.test(tidy) ? tidy : "";
}

/** Typed letters as they are kept: digits of any script, no spaces or dashes. */
export function tidyReference(typed) {
  const plain = typed.replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 0xf));
  return plain.toUpperCase().replace(/[^0-9A-Z]/g, "");
}

async function readSigned(text, fair) {
  const bytes = base45(text);
  if (!bytes || bytes.length !== RECORD + 64) return { reason: "unreadable" };
  const record = bytes.slice(0, RECORD);
  const said = fieldsOf(record);
  if (!said) return { reason: "unreadable" };
  const key = fair.keys.find((one) => one.number === said.key);
  if (!key || (key.verifies_until && Date.parse(key.verifies_until) <= fair.now)) return { reason: "unknown-key" };
  if (!(await isSigned(key.public_key, record, bytes.slice(RECORD)))) return { reason: "forged" };
  if (said.exhibition !== fair.number) return { reason: "foreign" };
  return said;
}

function fieldsOf(record) {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const kind = KINDS[view.getUint8(22)];
  if (view.getUint8(0) !== 1 || view.getUint8(1) !== 1 || !kind) return null;
  return {
    key: view.getUint16(2),
    exhibition: view.getUint16(4),
    badge: hex(record.slice(6, 22)),
    kind,
    firstDay: dayOf(view.getUint16(23)),
    lastDay: dayOf(view.getUint16(25)),
  };
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const dayOf = (days) => new Date(DAY_ZERO + days * 86_400_000).toISOString().slice(0, 10);

/** Bytes of a base45 text (RFC 9285); null when it is none. */
export function base45(text) {
  const bytes = [];
  for (let at = 0; at < text.length; at += 3) {
    const digits = Array.from(text.slice(at, at + 3), (letter) => ALPHABET.indexOf(letter));
    if (digits.length === 1 || digits.includes(-1)) return null;
    const value = digits[0] + digits[1] * 45 + (digits[2] ?? 0) * 2025;
    if (value > (digits.length === 3 ? 0xffff : 0xff)) return null;
    if (digits.length === 3) bytes.push(value >> 8);
    bytes.push(value & 0xff);
  }
  return new Uint8Array(bytes);
}

const unb64 = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const imported = new Map();

async function isSigned(publicKey, record, signature) {
  if (!imported.has(publicKey)) imported.set(publicKey, await verifierOf(unb64(publicKey)));
  return imported.get(publicKey)(record, signature);
}

/** The browser's own Ed25519 where it has one, else a small library that uses the browser's SHA-512. */
async function verifierOf(raw) {
  try {
    const key = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
    return (record, signature) => crypto.subtle.verify("Ed25519", key, signature, record);
  } catch {
    const { verifyAsync } = await import("./vendor/noble-ed25519.js");
    return (record, signature) => verifyAsync(signature, record, raw, { zip215: false });
  }
}
