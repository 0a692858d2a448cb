/** The sample repository of `spec-automation demo`: a small TypeScript service, by path. */
export const DEMO_FILES: Readonly<Record<string, string>> = {
  'README.md': `# Lending library

Keeps track of books, borrowers and loans for a small public library.
`,
  'package.json': `{
  "name": "lending-library",
  "version": "1.4.0",
  "type": "module",
  "engines": { "node": ">=24" },
  "scripts": { "start": "node src/server.ts", "test": "node --test" },
  "dependencies": { "fastify": "5.6.1", "pg": "8.16.3" }
}
`,
  'src/server.ts': `import fastify from 'fastify';

import { loanRoutes } from './loans/loan-routes.ts';

const app = fastify();
app.register(loanRoutes, { prefix: '/loans' });
await app.listen({ port: 3000 });
`,
  'src/loans/loan.ts': `/** A book lent to somebody. */
export interface Loan {
  readonly id: string;
  readonly bookId: string;
  readonly borrowerId: string;
  readonly dueOn: string;
  readonly returnedOn: string | null;
}

export function isOverdue(loan: Loan, today: string): boolean {
  return loan.returnedOn === null && loan.dueOn < today;
}
`,
  'src/loans/loan-routes.ts': `import type { FastifyInstance } from 'fastify';

export async function loanRoutes(app: FastifyInstance): Promise<void> {
  app.get('/', async () => []);
}
`,
  'src/borrowers/borrower.ts': `/** Somebody who may borrow books. */
export interface Borrower {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}
`,
  'test/loan.test.ts': `import assert from 'node:assert/strict';
import test from 'node:test';

import { isOverdue } from '../src/loans/loan.ts';

const loan = { id: '1', bookId: '2', borrowerId: '3', dueOn: '2026-01-10', returnedOn: null };

test('a loan is overdue from the day after it is due', () => {
  assert.equal(isOverdue(loan, '2026-01-10'), false);
  assert.equal(isOverdue(loan, '2026-01-11'), true);
});
`,
};
