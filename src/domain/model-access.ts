/** Request formats of models that a gateway can pass on. */
export type ModelProtocol = 'openai_responses' | 'openai_chat' | 'anthropic_messages' | 'gemini';

/** Where a model is and what it takes to be let in; the key never enters a sandbox that has a gateway. */
export interface ModelAccess {
  readonly protocol: ModelProtocol;
  /** What the agent's requests are relative to, such as `https://api.openai.com/v1`; no slash at its end. */
  readonly baseUrl: string;
  /** `undefined` where the model asks for none. */
  readonly key: string | undefined;
  /** US dollars for a million tokens; `undefined` where nobody knows. */
  readonly price: ModelPrice | undefined;
}

/** US dollars for a million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly cachedInput: number;
  readonly output: number;
}

/** Where OpenAI's formats put their version: it belongs to the base URL, others put it into each path. */
const BASE_PATHS: Readonly<Record<ModelProtocol, string>> = {
  openai_responses: '/v1',
  openai_chat: '/v1',
  anthropic_messages: '',
  gemini: '',
};

/** The base URL an agent uses when a gateway at `origin` stands for the model. */
export function modelUrlAt(origin: string, protocol: ModelProtocol): string {
  return `${origin}${BASE_PATHS[protocol]}`;
}
