/** A shorter secret would take ordinary words out of every line, and protects nothing. */
const SHORTEST_SECRET = 4;
const REPLACEMENT = '[secret]';
/** Fields whose value is never shown, whatever it is. */
const SECRET_FIELD = /password|passphrase|secret|^key$/i;

export type Redact = (value: unknown) => unknown;

/**
 * Takes secrets out of what is about to be logged: fields by their name, and the known secrets wherever they stand in
 * a text. Errors become plain objects of what a reader needs; the driver's error also carries the statement, which may
 * hold anybody's data. `secrets` is read at every call, so it may grow.
 */
export function redactor(secrets: ReadonlySet<string>): Redact {
  const redactText = (text: string) => {
    let clean = text;
    for (const secret of secrets) {
      if (secret.length >= SHORTEST_SECRET) clean = clean.replaceAll(secret, REPLACEMENT);
    }
    return clean;
  };
  const redact: Redact = (value) => {
    if (typeof value === 'string') return redactText(value);
    if (value instanceof Error) return redact(describeError(value));
    if (Array.isArray(value)) return value.map(redact);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([field, inner]): [string, unknown] => [
      field,
      SECRET_FIELD.test(field) ? REPLACEMENT : redact(inner),
    ]);
    return Object.fromEntries(entries);
  };
  return redact;
}

function describeError(error: Error): Readonly<Record<string, unknown>> {
  const { code, errno } = error as Error & { readonly code?: unknown; readonly errno?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    ...(errno === undefined ? {} : { errno }),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  };
}
