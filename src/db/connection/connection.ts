import { openDB } from 'idb';
import { type Connection, createConnection, type Losses } from '../../storage/connection.ts';
import { databaseBlocked, noDatabase, toDatabaseError } from '../errors.ts';
import { type AfterimageSchema, DATABASE_VERSION, upgrade } from '../schema.ts';

export type LogConnection = Connection<AfterimageSchema>;

export interface LogConnectionOptions {
  readonly name: string;
  /** See ConnectionOptions. */
  readonly onChange?: () => void;
  readonly patienceMs?: number | undefined;
}

export function createLogConnection(options: LogConnectionOptions): LogConnection {
  const errors = { blocked: databaseBlocked, absent: noDatabase, coded: toDatabaseError };
  return createConnection<AfterimageSchema>({ ...options, errors, open: (losses) => open(options.name, losses) });
}

function open(name: string, losses: Losses<AfterimageSchema>) {
  return openDB<AfterimageSchema>(name, DATABASE_VERSION, {
    ...losses,
    upgrade(database, oldVersion, _newVersion, transaction) {
      // idb does not wait for this promise: a rejection has to abort the transaction, or a half upgrade would commit.
      upgrade(database, oldVersion, transaction as unknown as Parameters<typeof upgrade>[2]).catch(() =>
        transaction.abort(),
      );
      transaction.done.catch(() => undefined); // the open request fails too, and that is where it is reported
    },
  });
}
