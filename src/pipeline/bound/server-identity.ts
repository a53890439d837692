import type { Session } from '../../databases/session.ts';

/** What names a server itself, whatever its address: MySQL's `server_uuid`, MariaDB's `server_uid` (since 10.5.26). */
const OF_THE_SERVER = ['server_uuid', 'server_uid'];
/** Together they stand in for it where there is none. */
const OF_ITS_PLACE = ['hostname', 'port', 'datadir'];

/** Names the server that a session talks to. A clone or a container that was recreated may have another name. */
export async function serverIdentity(session: Session): Promise<string> {
  const names = [...OF_THE_SERVER, ...OF_ITS_PLACE].map((name) => `'${name}'`).join(', ');
  const rows = await session.query(`SHOW GLOBAL VARIABLES WHERE Variable_name IN (${names})`);
  const values = new Map(rows.map((row) => [String(row['Variable_name']), String(row['Value'])]));
  const own = OF_THE_SERVER.map((name) => values.get(name)).find((value) => (value ?? '') !== '');
  return own ?? OF_ITS_PLACE.map((name) => values.get(name) ?? '').join(':');
}
