import { randomInt } from 'node:crypto';

import { createRedactor } from '../src/domain/redaction/create-redactor.ts';
import type { Redactor } from '../src/domain/redaction/redactor.ts';
import {
  leaks,
  TOKEN_KINDS,
  TRANSFORMS,
  type TokenKind,
  type Transform,
} from '../tests/support/secret-transforms.ts';
import { MEGABYTE, measureSpeed, PIECE_BYTES, readCorpus } from './redactor-speed.ts';
import type { Proof, ProofOptions, ProofResult } from './proof.ts';

const MASK = '***REDACTED***';
const ROUNDS = 20;
const CUTS_PER_SECRET = 50;
const LEAST_MASKED = 30;
const LEAST_MB_PER_S = 50;

/** Masks what it knows in every form, whatever the cuts; nothing else; and fast. */
export const redactorProof: Proof = {
  name: 'redactor',
  claim:
    'At least 30 of 31 ways a token can be printed are masked for five kinds of tokens, however the output is cut; no ordinary text is masked; at 50 MB/s or more.',
  run: prove,
};

async function prove({ isQuick, say }: ProofOptions): Promise<ProofResult> {
  const corpus = readCorpus((isQuick ? 10 : 60) * MEGABYTE);
  say(`corpus of ${(corpus.bytes.length / MEGABYTE).toFixed(1)} MB in ${corpus.files} files`);
  // First, as in a process that does nothing else.
  const sample = corpus.bytes.subarray(0, 20 * MEGABYTE);
  const [known, none] = [measureSpeed(sample, 5), measureSpeed(sample, 0)];
  const matrix = TRANSFORMS.map((transform) => ({
    transform,
    masked: TOKEN_KINDS.map((kind) => isMasked(transform, kind, redactWell)),
    naive: TOKEN_KINDS.filter((kind) => isMasked(transform, kind, redactNaively)).length,
  }));
  const counts = TOKEN_KINDS.map((_, index) => matrix.filter(({ masked }) => masked[index]).length);
  say(`masked ${counts.join(', ')} of ${TRANSFORMS.length}`);
  const fuzz = fuzzCuts(isQuick ? 5_000 : 200_000, say);
  const falseMasks = countFalseMasks(corpus.bytes);
  const caught = counts.every((count) => count >= LEAST_MASKED);
  return {
    tables: [
      {
        title: 'Transforms (a naive redactor replaces the value itself, piece by piece)',
        header: ['TRANSFORM', ...TOKEN_KINDS.map(({ name }) => name), 'NAIVE'],
        rows: [
          ...matrix.map(({ transform, masked, naive }) => [
            transform.name,
            ...masked.map((each) => (each ? 'masked' : 'SEEN')),
            `${naive} of ${TOKEN_KINDS.length}`,
          ]),
          ['masked of all', ...counts.map((count) => `${count} of ${TRANSFORMS.length}`), ''],
        ],
      },
    ],
    figures: [
      `${fuzz.cases} random cuts: ${fuzz.leaked} let eight characters through (the naive redactor: ${fuzz.naive})`,
      `${(corpus.bytes.length / MEGABYTE).toFixed(1)} MB of this project and its dependencies with five random secrets: ${falseMasks.registered} false masks; ${falseMasks.provider} tokens of providers' forms in it (examples in documentation)`,
      `${known.best.toFixed(0)} MB/s with five secrets (median ${known.median.toFixed(0)}), ${none.best.toFixed(0)} MB/s with none (best of seven rounds, ${PIECE_BYTES / 1024} KiB pieces, processor time)`,
    ],
    shortfalls: [
      ...(caught ? [] : [`masked ${counts.join(', ')}, at least ${LEAST_MASKED} expected`]),
      ...(fuzz.leaked > 0 ? [`${fuzz.leaked} cuts let a secret through`] : []),
      ...(fuzz.naive === 0 ? ['the naive redactor was not caught, so the check sees nothing'] : []),
      ...(falseMasks.registered > 0 ? [`${falseMasks.registered} false masks`] : []),
      ...(known.best < LEAST_MB_PER_S
        ? [`${known.best.toFixed(0)} MB/s, at least ${LEAST_MB_PER_S} expected`]
        : []),
    ],
  };
}

type Redact = (secret: string, pieces: readonly Uint8Array[]) => Buffer;

const redactWell: Redact = (secret, pieces) => passThrough(createRedactor([secret]), pieces);

function passThrough(redactor: Redactor, pieces: readonly Uint8Array[]): Buffer {
  const stream = redactor.stream();
  return Buffer.concat([...pieces.map((piece) => stream.write(piece)), stream.end()]);
}

const redactNaively: Redact = (secret, pieces) =>
  Buffer.concat(
    pieces.map((piece) =>
      Buffer.from(Buffer.from(piece).toString('latin1').replaceAll(secret, MASK), 'latin1'),
    ),
  );

/** In every one of some rounds with fresh tokens, each whole and cut in two. */
function isMasked({ apply }: Transform, { prefix, make }: TokenKind, redact: Redact): boolean {
  return Array.from({ length: ROUNDS }, (_, round) => {
    const secret = make();
    const transformed = apply(secret);
    const input = Buffer.concat([Buffer.from('value: '), transformed, Buffer.from(' end\n')]);
    const place = round === 0 ? 0 : randomInt(input.length);
    const output = redact(secret, [input.subarray(0, place), input.subarray(place)]);
    const ordinary = apply(prefix + make().slice(prefix.length));
    return !leaks(output, { transformed, ordinary, length: secret.length });
  }).every(Boolean);
}

/** Every secret in many texts, each cut at random. */
function fuzzCuts(cases: number, say: ProofOptions['say']): Record<'cases' | 'leaked' | 'naive', number> {
  const counts = { cases: 0, leaked: 0, naive: 0 };
  while (counts.cases < cases) {
    const alphabet = 'abcdefgh'.slice(0, randomInt(2, 9));
    const letters = (length: number) =>
      Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
    // Of letters only, a short one would be no secret.
    const secret = `${letters(randomInt(11, 30))}!`;
    const redactor = createRedactor([secret]);
    for (let cut = 0; cut < CUTS_PER_SECRET; cut += 1) {
      const input = letters(randomInt(40)) + secret + secret.slice(0, -1) + secret + letters(randomInt(40));
      const pieces = cutAtRandom(Buffer.from(input));
      if (survives(passThrough(redactor, pieces).toString(), secret)) counts.leaked += 1;
      if (survives(redactNaively(secret, pieces).toString(), secret)) counts.naive += 1;
      counts.cases += 1;
    }
    if (counts.cases % 50_000 === 0) say(`${counts.cases} cuts`);
  }
  return counts;
}

function cutAtRandom(input: Buffer): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < input.length;) {
    const length = randomInt(1, 24);
    pieces.push(input.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

function survives(text: string, secret: string): boolean {
  for (let at = 0; at + 8 <= secret.length; at += 1) {
    const part = secret.slice(at, at + 8);
    if (new Set(part).size > 1 && text.includes(part)) return true;
  }
  return false;
}

function countFalseMasks(bytes: Buffer): Record<'registered' | 'provider', number> {
  const redactor = createRedactor(TOKEN_KINDS.map(({ make }) => make()));
  const counts = { registered: 0, provider: 0 };
  for (let at = 0; at < bytes.length; at += MEGABYTE)
    for (const { kind } of redactor.find(bytes.subarray(at, at + MEGABYTE)))
      counts[kind === 'registered' ? 'registered' : 'provider'] += 1;
  return counts;
}
