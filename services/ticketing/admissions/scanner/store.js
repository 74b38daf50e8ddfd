// What the phone keeps (IndexedDB): settings, scans that wait, and what it saw of badges today. Never a name.

const NAME = "moussem-scanner";
let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("settings");
      asked.result.createObjectStore("waiting", { keyPath: "id" });
      asked.result.createObjectStore("seen", { keyPath: ["day", "badge"] });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/** Run `work(store…)` in one transaction; the result of the request it returns, once everything is on disk. */
async function inside(names, mode, work) {
  const db = await open();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(names, mode, { durability: "strict" });
    const request = work(...names.map((name) => transaction.objectStore(name)));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

export const setting = (name) => inside(["settings"], "readonly", (store) => store.get(name));
export const keepSetting = (name, value) => inside(["settings"], "readwrite", (store) => store.put(value, name));

export const seenOn = (day, badge) => inside(["seen"], "readonly", (store) => store.get([day, badge]));

/** Keep a scan before anybody is told of it, and with it what the phone now knows of the badge. */
export function keepScan(scan, seen) {
  return inside(["waiting", "seen"], "readwrite", (waiting, store) => {
    if (seen) store.put(seen);
    return waiting.put(scan);
  });
}

/** Correct what the phone believed of a badge by what the server said. */
export const keepSeen = (seen) => inside(["seen"], "readwrite", (store) => store.put(seen));

/** Scans that wait, oldest first. */
export async function waitingScans() {
  const scans = await inside(["waiting"], "readonly", (store) => store.getAll());
  return scans.sort((one, other) => one.scanned_at.localeCompare(other.scanned_at));
}

/** The server has these. */
export function forgetScans(ids) {
  return inside(["waiting"], "readwrite", (store) => {
    for (const id of ids) store.delete(id);
  });
}

/** Badges seen on other days are nobody's business any more. */
export function forgetOtherDays(day) {
  return inside(["seen"], "readwrite", (store) => {
    store.delete(IDBKeyRange.upperBound([day], true));
  });
}
