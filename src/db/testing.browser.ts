import { deleteDB } from 'idb';
import { type Database, type OpenOptions, openDatabase } from './database.ts';

/** Databases for tests; `clear` closes and deletes them. */
export function createTestDatabases() {
  let count = 0;
  let name = '';
  const opened: Database[] = [];

  /** A name that no database has; `open` takes it from now on. */
  function newName(): string {
    name = `test-${Date.now()}-${count++}`;
    return name;
  }

  async function open(options: Partial<OpenOptions> = {}): Promise<Database> {
    const database = await openDatabase({ name, ...options });
    opened.push(database);
    return database;
  }

  return {
    newName,
    open,
    fresh(): Promise<Database> {
      newName();
      return open();
    },
    async clear(): Promise<void> {
      for (const database of opened.splice(0)) database.close();
      await deleteDB(name);
    },
  };
}
