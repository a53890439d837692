import { describe, expect, test } from 'vitest';
import {
  debianArchives,
  parseDeb822Sources,
  parseSourcesList,
  type AptArchive,
} from '../../support/servers/apt-sources.ts';

describe('one-line sources', () => {
  test('takes binary packages with their options, and leaves out sources, comments and blank lines', () => {
    const text = [
      '# deb http://commented.example/debian bookworm main',
      'deb http://one.example/debian bookworm main contrib # the mirror',
      'deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] https://two.example/debian sid main',
      'deb-src http://one.example/debian bookworm main',
      '',
    ].join('\n');
    expect(parseSourcesList(text)).toEqual([
      { uri: 'http://one.example/debian', suites: ['bookworm'], components: ['main', 'contrib'] },
      { uri: 'https://two.example/debian', suites: ['sid'], components: ['main'] },
    ]);
  });
});

describe('deb822 sources', () => {
  test('reads stanzas, several values, continuation lines and comments between them', () => {
    const text = [
      'Types: deb deb-src',
      '# http://commented.example/debian',
      'URIs: http://one.example/debian http://two.example/debian',
      'Suites: bookworm',
      ' bookworm-updates',
      'Components: main',
      'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
      '',
      'types: deb',
      'uris: http://security.example/debian-security',
      'suites: bookworm-security',
      'components: main',
    ].join('\n');
    expect(parseDeb822Sources(text)).toEqual([
      { uri: 'http://one.example/debian', suites: ['bookworm', 'bookworm-updates'], components: ['main'] },
      { uri: 'http://two.example/debian', suites: ['bookworm', 'bookworm-updates'], components: ['main'] },
      { uri: 'http://security.example/debian-security', suites: ['bookworm-security'], components: ['main'] },
    ]);
  });

  test('leaves out what is disabled and what has sources of packages only', () => {
    const stanza = 'Types: deb\nURIs: http://one.example/debian\nSuites: sid\nComponents: main\n';
    expect(parseDeb822Sources(`${stanza}Enabled: no`)).toEqual([]);
    expect(parseDeb822Sources(`${stanza}Enabled: yes`)).toHaveLength(1);
    expect(parseDeb822Sources(stanza.replace('deb\n', 'deb-src\n'))).toEqual([]);
  });
});

function archive(uri: string, suite: string, component = 'main'): AptArchive {
  return { uri, suites: [suite], components: [component] };
}

describe('Debian archives', () => {
  test('are those with a suite of Debian itself and main, each once, in order', () => {
    expect(
      debianArchives(
        [
          archive('http://node.example/node_20.x', 'nodistro'),
          archive('http://one.example/debian', 'bookworm'),
          archive('http://one.example/debian', 'bookworm-updates'),
          archive('http://one.example/debian', 'bookworm'),
          archive('http://security.example/debian-security', 'bookworm-security'),
          archive('http://extra.example/debian', 'bookworm', 'contrib'),
          archive('file:/media/cdrom', 'bookworm'),
          archive('http://two.example/debian', 'sid'),
        ],
        'bookworm',
      ),
    ).toEqual(['http://one.example/debian', 'http://two.example/debian']);
  });
});
