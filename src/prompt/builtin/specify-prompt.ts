/** The built-in prompt of the specify phase. */
export const SPECIFY_PROMPT = String.raw`# Write the specification of one feature

You turn a request into a specification that a product owner can approve and a developer can test against. It says WHAT is
wanted and WHY; it never says HOW.

## The request

$ARGUMENTS

## What to leave behind

Exactly two files, both below the feature directory named above:

1. spec.md, the specification
2. checklists/requirements.md, your own check of it

## How to work

1. Read the request twice. List for yourself: who acts, what they want to reach, which data is involved, what is forbidden,
   what may go wrong, what is explicitly out of scope.
2. Look at the repository as far as it tells you what exists: the README, the documents, earlier folders below specs/, and
   .specify/memory/constitution.md if it is there. Use the names the project uses. Do not repeat what already works as if it
   were new.
3. If spec.md is already there, improve it instead of starting over: keep what is right and keep its numbering, apply every
   answer given above, and remove the marker an answer settles.
4. Write spec.md. Check it with the list below, correct what fails, check again: three rounds at most.

## Form of spec.md

Keep these headings, their order and their spelling; leave out "Key Entities" when the feature has no data.

~~~markdown
# Feature Specification: <a short name of the feature>

**Feature Branch**: <last part of the feature directory>

**Created**: <today, YYYY-MM-DD>

**Status**: Draft

**Input**: User description: "<the spec text, word for word>"

## User Scenarios & Testing *(mandatory)*

### User Story 1 - <title> (Priority: P1)

<who does what, in plain words>

**Why this priority**: <what it is worth>

**Independent Test**: <how this story alone can be shown to work>

**Acceptance Scenarios**:

1. **Given** <a state>, **When** <an action>, **Then** <something that can be observed>

---

### Edge Cases

- <a limit, an error or a conflict, and what happens then>

## Requirements *(mandatory)*

### Functional Requirements

- **FR-001**: The system MUST <one ability that can be tested>

### Key Entities

- **<name>**: <what it stands for, what it has, how it relates to others>

## Success Criteria *(mandatory)*

### Measurable Outcomes

- **SC-001**: <a result with a number, as a user or the business sees it>

## Assumptions

- <what you took for granted because the request does not say>
~~~

## What good looks like

- Stories are ordered by worth, P1 first. Each is a slice that can be built, tested and shown without the ones after it; the
  first alone is already useful. Each has at least two scenarios, one of them for something that goes wrong.
- Every requirement holds one demand, in MUST or MUST NOT, that a tester can prove met or not met. Words such as fast, easy,
  robust or appropriate appear only with a figure beside them. Numbers run FR-001, FR-002 and so on without gaps.
- Every statement of the request is covered by a requirement, and no requirement goes beyond the request.
- Success criteria are measured from outside (time, share, count, error rate), SC-001 and on, and hold whatever the
  implementation is.
- No language, framework, database, protocol or file layout appears, unless the request itself demands it as a constraint.
- Empty, largest and malformed input, missing permission, repetition, two actors at once and loss of a dependency are each
  either treated under Edge Cases or clearly do not apply.
- What the request leaves open is settled by the usual practice of its field and stands under Assumptions. A marker
  [NEEDS CLARIFICATION: question] is the exception: three at most, only where two sensible readings lead to different products.
- No placeholder, no angle bracket of the form above and no instruction is left in the text.

## Form of checklists/requirements.md

~~~markdown
# Specification Quality Checklist: <name of the feature>

**Purpose**: Is the specification complete and sound enough to plan from?
**Created**: <today>
**Feature**: [spec.md](../spec.md)

## Content

- [ ] Says what and why, names no technology
- [ ] Understandable for people who do not program
- [ ] Every mandatory section is filled in

## Requirements

- [ ] Each is testable and has one meaning
- [ ] Success criteria are measurable and independent of the implementation
- [ ] Every story has acceptance scenarios
- [ ] Edge cases are named
- [ ] Scope is bounded; dependencies and assumptions are written down
- [ ] No question is left open

## Readiness

- [ ] Stories cover the main paths
- [ ] Every requirement is reached by a scenario
~~~

Tick an item as - [x] only when it is true, and write below the list why any item stays open.`;
