import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import type { GitHubRequest } from './github-recorder.ts';

/** What is wrong with a request, by GitHub's own description. */
export interface OpenApiProblem {
  /** The number of the request in the record. */
  readonly request: number;
  /** `METHOD /path/{template}`, or the plain path when there is no such operation. */
  readonly operation: string;
  readonly problem: string;
}

/** What is looked at of a request. */
type CheckedRequest = Pick<GitHubRequest, 'number' | 'kind' | 'method' | 'path' | 'query' | 'body'>;

type Json = Readonly<Record<string, unknown>>;

interface Operation {
  readonly name: string;
  /** Path parameters by name, decoded. */
  readonly pathValues: Json;
  readonly parameters: readonly Json[];
  readonly bodySchema: Json | undefined;
  readonly isBodyRequired: boolean;
}

interface Validator {
  compile(schema: Json): ((value: unknown) => boolean) & {
    readonly errors?: readonly { readonly instancePath: string; readonly message?: string }[] | null;
  };
}

const HOME = path.resolve(import.meta.dirname, '../openapi');
const DESCRIPTION = path.join(HOME, 'node_modules/@octokit/openapi/generated/api.github.com.json');
const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete']);
/** GitHub takes slashes in these, though OpenAPI has no way to say so. */
const WITH_SLASHES = new Set(['ref', 'path', 'basehead', 'branch']);

/** Whether `npm run openapi:install` was run. */
export const isOpenApiInstalled = existsSync(DESCRIPTION);

/** Operations that requests of the API are, each once, in the order of the alphabet; those that are none are left out. */
export function operationsOf(requests: readonly CheckedRequest[]): readonly string[] {
  const description = readDescription();
  const names = requests
    .filter(({ kind }) => kind === 'api')
    .flatMap((request) => findOperation(description, request)?.name ?? []);
  return [...new Set(names)].toSorted();
}

/** Hold every request of the API against GitHub's description: operation, parameters, body. Empty when all is well. */
export function validateAgainstOpenApi(requests: readonly CheckedRequest[]): readonly OpenApiProblem[] {
  const description = readDescription();
  return requests
    .filter(({ kind }) => kind === 'api')
    .flatMap((request) => {
      const operation = findOperation(description, request);
      const named = operation?.name ?? `${request.method} ${request.path}`;
      const problems = operation === undefined ? ['there is no such operation'] : check(operation, request);
      return problems.map((problem) => ({ request: request.number, operation: named, problem }));
    });
}

function readDescription(): Json {
  const description: Json = JSON.parse(readFileSync(DESCRIPTION, 'utf8'));
  return description;
}

function check(operation: Operation, { query, body }: CheckedRequest): readonly string[] {
  const { bodySchema } = operation;
  return [
    ...checkParameters(operation, 'path', operation.pathValues),
    ...checkParameters(operation, 'query', query),
    ...(body === undefined && operation.isBodyRequired ? ['body: is required'] : []),
    ...(body !== undefined && bodySchema === undefined ? ['body: there should be none'] : []),
    ...(body === undefined || bodySchema === undefined ? [] : checkBody(bodySchema, body)),
  ];
}

function checkParameters(
  { parameters }: Operation,
  place: 'path' | 'query',
  values: Json,
): readonly string[] {
  const known = parameters.filter((parameter) => parameter['in'] === place);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(known.map((one) => [one['name'], one['schema']])),
    required: known.filter((one) => one['required'] === true).map((one) => one['name']),
  };
  const unknown = Object.keys(values).filter((name) => !known.some((one) => one['name'] === name));
  return [
    ...validate(schema, { ...values }, { coerceTypes: true }).map((text) => `${place}${text}`),
    ...unknown.map((name) => `${place}/${name}: is not known`),
  ];
}

function checkBody(schema: Json, body: unknown): readonly string[] {
  return [
    ...validate(schema, body, {}).map((text) => `body${text}`),
    ...unknownProperties([schema], body, 'body').map((place) => `${place}: is not known`),
  ];
}

function validate(schema: Json, value: unknown, options: Json): readonly string[] {
  const test = ajv({ strict: false, allErrors: true, validateFormats: false, ...options }).compile(schema);
  if (test(value)) return [];
  return (test.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

/** The validator is installed beside the description. */
function ajv(options: Json): Validator {
  const load: (name: string) => { readonly Ajv: new (options: Json) => Validator } = createRequire(
    path.join(HOME, 'package.json'),
  );
  return new (load('ajv').Ajv)(options);
}

/** Places of a value that none of the schemas names. A schema without properties, or open to more, lets everything be. */
function unknownProperties(schemas: readonly Json[], value: unknown, place: string): readonly string[] {
  const branches = schemas.flatMap(withBranches);
  if (Array.isArray(value)) {
    const items = branches.flatMap((schema) => asJsons([schema['items']]));
    return value.flatMap((item, index) => unknownProperties(items, item, `${place}/${index}`));
  }
  const fields = asJson(value);
  const named = branches.flatMap((schema) => asJsons([schema['properties']]));
  const isOpen = named.length === 0 || branches.some((schema) => Boolean(schema['additionalProperties']));
  if (fields === undefined || isOpen) return [];
  return Object.entries(fields).flatMap(([name, inner]) => {
    const inside = named.flatMap((properties) => asJsons([properties[name]]));
    const at = `${place}/${name}`;
    return inside.length === 0 ? [at] : unknownProperties(inside, inner, at);
  });
}

function withBranches(schema: Json): readonly Json[] {
  const branches = ['oneOf', 'anyOf', 'allOf'].flatMap((key) => asJsons(schema[key]));
  return [schema, ...branches.flatMap(withBranches)];
}

/** The operation whose path fits, the one with the fewest parameters first. */
function findOperation(description: Json, request: CheckedRequest): Operation | undefined {
  const method = request.method.toLowerCase();
  if (!METHODS.has(method)) return undefined;
  const fitting = Object.entries(asJson(description['paths']) ?? {}).flatMap(([template, item]) => {
    const operation = asJson(asJson(item)?.[method]);
    const pathValues = matchTemplate(template, request.path);
    if (operation === undefined || pathValues === undefined) return [];
    return [{ template, pathValues, operation }];
  });
  const [best] = fitting.toSorted(
    (one, other) => Object.keys(one.pathValues).length - Object.keys(other.pathValues).length,
  );
  return best && readOperation(description, best, request.method);
}

function readOperation(
  description: Json,
  found: { readonly template: string; readonly pathValues: Json; readonly operation: Json },
  method: string,
): Operation {
  const { parameters, requestBody } = inline(description, found.operation);
  const body = asJson(requestBody);
  const content = asJson(asJson(body?.['content'])?.['application/json']);
  return {
    name: `${method} ${found.template}`,
    pathValues: found.pathValues,
    parameters: asJsons(parameters),
    bodySchema: asJson(content?.['schema']),
    isBodyRequired: body?.['required'] === true,
  };
}

function matchTemplate(template: string, asked: string): Json | undefined {
  const names = [...template.matchAll(/\{([^}]+)\}/gu)].map(([, name = '']) => name);
  const pattern = template
    .replaceAll(/[.+?$()]/gu, String.raw`\$&`)
    .replaceAll(/\{([^}]+)\}/gu, (_all, name) => (WITH_SLASHES.has(String(name)) ? '(.+)' : '([^/]+)'));
  const match = new RegExp(`^${pattern}$`, 'u').exec(asked);
  if (match === null) return undefined;
  return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]));
}

/** The part of an operation that requests are held against, with all references followed. */
function inline(description: Json, { parameters, requestBody }: Json): Json {
  return asJson(follow(description, { parameters, requestBody })) ?? {};
}

function follow(description: Json, node: unknown): unknown {
  if (Array.isArray(node)) return node.map((item) => follow(description, item));
  const fields = asJson(node);
  if (fields === undefined) return node;
  const { $ref: reference, nullable, ...rest } = fields;
  if (typeof reference === 'string') return follow(description, lookUp(description, reference));
  const entries = Object.entries(rest).map(([name, value]) => [name, follow(description, value)]);
  const followed: Json = Object.fromEntries(entries);
  // `nullable` is OpenAPI's; in JSON Schema it is one of two.
  return nullable === true ? { anyOf: [followed, { type: 'null' }] } : followed;
}

function lookUp(description: Json, reference: string): unknown {
  const steps = reference.split('/').slice(1);
  return steps.reduce<unknown>((node, step) => asJson(node)?.[step], description);
}

function asJson(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function asJsons(value: unknown): readonly Json[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.map(asJson).filter((item) => item !== undefined);
}
