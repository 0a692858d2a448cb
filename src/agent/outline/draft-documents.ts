import type { SpecKitCommand } from '../../domain/phases.ts';
import { contractDocuments } from './contracts-document.ts';
import { dataModelDocument } from './data-model-document.ts';
import { planContext, type PlanContext } from './plan-context.ts';
import { planDocument } from './plan-document.ts';
import { quickstartDocument } from './quickstart-document.ts';
import { readSpecDocument } from './read-documents.ts';
import { readSpec } from './read-spec.ts';
import type { RepositoryFacts } from './repository.ts';
import type { OutlineRequest } from './request.ts';
import { requirementsChecklist } from './requirements-checklist.ts';
import { researchDocument } from './research-document.ts';
import { specDocument } from './spec-document.ts';
import { tasksDocument } from './tasks-document.ts';
import type { DraftedDocument } from './write-documents.ts';

/** What a draft is made from beside the request. */
export interface DraftSources {
  readonly repository: RepositoryFacts;
  /** The text of a document of the working copy; `null` when it is not there. */
  readonly readDocument: (path: string) => string | null;
}

type Drafter = (request: OutlineRequest, sources: DraftSources) => readonly DraftedDocument[];

const DRAFTERS: Readonly<Record<SpecKitCommand, Drafter>> = {
  specify: draftSpecification,
  plan: draftPlan,
  tasks: draftTasks,
};

/** The documents of one phase, with their paths from the root of the repository. Reads what earlier phases left on disk. */
export function draftDocuments(request: OutlineRequest, sources: DraftSources): readonly DraftedDocument[] {
  return DRAFTERS[request.command](request, sources).map(({ path, content }) => ({
    path: `${request.featureDirectory}/${path}`,
    content,
  }));
}

function draftSpecification(request: OutlineRequest): readonly DraftedDocument[] {
  const reading = readSpec(request);
  return [
    { path: 'spec.md', content: specDocument(reading, request) },
    { path: 'checklists/requirements.md', content: requirementsChecklist(reading, request.requestedOn) },
  ];
}

function draftPlan(request: OutlineRequest, sources: DraftSources): readonly DraftedDocument[] {
  const context = contextOf(request, sources);
  const contracts = contractDocuments(context);
  return [
    {
      path: 'plan.md',
      content: planDocument(
        context,
        contracts.map(({ path }) => path),
      ),
    },
    { path: 'research.md', content: researchDocument(context) },
    { path: 'data-model.md', content: dataModelDocument(context) },
    ...contracts,
    { path: 'quickstart.md', content: quickstartDocument(context) },
  ];
}

function draftTasks(request: OutlineRequest, sources: DraftSources): readonly DraftedDocument[] {
  const plan = sources.readDocument(`${request.featureDirectory}/plan.md`);
  if (plan === null)
    throw new Error(`${request.featureDirectory}/plan.md is missing: the plan has to be written first`);
  return [{ path: 'tasks.md', content: tasksDocument(contextOf(request, sources), plan) }];
}

function contextOf(request: OutlineRequest, sources: DraftSources): PlanContext {
  const specPath = `${request.featureDirectory}/spec.md`;
  const spec = sources.readDocument(specPath);
  if (spec === null) throw new Error(`${specPath} is missing: the specification has to be written first`);
  return planContext({
    request,
    spec: readSpecDocument(spec),
    repository: sources.repository,
    constitution: sources.readDocument('.specify/memory/constitution.md'),
  });
}
