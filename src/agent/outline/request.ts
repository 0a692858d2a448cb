import { z } from 'zod';

/** What the outline program gets on standard input: one JSON document. */
export const OutlineRequest = z.strictObject({
  command: z.enum(['specify', 'plan', 'tasks']),
  specText: z.string().refine((text) => text.trim() !== '', 'the spec text is blank'),
  requestedOn: z.string().regex(/^\d{4}-\d{2}-\d{2}$/u, 'expected YYYY-MM-DD'),
  featureDirectory: z
    .string()
    .regex(/^specs\/[^/\\\0]+$/u, 'expected specs/<folder>')
    .refine((path) => path !== 'specs/..' && path !== 'specs/.', 'expected specs/<folder>'),
  branchName: z.string().min(1),
  clarifications: z.array(z.object({ question: z.string(), answer: z.string().nullable() })),
  notes: z.string().nullable(),
});
export type OutlineRequest = z.infer<typeof OutlineRequest>;
