import * as clack from '@clack/prompts';
import { InterruptedError } from '../errors.ts';
import type { Io } from '../io.ts';

/** Questions to a person at a terminal. Each throws an InterruptedError where the person leaves. */
export interface Ask {
  url(): Promise<string>;
  password(of: string): Promise<string>;
  confirm(question: string): Promise<boolean>;
}

/** Asks on standard error, so that standard output stays the result's; null where nobody could answer. */
export function askAtTerminal(io: Io): Ask | null {
  const { keyboard } = io;
  if (keyboard === null || !io.interactive) return null;
  const terminal = { input: keyboard, output: io.stderr, signal: io.signal };
  return {
    url: async () =>
      answered(
        await clack.text({
          ...terminal,
          message: 'Which database?',
          placeholder: 'mysql://user@host:3306/schema',
          validate: (value) => ((value ?? '') === '' ? 'a URL, without the password' : undefined),
        }),
      ),
    password: async (of) =>
      answered(await clack.password({ ...terminal, message: `Password of ${of}` })) ?? '',
    confirm: async (message) => answered(await clack.confirm({ ...terminal, message })),
  };
}

function answered<Answer>(answer: Answer): Exclude<Answer, symbol> {
  if (clack.isCancel(answer)) throw new InterruptedError('left without writing anything');
  return answer as Exclude<Answer, symbol>;
}
