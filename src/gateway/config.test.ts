import { describe, expect, it } from 'vitest';

import { CONFIG_MAX_BYTES, parseGatewayConfig } from './config.ts';

const KEY = 'sk-proj-q7Xw2ZpL9vTn4RbYc8KdM3hJ';
const MODEL = {
  protocol: 'openai_responses',
  base_url: 'https://api.openai.com/v1/',
  key: KEY,
  price: { input: 1, cached_input: 0.5, output: 8 },
};
const WHOLE = {
  socket_path: '/run/gateway/gateway.sock',
  record_directory: '/var/records',
  model: MODEL,
  egress_allow: ['Example.COM', '.bücher.de'],
  limits: { requests: 5, tokens: null, cost_usd: 1.5 },
};
const parse = (document: unknown) => parseGatewayConfig(Buffer.from(JSON.stringify(document)));

describe('a configuration', () => {
  it('is read into names of ours', () => {
    expect(parse(WHOLE)).toEqual({
      socketPath: '/run/gateway/gateway.sock',
      recordDirectory: '/var/records',
      model: {
        protocol: 'openai_responses',
        baseUrl: 'https://api.openai.com/v1',
        key: KEY,
        price: { input: 1, cachedInput: 0.5, output: 8 },
      },
      egressAllow: ['example.com', '.xn--bcher-kva.de'],
      limits: { requests: 5, tokens: null, cost_usd: 1.5 },
      proxyEnv: {},
    });
    const proxy = { https: 'http://me:secret@proxy:3128', no: 'localhost' };
    expect(parse({ ...WHOLE, proxy }).proxyEnv).toEqual({ HTTPS_PROXY: proxy.https, NO_PROXY: proxy.no });
    expect(parse({ ...WHOLE, model: null }).model).toBeUndefined();
    expect(parse({ ...WHOLE, model: { ...MODEL, key: null } }).model?.key).toBeUndefined();
  });

  it.each([
    ['the document', [WHOLE]],
    ['the document', { ...WHOLE, more: 1 }],
    ['socket_path', { ...WHOLE, socket_path: 'relative.sock' }],
    ['record_directory', { ...WHOLE, record_directory: undefined }],
    ['model.protocol', { ...WHOLE, model: { ...MODEL, protocol: 'telnet' } }],
    ['model.base_url', { ...WHOLE, model: { ...MODEL, base_url: 'file:///x' } }],
    ['model.base_url', { ...WHOLE, model: { ...MODEL, base_url: `https://a:${KEY}@host` } }],
    ['model.base_url', { ...WHOLE, model: { ...MODEL, base_url: 'https://host/v1?key=x' } }],
    ['model.base_url', { ...WHOLE, model: { ...MODEL, base_url: 'https://host/v1#' } }],
    ['model.key', { ...WHOLE, model: { ...MODEL, key: `${KEY}\n` } }],
    ['model.price.output', { ...WHOLE, model: { ...MODEL, price: { ...MODEL.price, output: -1 } } }],
    ['egress_allow.1', { ...WHOLE, egress_allow: ['a.test', '*.b.test'] }],
    ['egress_allow.0', { ...WHOLE, egress_allow: ['10.0.0.1'] }],
    ['limits.requests', { ...WHOLE, limits: { ...WHOLE.limits, requests: 1.5 } }],
    ['limits.cost_usd', { ...WHOLE, model: { ...MODEL, price: null } }],
  ])('is refused for %s', (field, document) => {
    expect(() => parse(document)).toThrow(
      expect.objectContaining({
        code: 'gateway_config_invalid',
        message: expect.stringContaining(` ${field}: `),
      }),
    );
    expect(() => parse(document)).not.toThrow(KEY.slice(8));
  });

  it('is no text, and no more than a megabyte', () => {
    expect(() => parseGatewayConfig(Buffer.from(`{"key": "${KEY}" oops`))).toThrow('not one JSON document');
    expect(() => parseGatewayConfig(Buffer.alloc(CONFIG_MAX_BYTES + 1, ' '))).toThrow('more than');
  });
});
