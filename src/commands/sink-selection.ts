import type { Argv } from 'yargs';
import { OPTION_GROUPS } from './option-groups.ts';
import { didYouMean } from '../config/nearest.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { SINK_KINDS, type SinkSpec } from '../sinks/open-sink.ts';
import type { SinkKind } from '../sinks/sink-kind.ts';

export interface SinkSelection {
  readonly sink: string | undefined;
  readonly output: string | undefined;
}

/** Adds `--sink` and `--output`: where the rows are. */
export function sinkOption<Options>(parser: Argv<Options>): Argv<Options & SinkSelection> {
  const kinds = SINK_KINDS.map(({ name, description }) => `${name} (${description})`).join(', ');
  const places = SINK_KINDS.flatMap(({ defaultPlace }) => defaultPlace ?? []);
  return parser
    .option('sink', {
      group: OPTION_GROUPS.where,
      type: 'string',
      requiresArg: true,
      describe: `What the extract-load fills: ${kinds}; or a URL such as ${SINK_KINDS[0].name}:FILE (default: SINK_URL, else ${SINK_KINDS[0].name})`,
    })
    .option('output', {
      group: OPTION_GROUPS.where,
      type: 'string',
      requiresArg: true,
      describe: `The file or folder (default: ${places.join(' or ')})`,
    });
}

/**
 * The sink that was asked for: `--sink`, else the environment's SINK_URL, else the fallback. A relative path is relative
 * to the project. Throws a UsageError for a kind or a place that there cannot be.
 */
export function selectedSink(
  { project, environment }: Pick<Context, 'project' | 'environment'>,
  { sink, output }: SinkSelection,
  fallback = SINK_KINDS[0].name,
): SinkSpec {
  const fromEnvironment = environment['SINK_URL'] ?? '';
  const asked = sink ?? (fromEnvironment === '' ? fallback : fromEnvironment);
  const [, scheme = asked, rest = ''] = /^([\w+]+):(.*)$/.exec(asked) ?? [];
  const kind = kindOf(scheme);
  if (rest !== '' && output !== undefined) {
    throw new UsageError(`both "${asked}" and --output say where the sink is`, {
      hint: 'leave one of them out',
    });
  }
  const place = rest === '' ? (output ?? kind.defaultPlace) : rest;
  if (place === null) {
    throw new UsageError(`--sink ${kind.name} needs a place`, { hint: `--sink ${kind.name}:…` });
  }
  return { kind: kind.name, location: kind.locate(place, project.directory), environment };
}

function kindOf(scheme: string): SinkKind {
  const kind = SINK_KINDS.find(({ name, schemes }) => name === scheme || schemes.includes(scheme));
  if (kind !== undefined) return kind;
  const names = SINK_KINDS.map(({ name }) => name);
  throw new UsageError(`there is no sink "${scheme}"`, { hint: didYouMean(scheme, names, 'sinks') });
}
