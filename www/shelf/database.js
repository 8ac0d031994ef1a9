// Stores the visitor's own models, runs and texts in IndexedDB, which is available in the page and in workers.

import { EngineError } from '../errors.js';

// The name contains the path because projects on one host share its storage.
const NAME = `liedwerk ${new URL('../', import.meta.url).pathname}`;
const VERSION = 1;

/** `models` and `runs` have small descriptions; `bytes` has the large data, so that listing does not read it. */
const STORES = /** @type {const} */ (['models', 'runs', 'bytes']);

/** @typedef {typeof STORES[number]} Store */

/** @type {Promise<IDBDatabase> | null} */
let opening = null;

/** @returns {Promise<IDBDatabase>} */
function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const store of STORES) request.result.createObjectStore(store);
    };
    request.onsuccess = () => {
      const forget = () => {
        opening = null;
      };
      request.result.onclose = forget;
      // Another tab may have opened a newer version of the page.
      request.result.onversionchange = () => {
        request.result.close();
        forget();
      };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  opening.catch(() => {
    opening = null;
  });
  return opening;
}

/**
 * @param {Store} store
 * @param {string} key
 * @returns {Promise<unknown>} undefined if there is none
 */
export async function get(store, key) {
  return await transact([store], 'readonly', (of) => of(store).get(key));
}

/**
 * @param {Store} store
 * @returns {Promise<unknown[]>}
 */
export async function all(store) {
  return (await transact([store], 'readonly', (of) => of(store).getAll())) ?? [];
}

/**
 * Stores several values in one transaction.
 *
 * @param {{ store: Store, key: string, value: unknown }[]} things
 */
export async function putAll(things) {
  await transact(
    things.map(({ store }) => store),
    'readwrite',
    (of) => {
      for (const { store, key, value } of things) of(store).put(value, key);
    },
  );
}

/** @param {{ store: Store, key: string }[]} things */
export async function removeAll(things) {
  await transact(
    things.map(({ store }) => store),
    'readwrite',
    (of) => {
      for (const { store, key } of things) of(store).delete(key);
    },
  );
}

/**
 * @template T
 * @param {Store[]} stores
 * @param {IDBTransactionMode} mode
 * @param {(of: (store: Store) => IDBObjectStore) => IDBRequest<T> | void} act
 * @returns {Promise<T | undefined>}
 * @throws {EngineError} storage-full, storage-denied
 */
async function transact(stores, mode, act) {
  try {
    const transaction = await begin(stores, mode);
    return await new Promise((resolve, reject) => {
      const request = act((store) => transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } catch (error) {
    const { name = '', message = String(error) } = /** @type {Partial<Error>} */ (error ?? {});
    throw new EngineError(name === 'QuotaExceededError' ? 'storage-full' : 'storage-denied', message);
  }
}

/**
 * Begins a transaction. Some browsers close a database silently (iOS, after a while in the background); it is then
 * reopened, once.
 *
 * @param {Store[]} stores
 * @param {IDBTransactionMode} mode
 */
async function begin(stores, mode) {
  try {
    return (await open()).transaction(stores, mode);
  } catch (error) {
    if (/** @type {Partial<Error>} */ (error)?.name !== 'InvalidStateError') throw error;
    opening = null;
    return (await open()).transaction(stores, mode);
  }
}
