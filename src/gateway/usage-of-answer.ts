import type { ModelProtocol } from '../domain/model-access.ts';
import { lineSplitter } from '../lib/line-splitter.ts';

/** Tokens of one call; those read from a cache are part of the input. */
export interface TokenUsage {
  readonly input: number;
  readonly cachedInput: number;
  readonly output: number;
}

/** Reads along while an answer passes. */
export interface UsageReader {
  push(chunk: Uint8Array): void;
  /** What the answer told; `undefined` when it told nothing we know. */
  end(): TokenUsage | undefined;
}

const LINE_MAX_CHARS = 1024 * 1024;
/** An answer that is one document is read only up to here. */
const DOCUMENT_MAX_BYTES = 4 * 1024 * 1024;

type Found = Partial<TokenUsage>;
type Json = Readonly<Record<string, unknown>>;

/** Where each format tells tokens, in an event of a stream or in a whole answer. */
const FINDERS: Readonly<Record<ModelProtocol, (message: Json) => Found>> = {
  openai_responses: (message) => {
    const usage = object(object(message['response'])['usage'] ?? message['usage']);
    return {
      ...counted('input', usage['input_tokens']),
      ...counted('cachedInput', object(usage['input_tokens_details'])['cached_tokens']),
      ...counted('output', usage['output_tokens']),
    };
  },
  openai_chat: (message) => {
    const usage = object(message['usage']);
    return {
      ...counted('input', usage['prompt_tokens']),
      ...counted('cachedInput', object(usage['prompt_tokens_details'])['cached_tokens']),
      ...counted('output', usage['completion_tokens']),
    };
  },
  anthropic_messages: (message) => {
    const usage = object(object(message['message'])['usage'] ?? message['usage']);
    // Its `input_tokens` are only those that no cache was asked for.
    const parts = ['input_tokens', 'cache_creation_input_tokens', 'cache_read_input_tokens'];
    const input = usage['input_tokens'] === undefined ? undefined : sum(usage, parts);
    return {
      ...counted('input', input),
      ...counted('cachedInput', usage['cache_read_input_tokens']),
      ...counted('output', usage['output_tokens']),
    };
  },
  gemini: (message) => {
    const usage = object(message['usageMetadata']);
    if (usage['promptTokenCount'] === undefined) return {};
    return {
      ...counted('input', sum(usage, ['promptTokenCount', 'toolUsePromptTokenCount'])),
      ...counted('cachedInput', usage['cachedContentTokenCount']),
      ...counted('output', sum(usage, ['candidatesTokenCount', 'thoughtsTokenCount'])),
    };
  },
};

/** Start reading an answer of a format; memory is bounded, whatever comes. */
export function usageReader(protocol: ModelProtocol, contentType: string): UsageReader {
  const found: { -readonly [Name in keyof Found]: Found[Name] } = {};
  const take = (message: unknown) => {
    for (const each of Array.isArray(message) ? message : [message])
      Object.assign(found, FINDERS[protocol](object(each)));
  };
  const reader = /^text\/event-stream\b/iu.test(contentType) ? eventReader(take) : documentReader(take);
  return {
    push: (chunk) => reader.push(chunk),
    end() {
      reader.end();
      const { input, cachedInput = 0, output } = found;
      return input === undefined && output === undefined
        ? undefined
        : { input: input ?? 0, cachedInput: Math.min(cachedInput, input ?? 0), output: output ?? 0 };
    },
  };
}

interface Reader {
  push(chunk: Uint8Array): void;
  end(): void;
}

function eventReader(take: (message: unknown) => void): Reader {
  return lineSplitter(LINE_MAX_CHARS, (line) => {
    if (line.startsWith('data:')) take(parsed(line.slice('data:'.length)));
  });
}

function documentReader(take: (message: unknown) => void): Reader {
  const chunks: Uint8Array[] = [];
  let length = 0;
  return {
    push(chunk) {
      length += chunk.length;
      if (length <= DOCUMENT_MAX_BYTES) chunks.push(chunk);
      else chunks.length = 0;
    },
    end: () => take(parsed(Buffer.concat(chunks).toString())),
  };
}

function parsed(text: string): unknown {
  // Only what may hold a figure: most events of a stream are words.
  if (!/usage/iu.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function sum(from: Json, names: readonly string[]): number {
  return names.reduce((total, name) => total + (isCount(from[name]) ? from[name] : 0), 0);
}

function counted(name: keyof TokenUsage, value: unknown): Found {
  return isCount(value) ? { [name]: value } : {};
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
