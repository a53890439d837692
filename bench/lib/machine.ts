import { availableParallelism, platform, totalmem } from 'node:os';

/** The machine as far as it explains the figures. */
export function describeMachine(servers: readonly string[]): string {
  const memory = `${Math.ceil(totalmem() / 2 ** 30)} GiB of memory`;
  const software = [...servers, `Node ${process.versions.node}`].join(', ');
  return `${availableParallelism()} cores shared with the server, ${memory}, ${platform()}; ${software}`;
}
