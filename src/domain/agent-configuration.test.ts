import { describe, expect, it } from 'vitest';

import { agentConfigurationOf, isAgentConfiguration } from './agent-configuration.ts';

describe('agent configuration', () => {
  it.each([
    '.codex/config.toml',
    '.codex',
    '.claude/settings.json',
    '.claude/hooks/before.sh',
    '.CLAUDE/settings.json',
    'packages/app/.claude/settings.local.json',
    '.gemini/settings.json',
    'opencode.json',
    'opencode.jsonc',
    '.opencode/plugin/x.ts',
    '.mcp.json',
    '.vscode/tasks.json',
    '.cursor/mcp.json',
    '.agents/skills/evil/SKILL.md',
    '.aider.conf.yml',
    '.env',
    '.env.local',
    'app/.env.production',
    '.envrc',
    '.github/hooks/speckit.json',
    '.github/agents/x.agent.md',
    '.git/hooks/pre-commit',
    'specs/001-x/.codex/config.toml',
  ])('is %s', (path) => expect(isAgentConfiguration(path)).toBe(true));

  it.each([
    'AGENTS.md',
    'CLAUDE.md',
    'docs/AGENTS.md',
    'GEMINI.md',
    '.cursorrules',
    '.github/workflows/ci.yml',
    '.github/copilot-instructions.md',
    '.env.example',
    '.env.sample',
    '.environment',
    'env',
    'codex/config.toml',
    'src/opencode.json.ts',
    '.specify/scripts/bash/setup-plan.sh',
    '.specify/memory/constitution.md',
    '.git/config',
    'specs/001-x/spec.md',
  ])('is not %s', (path) => expect(isAgentConfiguration(path)).toBe(false));

  it('is told by what makes it so, once', () => {
    const paths = [
      'a.txt',
      'x/.claude/b/c',
      '.github/hooks/x',
      '.codex/config.toml',
      '.codex/hooks/.env',
      'x/.claude/d',
    ];
    expect(agentConfigurationOf(paths)).toEqual(['.codex', '.github/hooks', 'x/.claude']);
  });
});
