/** One archive that the machine's apt is configured with. */
export interface AptArchive {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

/** Reads a one-line `sources.list`: `deb [options] uri suite component…`. Sources of source packages are left out. */
export function parseSourcesList(text: string): readonly AptArchive[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s+(\S+)([^#]*)/.exec(line);
    if (match === null) return [];
    const [, uri = '', suite = '', components = ''] = match;
    return [{ uri, suites: [suite], components: words(components) }];
  });
}

/** Reads a deb822 `.sources` file (sources.list(5), "DEB822-STYLE FORMAT"). */
export function parseDeb822Sources(text: string): readonly AptArchive[] {
  return text.split(/\n[ \t]*(?=\n)/).flatMap((stanza) => {
    const fields = stanzaFields(stanza);
    const enabled = (fields.get('enabled') ?? 'yes').toLowerCase() !== 'no';
    if (!enabled || !words(fields.get('types')).includes('deb')) return [];
    return words(fields.get('uris')).map((uri) => ({
      uri,
      suites: words(fields.get('suites')),
      components: words(fields.get('components')),
    }));
  });
}

/**
 * The archives that may be a mirror of Debian itself, most likely first. The name proves nothing: apt checks the
 * signature of what it gets from there.
 */
export function debianArchives(archives: readonly AptArchive[], codename: string): readonly string[] {
  const suites = new Set([codename, 'stable', 'testing', 'unstable', 'sid']);
  const matching = archives.filter(
    (archive) =>
      /^https?:/.test(archive.uri) &&
      archive.components.includes('main') &&
      archive.suites.some((suite) => suites.has(suite)),
  );
  return [...new Set(matching.map(({ uri }) => uri))];
}

/** Field names are case-insensitive; a line that starts with a space continues the field above; `#` is a comment. */
function stanzaFields(stanza: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let name = '';
  for (const line of stanza.split('\n')) {
    if (line.startsWith('#')) continue;
    const field = /^([A-Za-z][\w-]*):(.*)$/.exec(line);
    name = field?.[1]?.toLowerCase() ?? name;
    if (name !== '') fields.set(name, `${fields.get(name) ?? ''} ${field?.[2] ?? line}`.trim());
  }
  return fields;
}

function words(text = ''): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
