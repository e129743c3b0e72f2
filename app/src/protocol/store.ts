// The device record in IndexedDB, and the lock that stops two tabs from using the same sequence.

import type { DeviceRecord, DeviceStore } from "./device";
import { Problem } from "./problem";

const DATABASE = "ipse";
const STORE = "device";
const KEY = "this";
const LINK = "link";

/** A link that waits until this phone has an identity. It is stored apart, because there may be no device record yet. */
export interface WaitingLink {
  text: string;
  /** It is useless after this time. */
  until: number;
}

const resultOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

export class BrowserStore implements DeviceStore {
  private opened: Promise<IDBDatabase> | null = null;

  async load(): Promise<DeviceRecord | null> {
    const record = await this.transact("readonly", async (store) => (await resultOf(store.get(KEY))) as DeviceRecord | undefined);
    // A backup has the record, but never the key. What is left of it is of no use: this is a new phone.
    return record?.key?.privateKey instanceof CryptoKey ? record : null;
  }

  async save(record: DeviceRecord): Promise<void> {
    await this.transact("readwrite", (store) => resultOf(store.put(record, KEY)));
  }

  async update(change: (record: DeviceRecord) => void): Promise<DeviceRecord> {
    return this.transact("readwrite", async (store) => {
      const record = (await resultOf(store.get(KEY))) as DeviceRecord | undefined;
      if (!record) throw new Problem("not_enrolled");
      change(record);
      await resultOf(store.put(record, KEY));
      return record;
    });
  }

  async storedLink(): Promise<WaitingLink | null> {
    return this.transact("readonly", async (store) => ((await resultOf(store.get(LINK))) as WaitingLink | undefined) ?? null);
  }

  async storeLink(link: WaitingLink | null): Promise<void> {
    await this.transact<unknown>("readwrite", (store) => (link ? resultOf(store.put(link, LINK)) : resultOf(store.delete(LINK))));
  }

  async clear(): Promise<void> {
    await this.transact("readwrite", (store) => resultOf(store.delete(KEY)));
  }

  async exclusively<T>(task: () => Promise<T>): Promise<T> {
    return navigator.locks.request("ipse-device", task) as Promise<T>;
  }

  private async transact<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => Promise<T>): Promise<T> {
    const database = await this.database();
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(new Problem("storage_unavailable", 0, {}, transaction.error));
    });
    done.catch(() => undefined);
    const result = await work(transaction.objectStore(STORE));
    await done;
    return result;
  }

  private database(): Promise<IDBDatabase> {
    this.opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(new Problem("storage_unavailable", 0, {}, request.error));
    });
    return this.opened;
  }
}
