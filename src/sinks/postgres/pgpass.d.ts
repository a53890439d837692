/** The package has no types of its own. */
declare module 'pgpass' {
  interface Login {
    readonly host: string;
    readonly port: number;
    readonly database: string;
    readonly user: string;
  }
  /** Calls back with the password of the first line that fits, in PGPASSFILE or ~/.pgpass; undefined if none does. */
  export default function pgpass(login: Login, callback: (password: string | undefined) => void): void;
}
