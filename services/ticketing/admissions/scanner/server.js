// Speaks with ticketing: the bundle, one scan at once, waiting scans in batches. Knows whether there is a network.

import { learn } from "./clock.js";
import { forgetScans, keepScan, keepSetting, waitingScans } from "./store.js";

const BATCH = 500;
export const line = { isOnline: false, isShutOut: false, isRefused: false };

/** Ask ticketing; null when there is no network or no answer in time. */
async function ask(path, { timeout = 10_000, ...options } = {}) {
  const asked = Date.now();
  try {
    const answer = await fetch(path, { ...options, cache: "no-store", signal: AbortSignal.timeout(timeout) });
    const serverNow = answer.headers.get("Moussem-Now");
    if (serverNow) await keepSetting("offset", learn(serverNow, asked));
    line.isOnline = answer.status < 500;
    line.isShutOut = answer.status === 401;
    line.isRefused = answer.status === 403;
    return answer;
  } catch {
    line.isOnline = false;
    return null;
  }
}

const asJson = (body) => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
});
const base = (fair) => `/ticketing/v1/exhibitions/${encodeURIComponent(fair)}`;

/** Keys, revoked badges, gates and days: as kept, or newer. */
export async function fetchBundle(fair, kept) {
  const headers = kept ? { "If-None-Match": kept.etag } : {};
  const answer = await ask(`${base(fair)}/scanner`, { headers });
  if (!answer?.ok) return kept;
  const bundle = { ...(await answer.json()), etag: answer.headers.get("ETag"), fair };
  await keepSetting("bundle", bundle);
  return bundle;
}

/** Have the server decide one scan now; its verdict, or null. */
export async function decideThere(fair, scan, timeout) {
  const { id, code, direction, override, by_name } = scan;
  if (scan.door) return askDoor(fair, scan, timeout);
  const path = `${base(fair)}/gates/${encodeURIComponent(scan.gate)}/scans`;
  const answer = await ask(path, { ...asJson({ id, code, direction, override, by_name }), timeout });
  if (answer?.status !== 201) return null;
  await forgetScans([id]);
  return answer.json();
}

/** Ask a session's door; always in the same words, so that asking again later is the same request. */
async function askDoor(fair, scan, timeout) {
  const { id, code, scanned_at, party_size } = scan;
  const path = `${base(fair)}/sessions/${encodeURIComponent(scan.door)}/door/scans`;
  return handOver(scan, await ask(path, { ...asJson({ id, code, scanned_at, party_size }), timeout }));
}

/** Hand over heads that were counted; null when that must wait. */
export async function tellHeads(fair, scan, timeout) {
  const { id, gate, heads, reason, direction, scanned_at: counted_at } = scan;
  const asked = { ...asJson({ id, gate, heads, reason, direction, counted_at }), timeout };
  asked.headers["Idempotency-Key"] = id;
  return handOver(scan, await ask(`${base(fair)}/tallies`, asked));
}

async function handOver(scan, answer) {
  if (answer?.status === 201) await forgetScans([scan.id]);
  else if (answer && [403, 404, 409, 422].includes(answer.status)) await keepScan({ ...scan, problem: await slugOf(answer) });
  return answer?.status === 201 ? answer.json() : null;
}

const isAlone = (scan) => scan.door || scan.heads;
const slugOf = async (answer) => ((await answer.json().catch(() => ({}))).type ?? "refused").split("/").pop();

let isUploading = false;

/** Hand over what waits, at most 500 at a time, oldest first; those that the server cannot take stay, marked. */
export async function upload(fair) {
  if (isUploading) return;
  isUploading = true;
  try {
    for (;;) {
      const scans = (await waitingScans()).filter((scan) => scan.fair === fair && !scan.problem && !isAlone(scan));
      if (!scans.length || !(await uploadBatch(fair, scans.slice(0, BATCH)))) break;
    }
    for (const scan of (await waitingScans()).filter((one) => one.fair === fair && !one.problem && isAlone(one))) {
      if (!line.isOnline || line.isShutOut) return;
      await (scan.door ? askDoor : tellHeads)(fair, scan, 30_000);
    }
  } finally {
    isUploading = false;
  }
}

async function uploadBatch(fair, scans) {
  const body = { scans: scans.map(({ fair: _fair, ...scan }) => scan) };
  const answer = await ask(`${base(fair)}/scans`, { ...asJson(body), timeout: 30_000 });
  if (!answer?.ok) return false;
  const { answers } = await answer.json();
  await forgetScans(answers.filter((one) => one.word).map((one) => one.id));
  const declined = new Map(answers.filter((one) => one.problem).map((one) => [one.id, one.problem]));
  for (const scan of scans) {
    if (declined.has(scan.id)) await keepScan({ ...scan, problem: declined.get(scan.id) });
  }
  return true;
}
