import { draftedBy } from './drafted-by.ts';
import { code, inline, joinParts, section, sentence } from './markdown.ts';
import type { PlanContext } from './plan-context.ts';
import { findQuantities } from './quantities.ts';
import { counted, listed } from './words.ts';

/** One question of the plan, settled or open. */
interface Finding {
  readonly question: string;
  readonly decision: string;
  readonly rationale: string;
  readonly alternatives: string;
}

type Researcher = (context: PlanContext) => readonly Finding[];

const MAX_FIGURES = 6;

/** The questions of every plan first, then those this request raises. */
const RESEARCHERS: readonly Researcher[] = [
  placeOfCode,
  testTool,
  storage,
  technologies,
  figures,
  openQuestions,
];

/** Spec Kit's research.md: decision, rationale and alternatives for each real question of the plan. */
export function researchDocument(context: PlanContext): string {
  const findings = RESEARCHERS.flatMap((research) => research(context));
  return joinParts([
    `# Research: ${inline(context.spec.title)}`,
    `**Date**: ${context.request.requestedOn}`,
    draftedBy(
      'Decisions follow what the repository already does; a person should confirm those marked as open.',
    ),
    ...findings.map((finding, index) =>
      section(`## ${index + 1}. ${finding.question}`, [
        `- **Decision**: ${sentence(finding.decision)}\n- **Rationale**: ${sentence(finding.rationale)}\n- **Alternatives considered**: ${sentence(finding.alternatives)}`,
      ]),
    ),
  ]);
}

function placeOfCode(context: PlanContext): readonly Finding[] {
  const { placement, repository } = context;
  const sample = placement.sourceFile('logic', context.featureSlug);
  if (repository.languages.length === 0) {
    return [
      {
        question: 'Which language and layout?',
        decision:
          placement.language === null
            ? 'Open: to be chosen before the first task'
            : `${placement.language}, as the request names it, below \`src/\``,
        rationale: 'The repository holds no code that could be followed',
        alternatives: 'Any language the team maintains; the documents do not depend on the choice',
      },
    ];
  }
  const folder = sample.slice(0, Math.max(0, sample.lastIndexOf('/')));
  const main = repository.languages[0];
  return [
    {
      question: 'Where does the code go?',
      decision: `In ${folder === '' ? 'the top folder' : code(`${folder}/`)}, in ${placement.language ?? 'the language of the repository'}`,
      rationale: `${main?.name ?? ''} is the main language (${counted(main?.files ?? 0, 'file')}), and its sources lie below ${placement.sourceRoot === '' ? 'the top of the repository' : code(`${placement.sourceRoot}/`)}`,
      alternatives:
        'A package of its own: more to build and release, and nothing in the specification asks for it',
    },
  ];
}

function testTool(context: PlanContext): readonly Finding[] {
  const { tools, command, files } = context.repository.tests;
  const [tool] = tools;
  if (tool === undefined) {
    return [
      {
        question: 'How is it tested?',
        decision:
          files.length === 0
            ? 'By hand along `quickstart.md`, until the repository has a test suite'
            : 'With the tests the repository has, whose tool its manifests do not name',
        rationale:
          files.length === 0
            ? 'The repository has no test file and declares no test tool'
            : `${counted(files.length, 'test file')} found, but no test tool declared`,
        alternatives: 'Introducing a test tool with this feature: worth a decision of its own',
      },
    ];
  }
  return [
    {
      question: 'How is it tested?',
      decision: `With ${listed(tools.map(({ name }) => name))}${command === null ? '' : `, run by ${code(command.command)}`}`,
      rationale: `Declared in ${code(tool.from)}; ${files.length === 0 ? 'no test file exists yet' : `the repository has ${counted(files.length, 'test file')}`}`,
      alternatives: 'Another tool: a second way to test the same repository',
    },
  ];
}

function storage(context: PlanContext): readonly Finding[] {
  const asked = context.technologies.filter(({ kind }) => kind === 'storage').map(({ name }) => name);
  const existing = context.repository.tools.filter(({ role }) => role === 'database');
  if (context.spec.entities.length === 0 && asked.length === 0) return [];
  const names = context.spec.entities.map(({ name }) => inline(name));
  const question =
    names.length === 0
      ? 'Where does the feature keep its data?'
      : `Where ${names.length > 1 ? 'are' : 'is'} ${listed(names)} kept?`;
  if (asked.length > 0) {
    const known = existing.map(({ name }) => name);
    return [
      {
        question,
        decision: `In ${listed(asked)}`,
        rationale: `The request names it; ${known.length === 0 ? 'the repository has no database client yet' : `the repository already uses ${listed(known)}`}`,
        alternatives:
          known.length === 0 ? 'None: the request decides' : `${listed(known)} alone, if the request agrees`,
      },
    ];
  }
  const [store] = existing;
  return [
    {
      question,
      decision:
        store === undefined
          ? 'Open: neither the request nor the repository names a store'
          : `In ${store.name}, which the repository already uses`,
      rationale:
        store === undefined
          ? 'No database client was found in its manifests'
          : `Its client is declared in ${code(store.from)}, and the request asks for nothing else`,
      alternatives:
        store === undefined
          ? 'Files, an embedded database or a database server, by the volumes expected'
          : 'A second store: more to run and to back up',
    },
  ];
}

function technologies(context: PlanContext): readonly Finding[] {
  const others = context.technologies.filter(({ kind }) => kind !== 'storage' && kind !== 'language');
  const present = JSON.stringify([context.repository.tools, context.repository.dependencies]).toLowerCase();
  return others.map(({ name }) => {
    const isPresent = present.includes(name.toLowerCase());
    return {
      question: `What does naming ${name} ask for?`,
      decision: isPresent
        ? `Use ${name} as the repository already does`
        : `Take ${name} as given; which package or version is open`,
      rationale: isPresent
        ? 'It is in the manifests and in the request'
        : 'The request names it; it was not found in the manifests',
      alternatives: 'None: the request decides',
    };
  });
}

function figures(context: PlanContext): readonly Finding[] {
  return context.spec.requirements
    .flatMap(({ id, text }) => {
      const found = findQuantities(text).filter(
        ({ kind, bound }) => bound !== 'none' && (kind === 'time' || kind === 'load' || kind === 'share'),
      );
      return found.length === 0
        ? []
        : [{ id, text, figure: listed(found.map((quantity) => `“${inline(quantity.text)}”`)) }];
    })
    .slice(0, MAX_FIGURES)
    .map(({ id, text, figure }) => ({
      question: `How is ${figure} of ${id} shown to hold?`,
      decision:
        'By a measurement that can be repeated, with the data and the machine written down beside the result',
      rationale: inline(text),
      alternatives: 'An estimate: it would not show when a later change breaks the figure',
    }));
}

function openQuestions(context: PlanContext): readonly Finding[] {
  return context.spec.openQuestions.map((question) => ({
    question: inline(question).replace(/[.:]$/u, ''),
    decision: 'Open: the specification marks it as needing an answer',
    rationale: 'Nothing in the request or the repository settles it',
    alternatives: 'To be listed by whoever answers',
  }));
}
