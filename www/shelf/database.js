// What this browser keeps of the visitor's own: models, runs, texts. IndexedDB, which every browser has, in the
// page and in its worker.

import { EngineError } from '../errors.js';

// Projects of one host share its storage, hence the path.
const NAME = `liedwerk ${new URL('../', import.meta.url).pathname}`;
const VERSION = 1;

/** Small descriptions that are listed; `bytes` has what is large, so that a list reads none of it. */
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
      // Another tab may hold a newer page.
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
 * @returns {Promise<unknown>} undefined where nothing is kept
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
 * All or none of it.
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
 * Some browsers close a database behind the page's back and tell nobody (iOS, after a while in the background): it is
 * then opened anew, once.
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
