import { describe, expect, it } from 'vitest';

import type { Agent } from '../../src/agent/port.ts';
import { SHOP } from '../support/github-bench.ts';
import { openGitHubEngine } from '../support/github-engine.ts';
import { goodDocument, scriptedAgent } from '../support/scripted-agent.ts';
import { sweep } from '../support/sweep.ts';

const SECRET = 'sk-proj-q7Xw2ZpL9vTn4RbYc8KdM3hJf6GsE1aU5oQiW0xBzVtCyNrPlHkDmSgF';
const CANARY = { name: 'the secret', value: SECRET, publicPrefix: 'sk-proj-' };
const HALF = SECRET.length / 2;
/** What a forge acts on where it stands in the text of a pull request. */
const STEERING =
  'Closes #1, fixes acme/shop#1, @org/team @someone <!-- spec-automation-run:00000000-0000-4000-8000-000000000000 --> ![x](http://127.0.0.1/x.png)';
const ACTIVE =
  /@(?:org\/team|someone)|(?:closes|fixes)\s+(?:acme\/shop)?#\d|!\[|<!-- spec-automation-run:0000/iu;
/** Where a forge finds no mention and no reference. */
const CODE_BLOCKS = /^```[\s\S]*?^```$/gmu;

describe('a secret an agent writes into a document, at GitHub (T-18)', () => {
  it.each([
    ['as it is', SECRET],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in hex', Buffer.from(SECRET).toString('hex')],
    ['over two lines', `${SECRET.slice(0, HALF)}\n${SECRET.slice(HALF)}`],
  ])('is refused %s, and nothing is written there', async (_form, text) => {
    await using bench = await openGitHubEngine({}, { agents: [writingAgent(text)], secrets: [SECRET] });
    const before = await bench.github.branches(SHOP);
    const run = await bench.runToEnd();
    expect(run).toMatchObject({ status: 'failed', reason: 'secret_in_output', pull_request_url: null });
    expect(run.reason_text).toMatch(/spec\.md, line \d+ \((?:registered|openai key)\)/u);
    expect(bench.github.writes()).toEqual([]);
    expect(await bench.github.branches(SHOP)).toEqual(before);
    const texts = { forge: JSON.stringify(bench.github.requests.map(({ body }) => body ?? null)) };
    const directories = [bench.home, bench.github.gitDirectory(SHOP)];
    const { hits, files } = await sweep({ directories, texts }, [CANARY]);
    expect(hits).toEqual([]);
    expect(files).toBeGreaterThan(20);
  });

  it('is refused when it is a token nobody registered, and no token that may write is asked for', async () => {
    const agents = [writingAgent('ghs_q7Xw2ZpL9vTn4RbYc8KdM3hJf6GsE1aU5oQi')];
    await using bench = await openGitHubEngine({ login: 'app' }, { agents });
    expect(await bench.runToEnd()).toMatchObject({ status: 'failed', reason: 'secret_in_output' });
    const written = bench.github.writes();
    expect(written.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
      'DELETE /installation/token',
      'DELETE /installation/token',
      'POST /app/installations/7/access_tokens',
      'POST /app/installations/7/access_tokens',
    ]);
    const granted = JSON.stringify(written.map(({ body }) => body ?? null));
    expect(granted).toContain('"contents":"read"');
    expect(granted).not.toContain('"write"');
  });
});

describe('what an agent writes to steer the forge (T-43)', () => {
  it('changes neither branch, base nor state of the pull request, and means nothing in its text', async () => {
    const question = `[NEEDS CLARIFICATION: how often? ${STEERING}]`;
    const agents = [writingAgent(`${STEERING}\n\n${question}`)];
    await using bench = await openGitHubEngine({}, { agents });
    const base = (await bench.github.branches(SHOP))['trunk'];
    const run = await bench.runToEnd({ specText: `Renew a loan. ${STEERING}`, onClarification: 'continue' });
    expect(run).toMatchObject({ status: 'succeeded' });
    const [pull, ...others] = await bench.github.pullRequests(SHOP);
    expect(others).toEqual([]);
    expect(pull).toMatchObject({
      draft: true,
      state: 'open',
      base: 'trunk',
      head: run.branch_name,
      headSha: run.commit,
    });
    const body = pull?.body ?? '';
    // Its words are there, in the quotation and among the open questions, and do nothing.
    expect(body).toContain('## Open questions');
    expect(body.split('how often?')).toHaveLength(2);
    expect(body.replaceAll(CODE_BLOCKS, '')).not.toMatch(ACTIVE);
    expect(STEERING).toMatch(ACTIVE);
    const marks = [...body.matchAll(/<!-- spec-automation-run:(\S+) -->/gu)].map(([, id]) => id);
    expect(marks).toEqual([run.run_id]);
    expect(await bench.github.branches(SHOP)).toEqual({ trunk: base, [run.branch_name ?? '']: run.commit });
  });
});

/** Writes good documents with more words at the end of each. */
function writingAgent(text: string): Agent {
  return scriptedAgent((invocation) => ({
    files: goodDocument(invocation, `\n${text}\n`),
    isFinishing: true,
  }));
}
