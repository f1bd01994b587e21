const turns = new Map<string, Promise<unknown>>();

/** One at a time for each name, for what is read, changed and kept again; a store belongs to this process alone. */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(name) ?? Promise.resolve()).then(work, work);
  turns.set(name, turn);
  try {
    return await turn;
  } finally {
    if (turns.get(name) === turn) turns.delete(name);
  }
}
