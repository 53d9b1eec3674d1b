import { Store } from './store.ts'

/** Opens the store for one use, beside an edge that may be running: SQLite lets both in, one writer after the other. */
export async function withStore<T>(data: string, act: (store: Store) => Promise<T> | T): Promise<T> {
  const store = new Store(data)
  try {
    return await act(store)
  } finally {
    store.close()
  }
}
