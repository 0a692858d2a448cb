import { inProcessQueue } from '../../src/queue/in-process-queue.ts';
import { queueContract } from './queue-contract.ts';

queueContract('this process', () => Promise.resolve(inProcessQueue()));
