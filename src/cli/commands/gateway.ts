import { openGateway } from '../../compose.ts';
import { EXIT, type CommandAction } from '../cli-context.ts';

/** One more than a configuration may have, so that a longer one is told from one that fits. */
const DOCUMENT_MAX_BYTES = 1_000_001;

/** `gateway`: be the way out of a sealed container until somebody interrupts. */
export const gateway: CommandAction<object> = async (context) => {
  const document = await context.readStdin(DOCUMENT_MAX_BYTES);
  const opened = await openGateway(context.settings(), document);
  const { promise: isInterrupted, resolve } = Promise.withResolvers<void>();
  const release = context.interceptInterrupt(resolve);
  context.printJson({ ready: true }, 0);
  await isInterrupted;
  release();
  await opened.close();
  return EXIT.ok;
};
