import { describeHolder } from '../databases/pool-checkouts.ts';
import type { CloseReason, PoolListener } from '../databases/pool-events.ts';
import type { Logger } from './logger.ts';

/** Reasons that a healthy server and network do not give. */
const UNEXPECTED: ReadonlySet<CloseReason> = new Set(['dead', 'ping-failed', 'invalidated']);

/**
 * Logs what happens in a pool. A failure that its caller gets as an error is no more than `info`: whoever reports that
 * error decides how loud it is.
 */
export function poolLog(logger: Logger): PoolListener {
  return (event) => {
    switch (event.kind) {
      case 'connected':
        logger.debug(event, 'connection opened');
        break;
      case 'connect-failed':
        logger.info(event, 'connection could not be opened');
        break;
      case 'acquired':
        logger.trace(event, 'connection taken');
        break;
      case 'acquire-failed':
        logger.info(event, 'no connection for a caller');
        break;
      case 'released':
        logger.trace(event, 'connection returned');
        break;
      case 'closed':
        logger[UNEXPECTED.has(event.reason) ? 'info' : 'debug'](event, 'connection closed');
        break;
      case 'held-long':
        logger.warn(event, `connection held for long: ${describeHolder(event.holder)}`);
        break;
      case 'leaked':
        logger.warn(event, `connection not returned: ${describeHolder(event.holder)}`);
        break;
    }
  };
}
