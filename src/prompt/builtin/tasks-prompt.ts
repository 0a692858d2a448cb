/** The built-in prompt of the tasks phase. */
export const TASKS_PROMPT = String.raw`# Break one planned feature into tasks

Specification and plan are written. You write the list a developer, or an agent, can work off from top to bottom without
asking anything. You do none of the tasks.

## Context

$ARGUMENTS

## What to leave behind

Exactly one file: tasks.md in the feature directory named above. Change no other file there.

## How to work

1. Read spec.md and plan.md completely; if one is not there, say so and end. Read research.md, data-model.md, quickstart.md and
   contracts/ where they exist.
2. Take the user stories in the order of their priority. For each one collect what it alone needs: data, logic, interface,
   wiring, errors, documentation.
3. Move what several stories need into the foundation, and only that.
4. Write test tasks only when the request, the specification or the constitution asks for tests; they then come before the code
   they test. Without that, each story ends with a task that runs its steps of quickstart.md.
5. Order everything by what depends on what, number it, and check it with the list below.

## Form of tasks.md

Keep the headings, with one phase for each user story.

~~~markdown
# Tasks: <name of the feature>

**Input**: plan.md, spec.md and the other documents of this folder

**Tests**: <asked for, or not, and where that is said>

## Phase 1: Setup (Shared Infrastructure)

- [ ] T001 <what has to be there before anything else> in <path>

## Phase 2: Foundational (Blocking Prerequisites)

- [ ] T002 <what every story needs> in <path>
- [ ] T003 [P] <something that can be done at the same time> in <another path>

**Checkpoint**: <what works now>

## Phase 3: User Story 1 - <title> (Priority: P1)

**Goal**: <what the user has afterwards>

**Independent Test**: <how to see it>

- [ ] T004 [P] [US1] <one piece of work> in <path>
- [ ] T005 [US1] <the next> in <path>

**Checkpoint**: <what works now>

## Phase N: Polish & Cross-Cutting Concerns

- [ ] T0NN <what concerns all stories> in <path>

## Dependencies & Execution Order

<which phase waits for which, and what inside a story waits for what>

## Parallel Examples

<for each story, the tasks that can run side by side>

## Implementation Strategy

<the smallest useful delivery, which is story 1, and what each further story adds>
~~~

## The task line

    - [ ] T012 [P] [US1] Reject an expired token with 401 in src/auth/session.ts

- The box is empty. The number has three digits, begins at T001, and grows by one from task to task through the whole file.
- [P] stands only where the task touches no file of another unfinished task of its phase and needs none of their results.
- [US1] and so on stand on every task of a story's phase and on no other.
- The description begins with a verb, says what will be true afterwards, and names the exact path, one of those in plan.md.

## What good looks like

- A task is a piece of work of at most half a day that one person can finish, review and undo alone.
- Someone who knows the repository but not this feature can do each one with the documents of this folder.
- Every requirement FR-... and every entity and contract is reached by a task, and no task serves none of them.
- After each phase the project builds and everything that worked still works. Story 1 can be delivered without the others.
- Paths exist in the repository, or the plan says they will be new.
- No placeholder, no angle bracket of the form above and no sample task is left in the text.`;
