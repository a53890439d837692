import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/config/secret.ts';

describe('Secret', () => {
  it('shows its value to nobody who does not ask for it', () => {
    const secret = new Secret('correct horse');
    const shown = [
      String(secret),
      ['', secret].join(''),
      JSON.stringify({ secret }),
      inspect({ secret }, { depth: 9, showHidden: true }),
      format('%s %o %O %j', secret, secret, secret, secret),
    ].join(' ');
    expect(shown).not.toContain('correct horse');
    expect(secret.reveal()).toBe('correct horse');
  });
});
