import { describe, expect, it } from 'vitest';

import { readSpecDocument } from './read-documents.ts';

const EDITED = `# Feature Specification: Renewals

**Input**: User description: "first line
    ### User Story 9 - not one
    - **FR-099**: nor this"

## User Scenarios & Testing *(mandatory)*

### User Story 1 - Renew a loan (Priority: P1)

Borrowers renew a loan online.

**Acceptance Scenarios**:

1. **Given** a loan, **When** they renew it, **Then** it is due later.

### User Story 2 – See renewals

A report of renewals for librarians.

## Requirements

- **FR-001**: Borrowers MUST be able to renew a loan online. [NEEDS CLARIFICATION: how often?]
* FR-002: Librarians MUST be able to see a report of renewals.
- **FR-002**: said twice

### Key Entities

- **Loan**: has title, due date and borrower; related to Book.

## Success Criteria

- **SC-001**: It answers within 2 seconds.
`;

describe('a spec.md a person edited', () => {
  const spec = readSpecDocument(EDITED.replaceAll('\n', '\r\n'));

  it('gives its stories, with the requirements that speak of the same things', () => {
    expect(spec.title).toBe('Renewals');
    expect(spec.stories.map(({ number, priority, title }) => `${number} ${priority} ${title}`)).toEqual([
      '1 P1 Renew a loan',
      '2 P2 See renewals',
    ]);
    expect(spec.stories.map(({ requirementIds }) => requirementIds)).toEqual([['FR-001'], ['FR-002']]);
    expect(spec.stories[0]?.scenarios).toHaveLength(1);
  });

  it('gives its requirements once, without markers, and never those of the quoted request', () => {
    expect(spec.requirements.map(({ id, text }) => `${id} ${text}`)).toEqual([
      'FR-001 Borrowers MUST be able to renew a loan online.',
      'FR-002 Librarians MUST be able to see a report of renewals.',
    ]);
    expect(spec.openQuestions).toEqual(['how often?']);
  });

  it('gives its entities and criteria', () => {
    expect(spec.entities).toMatchObject([
      { name: 'Loan', attributes: ['title', 'due date', 'borrower'], related: ['Book'] },
    ]);
    expect(spec.criteria.map(({ id }) => id)).toEqual(['SC-001']);
  });

  it('is read even when there is next to nothing in it', () => {
    expect(readSpecDocument('')).toMatchObject({ title: '', stories: [], requirements: [], entities: [] });
  });
});
