import { describe, expect, it } from 'vitest';

import { readSettings } from './read-settings.ts';

function read(env: Readonly<Record<string, string>>) {
  return readSettings({ env, directory: '/nowhere' }).docker;
}

describe('the settings of job containers', () => {
  it('have defaults', () => {
    expect(read({})).toEqual({
      socketPath: '/var/run/docker.sock',
      isProduction: false,
      image: undefined,
      runtime: undefined,
      memoryBytes: 2_147_483_648,
      cpus: 2,
      processes: 512,
      workspaceBytes: 2_147_483_648,
      workspaceFiles: 500_000,
      egressAllow: [],
      gatewayNetwork: 'auto',
      budget: { requests: null, tokens: null, costUsd: null },
    });
  });

  it('are read', () => {
    const image = `registry.example/job@sha256:${'0'.repeat(64)}`;
    expect(
      read({
        DOCKER_HOST: 'unix:///run/user/1000/docker.sock',
        SPEC_AUTOMATION_PROFILE: 'production',
        SPEC_AUTOMATION_JOB_IMAGE: image,
        SPEC_AUTOMATION_CONTAINER_RUNTIME: 'runsc',
        SPEC_AUTOMATION_CONTAINER_MEMORY_BYTES: '1073741824',
        SPEC_AUTOMATION_CONTAINER_CPUS: '0.5',
        SPEC_AUTOMATION_CONTAINER_PROCESSES: '100',
        SPEC_AUTOMATION_WORKSPACE_MAX_BYTES: '1048576',
        SPEC_AUTOMATION_WORKSPACE_MAX_FILES: '1000',
        SPEC_AUTOMATION_EGRESS_ALLOW: 'registry.npmjs.org, .example.com',
        SPEC_AUTOMATION_GATEWAY_NETWORK: 'egress',
        SPEC_AUTOMATION_MAX_MODEL_REQUESTS: '50',
        SPEC_AUTOMATION_MAX_TOKENS: '1000000',
        SPEC_AUTOMATION_MAX_COST_USD: '2.5',
      }),
    ).toEqual({
      socketPath: '/run/user/1000/docker.sock',
      isProduction: true,
      image,
      runtime: 'runsc',
      memoryBytes: 1_073_741_824,
      cpus: 0.5,
      processes: 100,
      workspaceBytes: 1_048_576,
      workspaceFiles: 1000,
      egressAllow: ['registry.npmjs.org', '.example.com'],
      gatewayNetwork: 'egress',
      budget: { requests: 50, tokens: 1_000_000, costUsd: 2.5 },
    });
  });

  it.each([
    ['DOCKER_HOST', 'tcp://127.0.0.1:2375', /unix:/u],
    ['SPEC_AUTOMATION_PROFILE', 'prod', /development or production/u],
    ['SPEC_AUTOMATION_CONTAINER_RUNTIME', '--privileged', /letters/u],
    ['SPEC_AUTOMATION_CONTAINER_CPUS', '0', /above 0/u],
    ['SPEC_AUTOMATION_CONTAINER_MEMORY_BYTES', '1', /whole number/u],
    ['SPEC_AUTOMATION_MAX_COST_USD', '-1', /above 0/u],
    ['SPEC_AUTOMATION_MAX_TOKENS', 'many', /whole number/u],
  ])('refuse %s=%s', (name, value, problem) => {
    expect(() => read({ [name]: value })).toThrow(problem);
  });
});
