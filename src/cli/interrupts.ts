import { EXIT, type CliContext } from './cli-context.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Turn interrupts into a polite request: the first calls `onInterrupt`, the second ends the process at once. An agent that
 * was asked to stop by then is killed by its supervisor.
 */
export function interruptHandler(host: NodeJS.Process): CliContext['interceptInterrupt'] {
  return (onInterrupt) => {
    let count = 0;
    const listener = () => {
      count += 1;
      if (count > 1) host.exit(EXIT.cancelled);
      onInterrupt();
    };
    for (const signal of SIGNALS) host.on(signal, listener);
    return () => {
      for (const signal of SIGNALS) host.off(signal, listener);
    };
  };
}
